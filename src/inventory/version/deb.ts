// Version order of dpkg: `[epoch:]upstream[-revision]` (deb-version(7), Debian Policy 5.6.12).
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareNumbers, isDigit, isLetter, type Span } from './tokens.ts';

const left: Span = { text: '', start: 0, end: 0 };
const right: Span = { text: '', start: 0, end: 0 };

const TILDE = 126;

/** Also the order of OCaml's opam, which took it over. */
export const debVersions: VersionScheme = {
  id: 'deb',
  compare: compareDeb,
  // What dpkg accepts, its warnings included: a version that starts with no digit is none.
  isValid: (version) =>
    /^(?:\d+:\d[A-Za-z0-9.+~:-]*|\d[A-Za-z0-9.+~-]*)$/.test(version) &&
    !/-(?:[^-]*:[^-]*)?$/.test(version.slice(version.lastIndexOf('-'))),
};

/** Epochs by number, then upstream versions, then revisions (a missing one equals `0`). */
function compareDeb(a: string, b: string): number {
  if (a === b) return 0;
  left.text = a;
  right.text = b;
  const leftStart = epochEnd(left);
  const rightStart = epochEnd(right);
  const epochs = compareNumbers(left, right);
  if (epochs !== 0) return epochs;
  const leftDash = lastDash(a, leftStart);
  const rightDash = lastDash(b, rightStart);
  aim(left, leftStart, leftDash);
  aim(right, rightStart, rightDash);
  const upstream = comparePart();
  if (upstream !== 0) return upstream;
  aim(left, leftDash + 1, a.length);
  aim(right, rightDash + 1, b.length);
  return comparePart();
}

function aim(span: Span, start: number, end: number): void {
  span.start = start < end ? start : end;
  span.end = end;
}

/** Puts the span on the epoch's digits (empty if there is none) and returns where the rest starts. */
function epochEnd(span: Span): number {
  const { text } = span;
  let index = 0;
  while (index < text.length && isDigit(text.charCodeAt(index))) index++;
  const found = index > 0 && text.charCodeAt(index) === 58;
  aim(span, 0, found ? index : 0);
  return found ? index + 1 : 0;
}

function lastDash(text: string, from: number): number {
  const dash = text.lastIndexOf('-');
  return dash >= from ? dash : text.length;
}

/**
 * dpkg's `verrevcmp` on the two spans: runs of non-digits and of digits in turn. Among non-digits
 * a tilde is lower than the end, letters lower than everything else.
 */
function comparePart(): number {
  let i = left.start;
  let j = right.start;
  const iEnd = left.end;
  const jEnd = right.end;
  while (i < iEnd || j < jEnd) {
    for (;;) {
      const leftWeight = i < iEnd ? weight(left.text.charCodeAt(i)) : 0;
      const rightWeight = j < jEnd ? weight(right.text.charCodeAt(j)) : 0;
      if (leftWeight !== rightWeight) return leftWeight - rightWeight;
      if (leftWeight === 0) break;
      i++;
      j++;
    }
    left.start = i;
    right.start = j;
    while (i < iEnd && isDigit(left.text.charCodeAt(i))) i++;
    while (j < jEnd && isDigit(right.text.charCodeAt(j))) j++;
    left.end = i;
    right.end = j;
    const order = compareNumbers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** 0 for digits, as for the end of the part: both end a run of non-digits. */
function weight(code: number): number {
  if (isDigit(code)) return 0;
  if (code === TILDE) return -1;
  return isLetter(code) ? code : code + 256;
}
