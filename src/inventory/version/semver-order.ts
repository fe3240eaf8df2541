// Precedence of Semantic Versioning 2.0.0 (section 11) with the variations of its family, and the
// lenient reading that real data needs: any number of components (missing ones are 0), a leading
// `v`, numbers of any size, pre-releases without hyphen.
import {
  compareFolded,
  compareNumbers,
  compareText,
  digitsEnd,
  isDigit,
  type Span,
} from './tokens.ts';

export interface SemverRules {
  /** Pre-release identifiers compare without regard to ASCII case (NuGet). */
  readonly foldCase?: true;
  /** Build metadata breaks ties, absent below present (Dart's pub). */
  readonly buildCounts?: true;
  /** A pre-release of digits only is a revision above the release (Bitnami). */
  readonly revisions?: true;
  /** `1.21rc2` reads as `1.21.0-rc.2` (Go's own releases). */
  readonly goReleases?: true;
}

/** A version taken apart; the span is the component that is compared right now. */
interface Parts extends Span {
  releaseStart: number;
  releaseEnd: number;
  /** -1 without pre-release. */
  preStart: number;
  preEnd: number;
  /** -1 without build metadata. */
  buildStart: number;
  /** The pre-release followed without hyphen: digits and letters separate identifiers. */
  loose: boolean;
}

const left = newParts();
const right = newParts();

/** Negative, zero or positive, for any two strings. */
export function compareSemver(a: string, b: string, rules: SemverRules): number {
  if (a === b) return 0;
  takeApart(left, a);
  takeApart(right, b);
  const releases = compareReleases();
  if (releases !== 0) return releases;
  const stages = stage(left, rules) - stage(right, rules);
  if (stages !== 0) return stages;
  if (left.preStart >= 0) {
    const order = compareLists(left.preStart, right.preStart, rules);
    if (order !== 0) return order;
  }
  return rules.buildCounts ? compareBuilds(rules) : 0;
}

function newParts(): Parts {
  return {
    text: '',
    start: 0,
    end: 0,
    releaseStart: 0,
    releaseEnd: 0,
    preStart: -1,
    preEnd: 0,
    buildStart: -1,
    loose: false,
  };
}

/** The same for every set of rules, so that the last result can serve again. */
function takeApart(parts: Parts, text: string): void {
  // The same event of an advisory is compared with many versions in a row.
  if (parts.text === text && parts.releaseEnd > 0) return;
  const { length } = text;
  let index = releaseStart(text);
  parts.text = text;
  parts.releaseStart = index;
  while (index < length && (isDigit(text.charCodeAt(index)) || text.charCodeAt(index) === 46)) {
    index++;
  }
  parts.releaseEnd = index;
  const plus = text.indexOf('+', index);
  parts.preEnd = plus < 0 ? length : plus;
  parts.buildStart = plus < 0 ? -1 : plus + 1;
  parts.preStart = -1;
  parts.loose = false;
  if (index >= parts.preEnd) return;
  parts.loose = text.charCodeAt(index) !== 45;
  parts.preStart = parts.loose ? index : index + 1;
}

/** Behind a leading `v`, `=` or (Go's own releases) `go`. */
function releaseStart(text: string): number {
  const code = text.charCodeAt(0);
  if (code === 118 || code === 86 || code === 61) return 1;
  return text.startsWith('go') && isDigit(text.charCodeAt(2)) ? 2 : 0;
}

/** Components in turn; missing and empty ones are 0. */
function compareReleases(): number {
  let i = left.releaseStart;
  let j = right.releaseStart;
  while (i < left.releaseEnd || j < right.releaseEnd) {
    left.start = i;
    right.start = j;
    left.end = digitsEnd(left.text, i, left.releaseEnd);
    right.end = digitsEnd(right.text, j, right.releaseEnd);
    const order = compareNumbers(left, right);
    if (order !== 0) return order;
    i = Math.min(left.end + 1, left.releaseEnd);
    j = Math.min(right.end + 1, right.releaseEnd);
  }
  return 0;
}

/** 0 for a pre-release, 1 for a release, 2 for a revision of it. */
function stage(parts: Parts, rules: SemverRules): number {
  if (parts.preStart < 0) return 1;
  if (!rules.revisions || parts.loose) return 0;
  const end = digitsEnd(parts.text, parts.preStart, parts.preEnd);
  return end === parts.preEnd && end > parts.preStart ? 2 : 0;
}

function compareBuilds(rules: SemverRules): number {
  if (left.buildStart < 0 || right.buildStart < 0) {
    return Number(left.buildStart >= 0) - Number(right.buildStart >= 0);
  }
  const { preEnd: leftPreEnd } = left;
  const { preEnd: rightPreEnd } = right;
  left.preEnd = left.text.length;
  right.preEnd = right.text.length;
  const order = compareLists(left.buildStart, right.buildStart, rules);
  left.preEnd = leftPreEnd;
  right.preEnd = rightPreEnd;
  return order;
}

/** Dot-separated identifiers: numbers below words, a list below its own extension. */
function compareLists(leftStart: number, rightStart: number, rules: SemverRules): number {
  let i = leftStart;
  let j = rightStart;
  for (;;) {
    const leftDone = i > left.preEnd;
    const rightDone = j > right.preEnd;
    if (leftDone || rightDone) return Number(rightDone) - Number(leftDone);
    left.start = i;
    right.start = j;
    identifierEnd(left, rules);
    identifierEnd(right, rules);
    const order = compareIdentifiers(rules);
    if (order !== 0) return order;
    i = nextIdentifier(left);
    j = nextIdentifier(right);
  }
}

function identifierEnd(parts: Parts, rules: SemverRules): void {
  const splits = rules.goReleases && parts.loose;
  const { text, start, preEnd } = parts;
  const numeric = isDigit(text.charCodeAt(start));
  let index = start;
  while (index < preEnd) {
    const code = text.charCodeAt(index);
    if (code === 46 || (splits && isDigit(code) !== numeric)) break;
    index++;
  }
  parts.end = index;
}

/** Behind the separating dot; a loose split has no separator to skip. */
function nextIdentifier(parts: Parts): number {
  const { text, end, preEnd } = parts;
  return end < preEnd && text.charCodeAt(end) !== 46 ? end : end + 1;
}

function compareIdentifiers(rules: SemverRules): number {
  const leftNumeric = isNumeric(left);
  const rightNumeric = isNumeric(right);
  if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1;
  if (leftNumeric) return compareNumbers(left, right);
  return rules.foldCase ? compareFolded(left, right) : compareText(left, right);
}

function isNumeric(span: Span): boolean {
  return span.end > span.start && digitsEnd(span.text, span.start, span.end) === span.end;
}
