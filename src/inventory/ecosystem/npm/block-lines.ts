// The line reader of yarn.lock and pnpm-lock.yaml. Both are written by machines in one narrow form
// (maps by indentation, scalars on one line), which is read here some thirty times faster than YAML.
import { entriesOf } from '../../../base/json.ts';
import { parseYamlDocuments } from '../../../base/yaml.ts';

/** One `key: value` line. `value` is the raw text behind the key, '' for a nested map. */
export interface BlockLine {
  /** Nesting depth: 0 for the top, one for each two spaces. */
  readonly depth: number;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export type BlockVisitor = (line: BlockLine) => void;

const space = 0x20;

/**
 * Calls `visit` for each key in the order of the file. Comments, list items and block scalars are
 * passed over; `---` is a key of that name at depth 0. Answers the 1-based number of the first line
 * that has another form than the lock file writers produce, or null.
 */
export function visitBlockLines(text: string, visit: BlockVisitor): number | null {
  let number = 0;
  let skipDeeper = -1;
  let longKey: { readonly indent: number; readonly key: string } | null = null;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    let end = newline === -1 ? text.length : newline;
    const next = end + 1;
    if (end > start && text.charCodeAt(end - 1) === 0x0d) end -= 1;
    number += 1;
    let at = start;
    while (at < end && text.charCodeAt(at) === space) at += 1;
    const indent = at - start;
    start = next;
    if (at === end || text.charCodeAt(at) === 0x23) continue;
    if (skipDeeper !== -1 && indent > skipDeeper) continue;
    skipDeeper = -1;
    const content = text.slice(at, end);
    if (isListItem(content)) {
      // What a list item holds lies deeper than its dash.
      skipDeeper = indent;
      continue;
    }
    if (indent % 2 !== 0) return number;
    if (content === '---') {
      visit({ depth: 0, key: '---', value: '', line: number });
      continue;
    }
    if (content.startsWith('? ')) {
      longKey = { indent, key: unquoted(content.slice(2)) };
      continue;
    }
    const split: KeyAndValue | null =
      longKey !== null && longKey.indent === indent && content.startsWith(':')
        ? { key: longKey.key, value: content.slice(1).trim() }
        : splitLine(content);
    longKey = null;
    if (split === null) return number;
    if (/^[|>][-+\d]*$/.test(split.value)) skipDeeper = indent;
    visit({ depth: indent / 2, ...split, line: number });
  }
  return null;
}

function isListItem(content: string): boolean {
  return content === '-' || content.startsWith('- ');
}

interface KeyAndValue {
  readonly key: string;
  readonly value: string;
}

/** `key: value`, `"key" "value"` and `key value` (yarn 1), `a@1, "b@2":` (header of yarn 1). */
function splitLine(content: string): KeyAndValue | null {
  if (content.endsWith(':') && !content.includes(': ')) {
    return { key: headerKey(content.slice(0, -1)), value: '' };
  }
  const first = content.charCodeAt(0);
  let end: number;
  if (first === 0x22 || first === 0x27) {
    end = endOfQuoted(content, 0);
    if (end === -1) return null;
  } else {
    end = endOfPlainKey(content);
    if (end === -1) return null;
  }
  const key = unquoted(content.slice(0, end));
  const rest = content.slice(content.charCodeAt(end) === 0x3a ? end + 1 : end);
  return { key, value: rest.trim() };
}

/** A key ends before `: ` (YAML), else before the first space (yarn 1). */
function endOfPlainKey(content: string): number {
  const colon = content.indexOf(': ');
  const blank = content.indexOf(' ');
  if (colon !== -1 && colon < blank) return colon;
  return blank;
}

/** A header of one quoted pattern loses its quotes; one of several keeps them for `patternsOf`. */
function headerKey(header: string): string {
  const first = header.charCodeAt(0);
  if (first !== 0x22 && first !== 0x27) return header;
  return endOfQuoted(header, 0) === header.length ? unquoted(header) : header;
}

/** The offset behind the quoted text that starts at `start`, or -1. */
function endOfQuoted(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c && quote === 0x22) at += 1;
    else if (code === quote) {
      if (quote === 0x27 && text.charCodeAt(at + 1) === quote) at += 1;
      else return at + 1;
    }
  }
  return -1;
}

/** A scalar without its quotes; escapes of double quotes are those of JSON. */
export function unquoted(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charCodeAt(0);
  if (trimmed.length < 2 || trimmed.charCodeAt(trimmed.length - 1) !== first) return trimmed;
  const inner = trimmed.slice(1, -1);
  if (first === 0x27) return inner.replaceAll("''", "'");
  if (first !== 0x22) return trimmed;
  return inner.includes('\\') ? inner.replaceAll(/\\(.)/g, '$1') : inner;
}

/** The members of a one-line map, `{integrity: a, tarball: b}`; nested maps are left out. */
export function inlineMap(value: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  if (!value.startsWith('{') || !value.endsWith('}')) return members;
  for (const part of value.slice(1, -1).split(', ')) {
    const colon = part.indexOf(': ');
    if (colon > 0) members.set(unquoted(part.slice(0, colon)), unquoted(part.slice(colon + 2)));
  }
  return members;
}

/**
 * The same visits from a YAML file of any form, by the general reader; line numbers are then not
 * known (0). Null, or why the file is no YAML.
 */
export function visitYaml(text: string, visit: BlockVisitor): string | null {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) return parsed.reason;
  for (const document of parsed.documents) {
    visit({ depth: 0, key: '---', value: '', line: 0 });
    visitValue(document.value, 0, visit);
  }
  return null;
}

/** Recursion is bounded: the YAML reader refuses nesting beyond `limits.documentDepth`. */
function visitValue(value: unknown, depth: number, visit: BlockVisitor): void {
  for (const [key, inner] of entriesOf(value)) {
    const scalar = scalarText(inner);
    visit({ depth, key, value: scalar ?? '', line: 0 });
    if (scalar === null) visitValue(inner, depth + 1, visit);
  }
}

function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : null;
}
