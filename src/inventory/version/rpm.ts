// Version order of rpm: `[epoch:]version[-release]`, each part by rpmvercmp (rpm-version(7)).
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import {
  compareCursors,
  digitsEnd,
  isDigit,
  isLetter,
  lettersEnd,
  newCursor,
  rewind,
  setBare,
  setEnd,
  type TokenCursor,
} from './tokens.ts';

const TILDE = 126;
const CARET = 94;
const rank = { tilde: 0, end: 1, caret: 2, letters: 3, digits: 4 } as const;

const left = newCursor();
const right = newCursor();

export const rpmVersions: VersionScheme = {
  id: 'rpm',
  compare: compareRpm,
  // rpm orders every string; a version without any digit (`latest`) says nothing all the same.
  isValid: (version) =>
    /^(?:\d+:)?[A-Za-z._+~^]*\d[A-Za-z0-9._+~^]*(?:-[A-Za-z0-9._+~^]+)?$/.test(version),
};

/** Epoch (missing is 0), version, release; a version without release is below any with one. */
function compareRpm(a: string, b: string): number {
  if (a === b) return 0;
  const leftColon = a.indexOf(':');
  const rightColon = b.indexOf(':');
  const epochs = compareEpochs(a, leftColon, { text: b, colon: rightColon });
  if (epochs !== 0) return epochs;
  const leftDash = releaseDash(a, leftColon);
  const rightDash = releaseDash(b, rightColon);
  left.text = a;
  right.text = b;
  rewind(left, leftColon + 1, leftDash);
  rewind(right, rightColon + 1, rightDash);
  const versions = compareCursors(left, right, readRpm);
  if (versions !== 0) return versions;
  const leftBare = leftDash === a.length;
  const rightBare = rightDash === b.length;
  if (leftBare || rightBare) return Number(rightBare) - Number(leftBare);
  rewind(left, leftDash + 1, a.length);
  rewind(right, rightDash + 1, b.length);
  return compareCursors(left, right, readRpm);
}

function compareEpochs(
  a: string,
  leftColon: number,
  other: { readonly text: string; readonly colon: number },
): number {
  if (leftColon < 0 && other.colon < 0) return 0;
  left.text = leftColon < 0 ? '0' : a;
  right.text = other.colon < 0 ? '0' : other.text;
  rewind(left, 0, leftColon < 0 ? 1 : leftColon);
  rewind(right, 0, other.colon < 0 ? 1 : other.colon);
  return compareCursors(left, right, readRpm);
}

function releaseDash(text: string, colon: number): number {
  const dash = text.lastIndexOf('-');
  return dash > colon ? dash : text.length;
}

/** rpmvercmp's segments: `~` is below the end, `^` just above it, letters below digits. */
function readRpm(cursor: TokenCursor): void {
  const { text, limit } = cursor;
  let index = cursor.position;
  let code = 0;
  for (; index < limit; index++) {
    code = text.charCodeAt(index);
    if (isDigit(code) || isLetter(code) || code === TILDE || code === CARET) break;
  }
  if (index >= limit) {
    cursor.position = limit;
    setEnd(cursor, rank.end);
    return;
  }
  if (code === TILDE || code === CARET) {
    cursor.position = index + 1;
    setBare(cursor, code === TILDE ? rank.tilde : rank.caret);
    return;
  }
  const numeric = isDigit(code);
  cursor.start = index;
  cursor.end = numeric ? digitsEnd(text, index, limit) : lettersEnd(text, index, limit);
  cursor.position = cursor.end;
  cursor.rank = numeric ? rank.digits : rank.letters;
  cursor.value = numeric ? 'number' : 'text';
}
