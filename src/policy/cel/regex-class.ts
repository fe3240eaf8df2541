// Classes of characters of RE2: `[a-z]`, `\d`, `[:alpha:]`, `\pL`, and escapes of single characters.

export type Matcher = (code: number) => boolean;

/** `\w` of RE2: ASCII only. */
export function wordCode(code: number): boolean {
  return isDigit(code) || isLower(code) || isUpper(code) || code === 0x5f;
}

const isDigit: Matcher = (code) => code >= 48 && code <= 57;
const isLower: Matcher = (code) => code >= 97 && code <= 122;
const isUpper: Matcher = (code) => code >= 65 && code <= 90;
const isSpace: Matcher = (code) =>
  code === 32 || code === 9 || code === 10 || code === 12 || code === 13;
const isLetter: Matcher = (code) => isLower(code) || isUpper(code);
const isPunct: Matcher = (code) => code > 32 && code < 127 && !isLetter(code) && !isDigit(code);

const posix: ReadonlyMap<string, Matcher> = new Map<string, Matcher>([
  ['alnum', (code) => isLetter(code) || isDigit(code)],
  ['alpha', isLetter],
  ['ascii', (code) => code < 128],
  ['blank', (code) => code === 32 || code === 9],
  ['cntrl', (code) => code < 32 || code === 127],
  ['digit', isDigit],
  ['graph', (code) => code > 32 && code < 127],
  ['lower', isLower],
  ['print', (code) => code >= 32 && code < 127],
  ['punct', isPunct],
  ['space', (code) => isSpace(code) || code === 11],
  ['upper', isUpper],
  ['word', wordCode],
  ['xdigit', (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)],
]);

const perl: ReadonlyMap<string, Matcher> = new Map<string, Matcher>([
  ['d', isDigit],
  ['w', wordCode],
  ['s', isSpace],
]);

const unicode: ReadonlyMap<string, RegExp> = new Map([
  ['L', /^\p{L}$/u],
  ['Lu', /^\p{Lu}$/u],
  ['Ll', /^\p{Ll}$/u],
  ['N', /^\p{N}$/u],
  ['Nd', /^\p{Nd}$/u],
]);

const named: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

export type Escape =
  | { readonly end: number; readonly code: number }
  | { readonly end: number; readonly code: null; readonly matches: Matcher };

/** What stands behind a backslash at `at`; null where RE2 knows no such escape. */
export function escapeClass(source: string, at: number): Escape | null {
  const letter = source[at] ?? '';
  const lower = letter.toLowerCase();
  const matches = perl.get(lower);
  if (matches !== undefined) {
    const negated: Matcher = (code) => !matches(code);
    return { end: at + 1, code: null, matches: letter === lower ? matches : negated };
  }
  if (lower === 'p') return property(source, at);
  if (Object.hasOwn(named, letter)) return { end: at + 1, code: named[letter] ?? 0 };
  const hex = /^x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(source.slice(at, at + 10));
  if (hex !== null) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
    return code > 0x10ffff ? null : { end: at + hex[0].length, code };
  }
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{2})/.exec(source.slice(at, at + 3));
  if (octal !== null) return { end: at + octal[0].length, code: Number.parseInt(octal[0], 8) };
  if (/^[0-9A-Za-z]/.test(letter)) return null;
  const code = source.codePointAt(at);
  return code === undefined ? null : { end: at + String.fromCodePoint(code).length, code };
}

function property(source: string, at: number): Escape | null {
  const found = /^[pP](?:\{(\^?)(\w{1,2})\}|([A-Z]))/.exec(source.slice(at, at + 8));
  const test = unicode.get(found?.[2] ?? found?.[3] ?? '');
  if (found === null || test === undefined) return null;
  const isNegated = (source[at] === 'P') !== (found[1] === '^');
  const matches: Matcher = (code) => test.test(String.fromCodePoint(code)) !== isNegated;
  return { end: at + found[0].length, code: null, matches };
}

/** The class whose members start at `start`, behind its bracket; null where it has no end. */
export function classAt(
  source: string,
  start: number,
  ignoreCase: boolean,
): { readonly end: number; readonly matches: Matcher } | null {
  const isNegated = source[start] === '^';
  let at = isNegated ? start + 1 : start;
  const members: Matcher[] = [];
  for (let isFirst = true; isFirst || source[at] !== ']'; isFirst = false) {
    if (at >= source.length) return null;
    const member = memberAt(source, at);
    if (member === null) return null;
    members.push(member.matches);
    at = member.end;
  }
  const matches: Matcher = (code) => {
    const codes = ignoreCase ? bothCases(code) : [code];
    return members.some((one) => codes.some(one)) !== isNegated;
  };
  return { end: at + 1, matches };
}

function bothCases(code: number): number[] {
  const text = String.fromCodePoint(code);
  return [text.toLowerCase().codePointAt(0) ?? code, text.toUpperCase().codePointAt(0) ?? code];
}

function memberAt(source: string, at: number): { end: number; matches: Matcher } | null {
  if (source.startsWith('[:', at)) {
    const found = /^\[:(\^?)(\w{2,6}):\]/.exec(source.slice(at, at + 12));
    const matches = posix.get(found?.[2] ?? '');
    if (found !== null && matches !== undefined) {
      const negated: Matcher = (code) => !matches(code);
      return { end: at + found[0].length, matches: found[1] === '^' ? negated : matches };
    }
  }
  const first = characterAt(source, at);
  if (first === null) return null;
  if (first.code === null) return { end: first.end, matches: first.matches };
  const isRange = source[first.end] === '-' && source[first.end + 1] !== ']';
  const last = isRange ? characterAt(source, first.end + 1) : first;
  if (last === null || last.code === null || last.code < first.code) return null;
  const [from, to] = [first.code, last.code];
  return { end: last.end, matches: (code) => code >= from && code <= to };
}

function characterAt(source: string, at: number): Escape | null {
  if (source[at] === '\\') return escapeClass(source, at + 1);
  const code = source.codePointAt(at);
  return code === undefined ? null : { end: at + String.fromCodePoint(code).length, code };
}
