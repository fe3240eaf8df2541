// What every version scheme must fulfil; each scheme's test runs this suite with its own vectors.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VersionScheme } from '../ecosystem/ecosystem.ts';

export interface SchemeCase {
  readonly scheme: VersionScheme;
  /** Lines `a < b`, `a = b` or `a > b`. */
  readonly vectors: readonly string[];
  /** Strings that have a place in the order. */
  readonly valid: readonly string[];
  /** Strings that have none: a match on them is undetermined. */
  readonly invalid: readonly string[];
  /** What version-like strings of this scheme are made of. */
  readonly pieces: readonly string[];
}

export interface Comparison {
  readonly a: string;
  readonly b: string;
  /** -1, 0 or 1 */
  readonly order: number;
}

const SEED = 20_261_121;
const LONG = 200_000;

/** Reads one line of a vector table. */
export function comparison(line: string): Comparison {
  const found = / ([<=>]) /.exec(line);
  if (found === null) throw new Error(`not a comparison: ${line}`);
  const order = found[1] === '<' ? -1 : found[1] === '>' ? 1 : 0;
  return { a: line.slice(0, found.index), b: line.slice(found.index + 3), order };
}

/** The sign of a comparison without negative zero. */
export function sign(order: number): number {
  if (order === 0) return 0;
  return order < 0 ? -1 : 1;
}

/** Strings that look like versions of the scheme. */
export function versionLike(pieces: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 9 })
    .map((parts) => parts.join(''));
}

export function describeScheme({ scheme, vectors, valid, invalid, pieces }: SchemeCase): void {
  const anyVersion = fc.oneof(
    { weight: 6, arbitrary: versionLike(pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  );

  describe(`version scheme ${scheme.id}`, () => {
    test.each(vectors.map((line) => [line]))('%s', (line) => {
      const { a, b, order } = comparison(line);
      expect(sign(scheme.compare(a, b))).toBe(order);
      expect(sign(scheme.compare(b, a))).toBe(0 - order);
    });

    test('tells versions from other strings', () => {
      expect(valid.filter((version) => !scheme.isValid(version))).toEqual([]);
      const never = ['', ' ', 'latest', 'unknown', '(devel)', '${project.version}', '\u0000'];
      expect([...invalid, ...never].filter((version) => scheme.isValid(version))).toEqual([]);
    });

    test('every version equals itself, and order reverses with the operands', () => {
      fc.assert(
        fc.property(anyVersion, anyVersion, (a, b) => {
          const order = scheme.compare(a, b);
          expect(Number.isNaN(order)).toBe(false);
          expect(sign(scheme.compare(b, a))).toBe(0 - sign(order));
          expect(sign(scheme.compare(a, ` ${a}`.slice(1)))).toBe(0);
        }),
        { seed: SEED, numRuns: 300 },
      );
    });

    test('order is transitive', () => {
      const several = fc.array(anyVersion, { minLength: 6, maxLength: 6 });
      fc.assert(
        fc.property(several, (versions) => {
          expect(intransitive(scheme, versions)).toBeNull();
        }),
        { seed: SEED, numRuns: 300 },
      );
    });

    test('stays linear on endless versions', () => {
      // A quadratic step would need many minutes here and run into the timeout.
      for (const piece of [...pieces, 'é', ' ', '-', '.', '~', '+', '0.', '.0', '0', 'a1']) {
        const long = piece.repeat(Math.ceil(LONG / piece.length));
        const start = `1.0${long}`;
        expect(sign(scheme.compare(long, piece + long))).toBe(
          0 - sign(scheme.compare(piece + long, long)),
        );
        for (const tail of ['', 'x', '\u0000']) {
          scheme.compare(start + tail, `${start}.1`);
          scheme.isValid(start + tail);
          scheme.isValid(long + tail);
        }
      }
    });
  });
}

/** The first triple `a <= b <= c` whose ends are not in the order that follows, or null. */
function intransitive(scheme: VersionScheme, versions: readonly string[]): string | null {
  for (const a of versions) {
    for (const b of versions) {
      const first = sign(scheme.compare(a, b));
      for (const c of versions) {
        const second = sign(scheme.compare(b, c));
        if (first > 0 || second > 0) continue;
        const expected = first === 0 && second === 0 ? 0 : -1;
        if (sign(scheme.compare(a, c)) !== expected) return JSON.stringify([a, b, c]);
      }
    }
  }
  return null;
}
