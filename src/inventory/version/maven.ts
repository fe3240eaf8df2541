// Maven: the order of `ComparableVersion`, as the POM reference states it (maven.apache.org/pom.html,
// "Version Order Specification"). The class itself has cycles between `.word` and `-word`; the
// specification, read as a list of ranked tokens, has none and agrees on all real versions.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import {
  compareTokens,
  digitsEnd,
  foldedAt,
  hasWordAt,
  isDigit,
  isZero,
  setBare,
  setEnd,
  type TokenCursor,
} from './tokens.ts';

/** The known qualifiers around the release (END), then other words, then numbers. */
const rank = {
  alpha: 0,
  beta: 1,
  milestone: 2,
  candidate: 3,
  snapshot: 4,
  end: 5,
  servicePack: 6,
  word: 7,
  hyphenNumber: 8,
  dotNumber: 9,
} as const;

/** A word behind a hyphen ranks just above the same kind of word behind a dot. */
const hyphenBonus = 0.5;

const qualifiers: readonly { readonly word: string; readonly rank: number }[] = [
  { word: 'alpha', rank: rank.alpha },
  { word: 'beta', rank: rank.beta },
  { word: 'milestone', rank: rank.milestone },
  { word: 'rc', rank: rank.candidate },
  { word: 'cr', rank: rank.candidate },
  { word: 'snapshot', rank: rank.snapshot },
  { word: 'final', rank: rank.end },
  { word: 'ga', rank: rank.end },
  { word: 'release', rank: rank.end },
  { word: 'sp', rank: rank.servicePack },
];

const DOT = 46;
const HYPHEN = 45;

export const mavenVersions: VersionScheme = {
  id: 'maven',
  compare: (a, b) => compareTokens(a, b, readMaven),
  // Everything is a version to Maven; unresolved `${...}` and words such as `unspecified` are not to us.
  isValid: (version) => /^[0-9A-Za-z][^\s${}/\\]*$/.test(version) && /\d/.test(version),
};

/**
 * Tokens separate at dots, hyphens and between digits and other characters (as at a hyphen).
 * Null tokens (0, empty, final, ga, release) do not count where a hyphen or the end follows.
 */
function readMaven(cursor: TokenCursor): void {
  while (cursor.state === unread || cursor.position < cursor.limit) {
    readRaw(cursor);
    if (!isNull(cursor)) return;
    if (cursor.position >= cursor.state - 1) judgeRun(cursor);
    if (cursor.detail === verdict.drop) continue;
    if (cursor.detail === verdict.release) setBare(cursor, rank.end);
    return;
  }
  setEnd(cursor, rank.end);
}

/**
 * `state` is 0 before the first token, 1 behind it, and from then on 2 more than where the run of
 * null tokens ends that `detail` judges.
 */
const unread = 0;
const verdict = { drop: 0, release: 1, count: 2 } as const;

/** Reads the token at `position`, with the separator before it; an empty token is a 0. */
function readRaw(cursor: TokenCursor): void {
  const { text, limit, position } = cursor;
  const first = cursor.state === unread;
  const before = first ? DOT : text.charCodeAt(position);
  const separated = !first && (before === DOT || before === HYPHEN);
  if (first) cursor.state = 1;
  const start = separated ? position + 1 : position;
  const end = tokenEnd(text, start, limit);
  cursor.start = start;
  cursor.end = end;
  cursor.position = end;
  if (end === start || isDigit(text.charCodeAt(start))) {
    cursor.rank = before === DOT ? rank.dotNumber : rank.hyphenNumber;
    cursor.value = 'number';
    return;
  }
  cursor.rank = wordRank(text, start, end);
  cursor.value = cursor.rank === rank.word ? 'folded' : 'none';
  if (before !== DOT && cursor.rank !== rank.end) cursor.rank += hyphenBonus;
}

function tokenEnd(text: string, start: number, limit: number): number {
  if (start < limit && isDigit(text.charCodeAt(start))) return digitsEnd(text, start, limit);
  let index = start;
  while (index < limit) {
    const code = text.charCodeAt(index);
    if (code === DOT || code === HYPHEN || isDigit(code)) break;
    index++;
  }
  return index;
}

function wordRank(text: string, start: number, end: number): number {
  const length = end - start;
  // `a1`, `b2` and `m3` are short for alpha, beta and milestone, only right before a digit.
  if (length === 1 && isDigit(text.charCodeAt(end))) {
    const letter = foldedAt(text, start);
    if (letter === 97) return rank.alpha;
    if (letter === 98) return rank.beta;
    if (letter === 109) return rank.milestone;
  }
  for (const qualifier of qualifiers) {
    if (qualifier.word.length === length && hasWordAt(text, start, qualifier.word)) {
      return qualifier.rank;
    }
  }
  return rank.word;
}

function isNull(cursor: TokenCursor): boolean {
  if (cursor.rank === rank.end) return true;
  return cursor.value === 'number' && isZero(cursor.text, cursor.start, cursor.end);
}

/**
 * Looks once along the run of null tokens that starts with the one just read. Where a number or a
 * later word follows by a dot, its zeros count as numbers; before a pre-release word they stand for
 * the release; before a hyphen or the end they are dropped.
 */
function judgeRun(cursor: TokenCursor): void {
  const { text, limit } = cursor;
  let index = cursor.position;
  cursor.detail = verdict.drop;
  while (index < limit && text.charCodeAt(index) === DOT) {
    const start = index + 1;
    const end = tokenEnd(text, start, limit);
    if (end === start || isDigit(text.charCodeAt(start))) {
      if (!isZero(text, start, end)) {
        cursor.detail = verdict.count;
        break;
      }
    } else {
      const word = wordRank(text, start, end);
      if (word !== rank.end) {
        cursor.detail = word < rank.end ? verdict.release : verdict.count;
        break;
      }
    }
    index = end;
  }
  cursor.state = index + 2;
}
