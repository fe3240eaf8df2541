// The order of upstream versions of kernels and container runtimes, and the ranges of a flaw.

/** Numbers of a release, and its candidate (`-rc.3`, `~rc2`); a release has none. */
export interface UpstreamVersion {
  readonly numbers: readonly number[];
  readonly candidate: number | null;
}

/**
 * Reads what upstream, distributions and `uname -r` write: `v1.1.5`, `1.1.5+ds1-1+deb12u1`, `5.9-rc4`,
 * `1:1.0.0~rc93+ds1-5`, `6.18.44-fc`, `5:24.0.7-1~ubuntu`. Null: it is no version.
 */
export function upstreamOf(text: string): UpstreamVersion | null {
  const plain = text.replace(/^\d{1,6}:/, '').replace(/^v/, '');
  const [, release = '', candidate] =
    /^(\d{1,9}(?:\.\d{1,9}){0,5})(?:[-~.]?(?:rc|beta|alpha)[.-]?(\d{1,6}))?/i.exec(plain) ?? [];
  if (release === '') return null;
  return {
    numbers: release.split('.').map(Number),
    candidate: candidate === undefined ? null : Number(candidate),
  };
}

/** Negative, zero or positive. `1.0` is `1.0.0`; a candidate comes before its release. */
export function compareUpstream(a: UpstreamVersion, b: UpstreamVersion): number {
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at += 1) {
    const order = (a.numbers[at] ?? 0) - (b.numbers[at] ?? 0);
    if (order !== 0) return order;
  }
  if (a.candidate === b.candidate) return 0;
  if (a.candidate === null) return 1;
  return b.candidate === null ? -1 : a.candidate - b.candidate;
}

/** Where upstream broke it and where it mended it. */
export interface AffectedRange {
  /** First version that has the flaw. */
  readonly from: string;
  /** First version without it, one for each branch; none: nothing mends it. */
  readonly fixed: readonly string[];
  /** Branches (`6.1`) that were mended in a version which nobody here verified. */
  readonly unverified?: readonly string[];
}

export type RangeAnswer =
  | { readonly kind: 'before' }
  | { readonly kind: 'fixed'; readonly fixedIn: string }
  | { readonly kind: 'affected'; readonly fixedIn: string | null }
  | { readonly kind: 'unverified' };

/**
 * A branch is the first two numbers. Mended is what lies at or above the fix of its own branch, and all
 * that is above the newest fix; other branches never got one.
 */
export function placeInRange(version: UpstreamVersion, range: AffectedRange): RangeAnswer {
  const from = upstreamOf(range.from);
  if (from !== null && compareUpstream(version, from) < 0) return { kind: 'before' };
  const fixes = range.fixed
    .flatMap((text) => {
      const parsed = upstreamOf(text);
      return parsed === null ? [] : [{ text, parsed }];
    })
    .toSorted((a, b) => compareUpstream(a.parsed, b.parsed));
  const own = fixes.find(({ parsed }) => branchOf(parsed) === branchOf(version));
  const newest = fixes.at(-1);
  if (own !== undefined) {
    return compareUpstream(version, own.parsed) >= 0
      ? { kind: 'fixed', fixedIn: own.text }
      : { kind: 'affected', fixedIn: own.text };
  }
  if (newest !== undefined && compareUpstream(version, newest.parsed) >= 0) {
    return { kind: 'fixed', fixedIn: newest.text };
  }
  if (range.unverified?.includes(branchOf(version)) === true) return { kind: 'unverified' };
  const next = fixes.find(({ parsed }) => compareUpstream(parsed, version) > 0);
  return { kind: 'affected', fixedIn: next?.text ?? null };
}

function branchOf({ numbers }: UpstreamVersion): string {
  return `${numbers[0] ?? 0}.${numbers[1] ?? 0}`;
}
