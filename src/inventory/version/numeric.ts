// Lists of numbers where a longer list is above its own prefix: Hackage and CRAN.
import { compareTokens, digitsEnd, isDigit, setEnd, type TokenCursor } from './tokens.ts';

const rank = { end: 0, text: 1, number: 2 } as const;

/** Compares `1.10.0` by numbers; whatever stands between numbers separates, words are below numbers. */
export function compareNumberLists(a: string, b: string): number {
  return compareTokens(a, b, readPart);
}

function readPart(cursor: TokenCursor): void {
  const { text, limit } = cursor;
  let index = cursor.position;
  while (index < limit && isSeparator(text.charCodeAt(index))) index++;
  if (index >= limit) {
    cursor.position = limit;
    setEnd(cursor, rank.end);
    return;
  }
  cursor.start = index;
  if (isDigit(text.charCodeAt(index))) {
    cursor.end = digitsEnd(text, index, limit);
    cursor.rank = rank.number;
    cursor.value = 'number';
  } else {
    while (index < limit && !isSeparator(text.charCodeAt(index))) index++;
    cursor.end = index;
    cursor.rank = rank.text;
    cursor.value = 'text';
  }
  cursor.position = cursor.end;
}

function isSeparator(code: number): boolean {
  return code === 46 || code === 45;
}
