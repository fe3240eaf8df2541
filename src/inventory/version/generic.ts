// Software without an ecosystem (binaries, kernels, tools): numbers by value, words known to come
// before a release below it, every other word above it (`3.0.0-beta1` < `3.0.0`, `1.1.1` < `1.1.1w`).
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import {
  compareTokens,
  digitsEnd,
  hasWordAt,
  isDigit,
  isLetter,
  lettersEnd,
  setBare,
  setEnd,
  type TokenCursor,
} from './tokens.ts';

const preReleaseWords = ['dev', 'snapshot', 'alpha', 'beta', 'pre', 'preview', 'rc'] as const;
const rank = { end: preReleaseWords.length, word: 8, number: 9 } as const;

export const genericVersions: VersionScheme = {
  id: 'generic',
  compare: (a, b) => compareTokens(a, b, readGeneric),
  isValid: (version) => /^[vV]?\d[0-9A-Za-z.+_:~-]*$/.test(version),
};

function readGeneric(cursor: TokenCursor): void {
  const { text, limit } = cursor;
  let index = cursor.position;
  if (index === 0 && hasWordAt(text, 0, 'v') && isDigit(text.charCodeAt(1))) index = 1;
  while (index < limit && !isDigit(text.charCodeAt(index)) && !isLetter(text.charCodeAt(index))) {
    index++;
  }
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
    cursor.end = lettersEnd(text, index, limit);
    setWord(cursor);
  }
  cursor.position = cursor.end;
}

function setWord(cursor: TokenCursor): void {
  const length = cursor.end - cursor.start;
  for (const [index, word] of preReleaseWords.entries()) {
    if (word.length === length && hasWordAt(cursor.text, cursor.start, word)) {
      setBare(cursor, index);
      return;
    }
  }
  cursor.rank = rank.word;
  cursor.value = 'folded';
}
