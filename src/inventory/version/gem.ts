// RubyGems: `Gem::Version` - numbers and words, a word makes a pre-release, trailing zeros and zeros
// right before the first word do not count (guides.rubygems.org/patterns, "Semantic versioning").
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import {
  compareTokens,
  digitsEnd,
  isDigit,
  isLetter,
  isZero,
  lettersEnd,
  setBare,
  setEnd,
  type TokenCursor,
} from './tokens.ts';

const rank = { word: 0, zero: 1, number: 2 } as const;

/** Reading states: within the leading numbers, in a zero run known to count, behind the first word. */
const reading = { numbers: 0, countedZeros: 1, words: 2 } as const;

export const gemVersions: VersionScheme = {
  id: 'gem',
  compare: compareGem,
  isValid: (version) =>
    /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(version),
};

/** `Gem::Version` itself reads a hyphen as the word `pre`. */
function compareGem(a: string, b: string): number {
  if (a === b) return 0;
  return compareTokens(withoutHyphens(a), withoutHyphens(b), readGem);
}

function withoutHyphens(version: string): string {
  return version.includes('-') ? version.replaceAll('-', '.pre.') : version;
}

/** Missing parts are 0, so END and zeros share a rank. */
function readGem(cursor: TokenCursor): void {
  const { text, limit } = cursor;
  for (let index = cursor.position; index < limit; index++) {
    const code = text.charCodeAt(index);
    if (isLetter(code)) {
      cursor.state = reading.words;
      setToken(cursor, index, lettersEnd(text, index, limit));
      cursor.rank = rank.word;
      cursor.value = 'text';
      return;
    }
    if (!isDigit(code)) continue;
    const end = digitsEnd(text, index, limit);
    if (isZero(text, index, end)) {
      if (cursor.state === reading.numbers && wordBehindZeros(cursor, end)) {
        index = cursor.position - 1;
        continue;
      }
      setToken(cursor, index, end);
      setBare(cursor, rank.zero);
      return;
    }
    if (cursor.state === reading.countedZeros) cursor.state = reading.numbers;
    setToken(cursor, index, end);
    cursor.rank = rank.number;
    cursor.value = 'number';
    return;
  }
  cursor.position = limit;
  setEnd(cursor, rank.zero);
}

/**
 * Looks behind a run of zeros among the leading numbers: if a word follows, the run does not count
 * and the position moves to the word; otherwise the run is remembered as counted.
 */
function wordBehindZeros(cursor: TokenCursor, from: number): boolean {
  const { text, limit } = cursor;
  for (let index = from; index < limit; index++) {
    const code = text.charCodeAt(index);
    if (isLetter(code)) {
      cursor.position = index;
      return true;
    }
    if (isDigit(code) && code !== 48) break;
  }
  cursor.state = reading.countedZeros;
  return false;
}

function setToken(cursor: TokenCursor, start: number, end: number): void {
  cursor.start = start;
  cursor.end = end;
  cursor.position = end;
}
