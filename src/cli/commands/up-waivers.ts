// The waivers of `up --waivers`: read when it starts, and again when the file or the day changes.
import { statSync } from 'node:fs';
import { messageOf, oneLine } from '../../base/error.ts';
import type { WaiverBook } from '../../policy/index.ts';
import { auditWaivers } from './audit-output.ts';

/**
 * The waivers of now. A file that was spoilt meanwhile is told, and the one before it holds. Throws
 * `SeaworthyError` `unreadable`, `malformed` at the start.
 */
export function openWaivers(file: string, now: () => Date): () => WaiverBook {
  const stampOf = (): string => {
    const found = statSync(file, { throwIfNoEntry: false });
    return `${found?.ino} ${found?.size} ${found?.mtimeMs} ${now().toISOString().slice(0, 10)}`;
  };
  let stamp = stampOf();
  let book = auditWaivers(file, now());
  return () => {
    const changed = stampOf();
    if (changed === stamp) return book;
    stamp = changed;
    try {
      book = auditWaivers(file, now());
    } catch (error) {
      process.stderr.write(`seaworthy: ${oneLine(`the waivers stay: ${messageOf(error)}`)}\n`);
    }
    return book;
  };
}
