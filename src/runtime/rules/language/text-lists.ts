// Lists stand for their items as text, before a condition is parsed: that is how the language is
// defined, and rules in the world rely on it.

export interface TextList {
  readonly name: string;
  readonly items: readonly string[];
}

const delimiters = new Set([' ', '\t', '\n', '\r', '(', ')', ',', '=']);
const blanks = new Set([' ', '\t', '\n', '\r']);

/** Quotes an item that has blanks and no quotes yet. */
export function quoteItem(item: string): string {
  if (!/[\s(),=]/.test(item) && item !== '') return item;
  if (/^(["']).*\1$/s.test(item) && item.length >= 2) return item;
  return item.includes('"') ? `'${item}'` : `"${item}"`;
}

/**
 * Writes the items of `list` wherever its name stands between delimiters. An empty list takes one
 * neighbouring comma with it. Returns null when the name does not occur.
 */
export function substituteList(condition: string, list: TextList): string | null {
  const replacement = list.items.join(', ');
  const parts: string[] = [];
  let kept = 0;
  let found = condition.indexOf(list.name);
  while (found !== -1) {
    const end = found + list.name.length;
    if (!isDelimited(condition, found, end)) {
      found = condition.indexOf(list.name, found + 1);
      continue;
    }
    const range = replacement === '' ? withComma(condition, found, end) : { start: found, end };
    parts.push(condition.slice(kept, Math.max(kept, range.start)), replacement);
    kept = range.end;
    found = condition.indexOf(list.name, range.end);
  }
  if (parts.length === 0) return null;
  parts.push(condition.slice(kept));
  return parts.join('');
}

function isDelimited(text: string, start: number, end: number): boolean {
  return (
    (start === 0 || delimiters.has(text.charAt(start - 1))) &&
    (end >= text.length || delimiters.has(text.charAt(end)))
  );
}

/** The range of a name with one comma beside it, so that no empty item stays behind. */
function withComma(text: string, start: number, end: number): { start: number; end: number } {
  let after = end;
  while (blanks.has(text.charAt(after))) after += 1;
  if (text.charAt(after) === ',') return { start, end: after + 1 };
  let before = start - 1;
  while (blanks.has(text.charAt(before))) before -= 1;
  return text.charAt(before) === ',' ? { start: before, end } : { start, end };
}
