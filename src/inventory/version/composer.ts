// Packagist: the order of PHP's `version_compare`, to which Composer's comparator leads for tagged
// releases (php.net/version_compare). As there, `1.0` is below `1.0.0`, and words are case-sensitive.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import {
  compareTokens,
  digitsEnd,
  isDigit,
  isLetter,
  lettersEnd,
  setBare,
  setEnd,
  type TokenCursor,
} from './tokens.ts';

/** A word is known by its beginning; unknown words are the lowest. */
const words = [
  { prefix: 'dev', rank: 1 },
  { prefix: 'a', rank: 2 },
  { prefix: 'b', rank: 3 },
  { prefix: 'RC', rank: 4 },
  { prefix: 'rc', rank: 4 },
  { prefix: 'p', rank: 7 },
] as const;
const unknownWordRank = 0;
const endRank = 5;
const numberRank = 6;

export const composerVersions: VersionScheme = {
  id: 'composer',
  compare: (a, b) => compareTokens(a, b, readComposer),
  // Branches (`dev-main`, `2.x-dev`, Composer's stand-in 9999999-dev) have no place in the order.
  isValid: (version) =>
    /^[vV]?\d[0-9A-Za-z.+_-]*$/.test(version) &&
    !/[.-][xX](?:-dev)?$/.test(version) &&
    !version.startsWith('9999999-dev'),
};

function readComposer(cursor: TokenCursor): void {
  const { text, limit } = cursor;
  let index = cursor.position;
  if (index === 0 && (text.charCodeAt(0) === 118 || text.charCodeAt(0) === 86)) index = 1;
  while (index < limit && !isDigit(text.charCodeAt(index)) && !isLetter(text.charCodeAt(index))) {
    index++;
  }
  if (index >= limit) {
    cursor.position = limit;
    setEnd(cursor, endRank);
    return;
  }
  if (isDigit(text.charCodeAt(index))) {
    cursor.start = index;
    cursor.end = digitsEnd(text, index, limit);
    cursor.position = cursor.end;
    cursor.rank = numberRank;
    cursor.value = 'number';
    return;
  }
  cursor.position = lettersEnd(text, index, limit);
  setBare(cursor, wordRank(text, index));
}

function wordRank(text: string, index: number): number {
  for (const { prefix, rank } of words) if (text.startsWith(prefix, index)) return rank;
  return unknownWordRank;
}
