// Places inside of a document: as people read them, as JSON Pointers, and what stands there.
import { field } from '../base/json.ts';

/** Keys and indices from the root of a document. */
export type Path = readonly (string | number)[];

/** `spec.containers[0].env`; keys that are no plain words are quoted: `annotations["a/b"]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** A JSON Pointer (RFC 6901, section 3). */
export function pointerOf(path: Path): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** The value at a place; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof part === 'string') value = field(value, part);
    else value = Array.isArray(value) ? (value as readonly unknown[])[part] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}
