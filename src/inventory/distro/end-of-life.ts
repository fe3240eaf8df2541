// Whether a release still gets free security fixes.
import type { Distribution } from '../../model/distribution.ts';

export type EndOfLifeState =
  | { readonly kind: 'supported'; readonly until: string }
  | { readonly kind: 'ended'; readonly since: string }
  /** No date is published: rolling releases, and releases newer than our tables. */
  | { readonly kind: 'unknown' };

/** Support lasts to the end of the stated day (UTC). Dates are ISO. */
export function endOfLifeState(
  distribution: Pick<Distribution, 'endOfLife'>,
  now: Date,
): EndOfLifeState {
  const { endOfLife } = distribution;
  if (endOfLife === null) return { kind: 'unknown' };
  const today = now.toISOString().slice(0, 10);
  return today > endOfLife
    ? { kind: 'ended', since: endOfLife }
    : { kind: 'supported', until: endOfLife };
}
