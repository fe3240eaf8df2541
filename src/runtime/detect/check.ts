// Parts of an exception: one field, one operator, one value, written so that it means this text and
// nothing else in the rule language, whatever a hostile program calls itself.

export interface CauseCheck {
  readonly field: string;
  readonly operator: '=' | 'in' | 'regex';
  readonly value: string | readonly string[];
}

/** Longer texts are told by their start. */
const longestText = 300;

/**
 * What changes from run to run: UUIDs, numbers of processes, hashes, long numbers, and names of mkstemp
 * and its kin (letters and digits without sense behind a dot, hyphen or underscore).
 */
const changing = new RegExp(
  [
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    '(?<=/proc/)\\d+',
    '(?=[a-f]{0,63}\\d)[0-9a-f]{8,64}',
    '(?<=[._-])(?=[A-Za-z]{0,9}\\d)(?=\\d{0,9}[A-Za-z])[A-Za-z0-9]{6,10}(?=$|[./])',
    '\\d{3,40}',
  ].join('|'),
  'g',
);

/** A field that holds exactly this text. */
export function checkOfName(field: string, text: string): CauseCheck {
  return isAwkward(text)
    ? { field, operator: 'regex', value: literal(text) }
    : { field, operator: '=', value: isLikeList(text) ? `"${text}"` : text };
}

/** A field that holds exactly this text, with what changes from run to run left open. */
export function checkOfText(field: string, text: string): CauseCheck {
  if (text.length > longestText) return startingWith(field, text.slice(0, longestText));
  const parts = partsOf(text);
  if (parts.some(({ open }) => open)) {
    const pattern = parts.map(({ text: part, open }) => (open ? openPattern(part) : literal(part)));
    return { field, operator: 'regex', value: pattern.join('') };
  }
  return checkOfName(field, text);
}

function startingWith(field: string, text: string): CauseCheck {
  // Anything may follow, line feeds too: a class without one odd character.
  return { field, operator: 'regex', value: `${literal(text)}[^ÿ]*` };
}

interface Part {
  readonly text: string;
  readonly open: boolean;
}

/** The text cut into what stays and what changes; one part when nothing changes. */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(changing)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index), open: false });
    parts.push({ text: found[0], open: true });
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), open: false });
  return parts;
}

function openPattern(text: string): string {
  if (/^\d+$/.test(text)) return '[0-9]+';
  return /^[0-9a-f-]+$/.test(text) ? '[0-9a-f-]+' : '[0-9A-Za-z]+';
}

/** Characters that quotes of the language cannot hold, or that would be taken for something else. */
function isAwkward(text: string): boolean {
  return text === '' || /["'\\\p{C}]/u.test(text) || (/[\s(),=]/.test(text) && /_/.test(text));
}

/** A word that could be the name of a list is quoted: lists are inserted as text. */
function isLikeList(text: string): boolean {
  return /^[A-Za-z]\w*$/.test(text) && text.includes('_');
}

/** A pattern of RE2 for the text, without backslashes and quotes: those are any one character but a slash. */
function literal(text: string): string {
  return Array.from(text, (one) => {
    // A class also holds a line feed, which a dot does not.
    if (/["'\\^[\]\p{C}]/u.test(one)) return '[^/]';
    return /[.*+?(){}|$\s,=]/.test(one) ? `[${one}]` : one;
  }).join('');
}
