// JSON Pointers (RFC 6901), as in `jevt.value[/objectRef/name]`.
import { asRecord } from '../../base/json.ts';

/** The parts of a pointer; null when it is none. The empty pointer is the whole. */
export function parsePointer(text: string): readonly string[] | null {
  if (text === '') return [];
  if (!text.startsWith('/')) return null;
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What a pointer points at; undefined for nothing. */
export function pointedAt(value: unknown, parts: readonly string[]): unknown {
  let current = value;
  for (const part of parts) {
    if (Array.isArray(current)) {
      current = /^\d{1,9}$/.test(part) ? current[Number(part)] : undefined;
    } else {
      const record = asRecord(current);
      current = record !== null && Object.hasOwn(record, part) ? record[part] : undefined;
    }
    if (current === undefined) return undefined;
  }
  return current;
}

/** All values at a path of keys; a list stands for each of its members. */
export function valuesAt(value: unknown, keys: readonly string[]): readonly unknown[] {
  let current: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const key of keys) {
    const next: unknown[] = [];
    for (const one of current) {
      const record = asRecord(one);
      const found = record !== null && Object.hasOwn(record, key) ? record[key] : undefined;
      if (found === undefined || found === null) continue;
      if (Array.isArray(found)) next.push(...found.slice(0, valuesAtMost));
      else next.push(found);
      if (next.length > valuesAtMost) break;
    }
    current = next;
  }
  return current;
}

/** Values of one field: no object has so many containers or volumes. */
const valuesAtMost = 10_000;
