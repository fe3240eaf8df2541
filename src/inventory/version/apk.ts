// Version order of apk-tools (Alpine, Wolfi, Chainguard): digits{.digits}{letter}{_suffix{n}}{~hash}{-rN}
// (apk-package(5), "PACKAGE VERSION"). Where apk 2 and apk 3 differ on odd strings we follow apk 3.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareTokens, digitsEnd, isDigit, setBare, setEnd, type TokenCursor } from './tokens.ts';

/** Pre-release suffixes are below everything; then the shorter version is the lower one. */
const rank = {
  preSuffix: 0,
  garbage: 1,
  missing: 2,
  end: 3,
  revision: 4,
  hash: 5,
  suffixNumber: 6,
  postSuffix: 7,
  letter: 8,
  /** A component with leading zero is a fraction: `.05` is below `.5`. */
  fraction: 9,
  digits: 10,
} as const;

const suffixes = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'] as const;
/** From here on suffixes mean "after the release". */
const firstPostSuffix = 4;

/** What was read last: decides what may follow. */
const after = {
  nothing: 0,
  digits: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  hash: 5,
  revision: 6,
};

export const apkVersions: VersionScheme = {
  id: 'apk',
  compare: (a, b) => compareTokens(a, b, readApk),
  // A letter followed by digits (`6.6.2p1`) is no valid apk 3 version but exists in old releases.
  isValid: (version) =>
    /^\d+(?:\.\d+)*(?:[a-z](?:\d+(?:\.\d+)*)?)?(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(?:~[0-9a-f]+)?(?:-r\d*)?$/.test(
      version,
    ),
};

function readApk(cursor: TokenCursor): void {
  const { text, limit, position, state } = cursor;
  if (state === after.nothing) {
    readDigits(cursor, position, true);
    return;
  }
  if (position >= limit) {
    setEnd(cursor, rank.end);
    return;
  }
  const code = text.charCodeAt(position);
  if (state === after.digits && code === 46) {
    readDigits(cursor, position + 1, false);
  } else if (state === after.digits && code >= 97 && code <= 122) {
    setText(cursor, rank.letter, position + 1);
    cursor.state = after.letter;
  } else if (state === after.letter && isDigit(code)) {
    readDigits(cursor, position, true);
  } else if (state === after.suffix && isDigit(code)) {
    setNumber(cursor, rank.suffixNumber, position);
    cursor.state = after.suffixNumber;
  } else if (state < after.hash && code === 95) {
    readSuffix(cursor);
  } else if (state < after.hash && code === 126) {
    readHash(cursor);
  } else if (state < after.revision && code === 45) {
    readRevision(cursor);
  } else {
    setGarbage(cursor);
  }
}

/** A component of digits. Only components after a dot know fractions (leading zeros). */
function readDigits(cursor: TokenCursor, from: number, whole: boolean): void {
  const { text, limit } = cursor;
  const end = digitsEnd(text, from, limit);
  cursor.state = after.digits;
  if (end === from) {
    cursor.position = from;
    setBare(cursor, rank.missing);
    return;
  }
  if (!whole && text.charCodeAt(from) === 48) {
    cursor.position = from;
    setText(cursor, rank.fraction, end);
    return;
  }
  setNumber(cursor, rank.digits, from);
}

function readSuffix(cursor: TokenCursor): void {
  const { text, limit, position } = cursor;
  let end = position + 1;
  while (end < limit && text.charCodeAt(end) >= 97 && text.charCodeAt(end) <= 122) end++;
  const length = end - position - 1;
  for (let index = 0; index < suffixes.length; index++) {
    const suffix = suffixes[index] ?? '';
    if (suffix.length !== length || !text.startsWith(suffix, position + 1)) continue;
    cursor.position = end;
    cursor.state = after.suffix;
    // Suffixes of one side of the release are ordered among themselves by fractions of a rank.
    setBare(cursor, (index < firstPostSuffix ? rank.preSuffix : rank.postSuffix) + index / 16);
    return;
  }
  setGarbage(cursor);
}

function readHash(cursor: TokenCursor): void {
  const { text, limit, position } = cursor;
  let end = position + 1;
  while (end < limit) {
    const code = text.charCodeAt(end);
    if (!isDigit(code) && (code < 97 || code > 102)) break;
    end++;
  }
  if (end === position + 1) {
    setGarbage(cursor);
    return;
  }
  cursor.position = position + 1;
  setText(cursor, rank.hash, end);
  cursor.state = after.hash;
}

/** `-r` and a number; any other text after the dash counts as revision 0 with garbage behind it. */
function readRevision(cursor: TokenCursor): void {
  const { text, position } = cursor;
  const marked = text.charCodeAt(position + 1) === 114;
  setNumber(cursor, rank.revision, marked ? position + 2 : cursor.limit);
  if (!marked) cursor.position = position + 1;
  cursor.state = after.revision;
}

/** What no rule covers ends the comparison: two such versions are equal up to here. */
function setGarbage(cursor: TokenCursor): void {
  cursor.position = cursor.limit;
  setEnd(cursor, rank.garbage);
}

function setNumber(cursor: TokenCursor, value: number, from: number): void {
  cursor.start = from;
  cursor.end = digitsEnd(cursor.text, from, cursor.limit);
  cursor.position = cursor.end;
  cursor.rank = value;
  cursor.value = 'number';
}

function setText(cursor: TokenCursor, value: number, end: number): void {
  cursor.start = cursor.position;
  cursor.end = end;
  cursor.position = end;
  cursor.rank = value;
  cursor.value = 'text';
}
