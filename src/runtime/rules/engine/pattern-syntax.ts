// The tree and the program of a pattern.

/** A pattern that is not understood; the message is for the author of a rule. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Code points, first and last included. */
export type Range = readonly [number, number];
export type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'boundary' | 'no-boundary';

export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'class'; readonly ranges: readonly Range[] }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly least: number;
      /** Null: without end. */
      readonly most: number | null;
    };

export type Instruction =
  | { readonly kind: 'class'; readonly ranges: readonly Range[] }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'fork'; readonly targets: readonly number[] }
  | { readonly kind: 'match' };

const lastCodePoint = 0x10ffff;
export const anyCharacter: readonly Range[] = [[0, lastCodePoint]];
export const anyButNewline: readonly Range[] = [
  [0, 9],
  [11, lastCodePoint],
];

/** Whether a code point lies in one of the ranges. */
export function codePointIn(code: number, ranges: readonly Range[]): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

/** All other code points. */
export function inverted(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) result.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= lastCodePoint) result.push([from, lastCodePoint]);
  return result;
}

const [lowerA, lowerZ, upperA, upperZ] = [97, 122, 65, 90];
const caseDistance = lowerA - upperA;

/** The ranges with the other case of their ASCII letters. */
export function foldedRanges(ranges: readonly Range[]): readonly Range[] {
  const more: Range[] = [];
  for (const [first, last] of ranges) {
    const lower: Range = [Math.max(first, lowerA), Math.min(last, lowerZ)];
    const upper: Range = [Math.max(first, upperA), Math.min(last, upperZ)];
    if (lower[0] <= lower[1]) more.push([lower[0] - caseDistance, lower[1] - caseDistance]);
    if (upper[0] <= upper[1]) more.push([upper[0] + caseDistance, upper[1] + caseDistance]);
  }
  return more.length === 0 ? ranges : [...ranges, ...more];
}
