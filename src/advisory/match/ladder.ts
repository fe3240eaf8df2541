// Ladders: steps and ends of advisories in the order of a package's versions. What can strike a version is
// found by halving, however many advisories a package has.
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';

/** The place of the first of `steps` (lowest first) above `version`; their number if none is. */
export function firstAbove(
  steps: readonly string[],
  version: string,
  order: VersionScheme,
): number {
  let low = 0;
  let high = steps.length;
  // Most packages are at their last fix or beyond it.
  if (high === 0 || order.compare(version, steps[high - 1] as string) >= 0) return high;
  high -= 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order.compare(version, steps[middle] as string) < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
