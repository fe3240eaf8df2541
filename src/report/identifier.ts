// Identifiers that are the same for the same content: documents can be compared, caches can hold.
import { createHash, hash } from 'node:crypto';
import type { JsonLines } from './json-text.ts';

/** Hex SHA-256 of texts in order, apart from each other. */
export function digestOf(...texts: readonly string[]): string {
  return hash('sha256', texts.map((text) => `${text.length}:${text}`).join(''), 'hex');
}

const linesAtOnce = 500;

/** Hex SHA-256 over a head and the lines of a document. */
export function digestOfLines(head: string, ...lists: readonly JsonLines[]): string {
  const sum = createHash('sha256').update(head);
  for (const list of lists) {
    sum.update('\0');
    // One call for many lines: hashing is cheap, calling it 60,000 times is not.
    let batch: string[] = [];
    let isFirst = true;
    const take = (): void => {
      sum.update(`${isFirst ? '' : '\n'}${batch.join('\n')}`);
      isFirst = false;
      batch = [];
    };
    for (const line of list) {
      batch.push(line);
      if (batch.length === linesAtOnce) take();
    }
    if (batch.length > 0) take();
  }
  return sum.digest('hex');
}

/** A UUID of a digest (RFC 9562, version 8: content of our own making). */
export function uuidOf(digest: string): string {
  const variant = ((Number.parseInt(digest.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
