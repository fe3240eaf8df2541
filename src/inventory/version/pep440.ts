// Python: PEP 440 (packaging.python.org, "Version specifiers"); what does not follow it is below
// everything that does, in the order that setuptools once gave it.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareLegacy } from './pep440-legacy.ts';
import { newPep440, type Pep440, readPep440, section } from './pep440-parse.ts';
import { compareNumbers, compareText, digitsEnd, type Span } from './tokens.ts';

const left = newPep440();
const right = newPep440();
const leftSpan: Span = { text: '', start: 0, end: 0 };
const rightSpan: Span = { text: '', start: 0, end: 0 };

export const pep440Versions: VersionScheme = {
  id: 'pep440',
  compare: comparePep440,
  isValid: (version) => readPep440(left, version),
};

/** Epoch, release, pre-release, post-release, development release, local version. */
function comparePep440(a: string, b: string): number {
  if (a === b) return 0;
  const leftValid = readPep440(left, a);
  const rightValid = readPep440(right, b);
  if (!leftValid || !rightValid) {
    return leftValid === rightValid ? compareLegacy(a, b) : Number(leftValid) - Number(rightValid);
  }
  leftSpan.text = left.lower;
  rightSpan.text = right.lower;
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareReleases() ||
    phase(left) - phase(right) ||
    compareNumbers(left.preNumber, right.preNumber) ||
    Number(left.hasPost) - Number(right.hasPost) ||
    compareNumbers(left.postNumber, right.postNumber) ||
    // A development release comes before what it leads to.
    Number(right.hasDev) - Number(left.hasDev) ||
    compareNumbers(left.devNumber, right.devNumber) ||
    compareLocals()
  );
}

/** `1.0.dev1` is below `1.0a1`, and a version without pre-release above all of its pre-releases. */
function phase(version: Pep440): number {
  if (version.pre !== section.none) return version.pre;
  return version.hasDev && !version.hasPost ? section.development : section.release;
}

/** Missing components are 0. */
function compareReleases(): number {
  let i = left.releaseStart;
  let j = right.releaseStart;
  while (i < left.releaseEnd || j < right.releaseEnd) {
    leftSpan.start = Math.min(i, left.releaseEnd);
    rightSpan.start = Math.min(j, right.releaseEnd);
    leftSpan.end = digitsEnd(leftSpan.text, leftSpan.start, left.releaseEnd);
    rightSpan.end = digitsEnd(rightSpan.text, rightSpan.start, right.releaseEnd);
    const order = compareNumbers(leftSpan, rightSpan);
    if (order !== 0) return order;
    i = leftSpan.end + 1;
    j = rightSpan.end + 1;
  }
  return 0;
}

/** Parts of a local version: words below numbers, none at all below any. */
function compareLocals(): number {
  let i = left.localStart;
  let j = right.localStart;
  const iEnd = left.lower.length;
  const jEnd = right.lower.length;
  while (i < iEnd && j < jEnd) {
    aimPart(leftSpan, i, iEnd);
    aimPart(rightSpan, j, jEnd);
    const leftNumeric = digitsEnd(leftSpan.text, i, leftSpan.end) === leftSpan.end;
    const rightNumeric = digitsEnd(rightSpan.text, j, rightSpan.end) === rightSpan.end;
    if (leftNumeric !== rightNumeric) return leftNumeric ? 1 : -1;
    const order = leftNumeric
      ? compareNumbers(leftSpan, rightSpan)
      : compareText(leftSpan, rightSpan);
    if (order !== 0) return order;
    i = leftSpan.end + 1;
    j = rightSpan.end + 1;
  }
  return Number(i < iEnd) - Number(j < jEnd);
}

function aimPart(span: Span, start: number, limit: number): void {
  let index = start;
  while (index < limit) {
    const code = span.text.charCodeAt(index);
    if (code === 46 || code === 45 || code === 95) break;
    index++;
  }
  span.start = start;
  span.end = index;
}
