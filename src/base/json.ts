// JSON from strangers: parsing within bounds, and access that no key can fool.
import { withPlainKeys } from './json-keys.ts';
import { limits } from './limits.ts';

/** What every document parser of this folder answers; `reason` is a plain sentence without full stop. */
export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly line?: number };

export interface ParseOptions {
  /** Longest accepted text in UTF-16 units; default `limits.documentBytes`. */
  readonly maximumLength?: number;
}

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

/** Parses JSON (RFC 8259); too long, too deep or broken text is a reason, never an exception. */
export function parseJson(text: string, options: ParseOptions = {}): Parsed {
  const maximum = options.maximumLength ?? limits.documentBytes;
  if (text.length > maximum) return tooLong('JSON', text.length, maximum);
  const problem = structureProblem(text, maximum / charactersPerContainer);
  if (problem !== null) return { ok: false, reason: problem };
  try {
    const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    return { ok: true, value: JSON.parse(withPlainKeys(bare)) };
  } catch (error) {
    return jsonFailure(text, error);
  }
}

/** Parses JSON with comments and trailing commas, as bun.lock and tsconfig.json have them. */
export function parseJsonWithComments(text: string, options: ParseOptions = {}): Parsed {
  const maximum = options.maximumLength ?? limits.documentBytes;
  if (text.length > maximum) return tooLong('JSON', text.length, maximum);
  return parseJson(withoutComments(text), options);
}

/** The refusal of a text that is too long to be turned into objects. */
export function tooLong(format: string, length: number, maximum: number): Parsed {
  return { ok: false, reason: `${format} text of ${length} characters, more than ${maximum}` };
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
  }
  return line;
}

function jsonFailure(text: string, error: unknown): Parsed {
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) {
    const line = lineAt(text, Number(position));
    return { ok: false, reason: `not valid JSON (line ${line})`, line };
  }
  if (message.includes('end of JSON input')) return { ok: false, reason: 'JSON ends too early' };
  return { ok: false, reason: 'not valid JSON' };
}

/**
 * Objects and arrays cost some 50 bytes each, so `{},{},{}` grows most of all in memory. Honest
 * documents have one for 30 characters and more; the longest accepted text may have one for 16.
 */
const charactersPerContainer = 16;

/** One pass over the brackets; strings are skipped with indexOf. Broken text is left to the parser. */
function structureProblem(text: string, maximumContainers: number): string | null {
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at) - 1;
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      containers += 1;
      if (depth > limits.documentDepth) {
        return `JSON nested deeper than ${limits.documentDepth} levels`;
      }
      if (containers > maximumContainers) {
        return `JSON of more than ${Math.floor(maximumContainers)} objects and arrays`;
      }
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
  return null;
}

/** The offset behind the string that starts at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end === -1) return text.length;
    let slashes = 0;
    while (end - 1 - slashes >= from && text.charCodeAt(end - 1 - slashes) === backslash) {
      slashes += 1;
    }
    if (slashes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

/** Drops comments (their line feeds stay, so that lines are right) and commas before a bracket. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      continue;
    }
    const end = code === 0x2f ? endOfComment(text, at) : at;
    if (end > at) {
      parts.push(text.slice(kept, at), newlinesOf(text, at, end));
      at = end;
      kept = end;
    } else if (code === 0x2c && closesAfter(text, at + 1)) {
      parts.push(text.slice(kept, at));
      at += 1;
      kept = at;
    } else {
      at += 1;
    }
  }
  parts.push(text.slice(kept));
  return parts.join('');
}

/** The offset behind a comment that starts at `at`; `at` itself when there is none. */
function endOfComment(text: string, at: number): number {
  const second = text.charCodeAt(at + 1);
  if (second === 0x2f) {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.length : end;
  }
  if (second !== 0x2a) return at;
  const end = text.indexOf('*/', at + 2);
  return end === -1 ? text.length : end + 2;
}

function newlinesOf(text: string, start: number, end: number): string {
  let count = 0;
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at) === newline) count += 1;
  return '\n'.repeat(count);
}

/** True when only white space and comments lie between `at` and a closing bracket. */
function closesAfter(text: string, start: number): boolean {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x5d || code === 0x7d) return true;
    if (code === 0x2f) {
      const end = endOfComment(text, at);
      if (end === at) return false;
      at = end;
    } else if (code === 0x20 || code === newline || code === 0x0d || code === 0x09) {
      at += 1;
    } else {
      return false;
    }
  }
  return false;
}

/** An object that came out of a document. Read it with `field`: its keys are a stranger's. */
export type DocumentRecord = Readonly<Record<string, unknown>>;

/** The value when it is an object that is neither an array nor a date, else null. */
export function asRecord(value: unknown): DocumentRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value) || value instanceof Date) return null;
  return value as DocumentRecord;
}

/** The value when it is an array, else the empty array. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value when it is a string, else null. */
export function asString(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The value when it is a finite number, else null. */
export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The own property `key` of an object; undefined for anything else, inherited members included. */
export function field(value: unknown, key: string): unknown {
  const record = asRecord(value);
  return record !== null && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The own property as a string, else null. */
export function stringField(value: unknown, key: string): string | null {
  return asString(field(value, key));
}

/** Own keys and values of an object, in the order of the document; empty for anything else. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  const record = asRecord(value);
  return record === null ? [] : Object.entries(record);
}

/** Own keys of an object; empty for anything else. */
export function keysOf(value: unknown): readonly string[] {
  const record = asRecord(value);
  return record === null ? [] : Object.keys(record);
}

/** The strings of an array; a lone string counts as an array of one. */
export function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return asArray(value).filter((item) => typeof item === 'string');
}
