// The OSV evaluation: is a version inside an advisory's ranges or version list, which interval was
// hit, and which version leaves it (ossf/osv-schema, "Evaluation"). Compares without allocation.
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type { AdvisoryMatch, OsvEvent, OsvRange } from '../../model/advisory.ts';
import { fixesAreModular } from './modularity.ts';

/** The orders that decide: the ecosystem's own, and SemVer 2.0 for ranges of type `SEMVER`. */
export interface RangeOrders {
  readonly ecosystem: VersionScheme;
  readonly semver: VersionScheme;
}

export type RangeVerdict =
  | { readonly kind: 'not-affected' }
  | {
      readonly kind: 'affected';
      /** The interval in words: `>= 1.0, < 1.2.3`, or `= 1.2.3 (listed)`. */
      readonly range: string;
      /** The first version that leaves every interval hit; null when none is stated. */
      readonly fixed: string | null;
    }
  | { readonly kind: 'undetermined'; readonly reason: string };

/** A version that is judged many times, with what need be known of it only once. */
export interface Subject {
  readonly version: string;
  /** Whether it has a place in the ecosystem's order, and in that of SemVer. */
  readonly valid: boolean;
  readonly validSemver: boolean;
}

export function subjectOf(version: string, orders: RangeOrders): Subject {
  const valid = orders.ecosystem.isValid(version);
  const same = orders.semver === orders.ecosystem;
  return { version, valid, validSemver: same ? valid : orders.semver.isValid(version) };
}

/** Why a version cannot be judged by an order. */
export function noPlace(order: VersionScheme): string {
  return `version has no place in the ${order.id} order`;
}

/** The interval `[0, fixed)` in words. */
export function plainWords(fixed: string): string {
  return `>= 0, < ${fixed}`;
}

const notAffected: RangeVerdict = { kind: 'not-affected' };

type Ranged = Pick<AdvisoryMatch, 'id' | 'ranges' | 'versions'>;

interface RangeHit {
  readonly words: string;
  readonly fixed: string | null;
  readonly order: VersionScheme;
}

/**
 * Decides one version against one advisory: affected when it is in `versions` OR in any range.
 * `GIT` ranges cannot be decided from a version and are skipped; where nothing else is stated, and
 * for range types that OSV does not know, and for versions without a place in the order, the answer
 * is `undetermined` with a reason, never `not-affected`. Malware records (`MAL-`) without any range
 * or list mean every version.
 */
export function evaluateRanges(
  advisory: Ranged,
  given: Subject | string,
  orders: RangeOrders,
): RangeVerdict {
  const subject = typeof given === 'string' ? subjectOf(given, orders) : given;
  const { version } = subject;
  let hit: RangeHit | null = null;
  let reason: string | null = null;
  let decided = false;
  for (const range of advisory.ranges) {
    const order = orderOf(range, orders);
    if (order === null) {
      reason ??= `range of type ${range.type.slice(0, 40)}`;
      continue;
    }
    const valid = order === orders.ecosystem ? subject.valid : subject.validSemver;
    if (!valid && !coversAll(range)) {
      reason ??= noPlace(order);
      continue;
    }
    decided = true;
    const struck = strike(range, version, order);
    if (struck === null) continue;
    if (hit === null || isLater(struck.fixed, hit.fixed, order)) hit = struck;
  }
  if (hit !== null) return { kind: 'affected', range: hit.words, fixed: hit.fixed };
  if (isListed(advisory.versions, subject, decided ? null : orders.ecosystem)) {
    const fixed = lowestFixAbove(advisory.ranges, subject, orders);
    return { kind: 'affected', range: `= ${version} (listed)`, fixed };
  }
  return undecided(advisory, reason);
}

/**
 * Whether the ranges, all of the ecosystem's own order, hold each of `versions`: what a list of them
 * adds is then nothing, also to versions without a place in that order, which it does not have.
 */
export function strikesAll(
  ranges: readonly OsvRange[],
  versions: readonly string[],
  orders: RangeOrders,
): boolean {
  const order = orders.ecosystem;
  if (ranges.length === 0 || ranges.some((range) => orderOf(range, orders) !== order)) return false;
  return versions.every(
    (version) =>
      order.isValid(version) && ranges.some((range) => strike(range, version, order) !== null),
  );
}

/**
 * The last fix of all `ranges`, at and beyond which none of them strikes; null where one has no such end, or
 * is not of the ecosystem's own order, or speaks of builds of an rpm module.
 */
export function endOf(ranges: readonly OsvRange[], orders: RangeOrders): string | null {
  const order = orders.ecosystem;
  let end: string | null = null;
  for (const range of ranges) {
    const last = orderOf(range, orders) === order ? lastFix(range.events, order) : null;
    if (last === null || (order.id === 'rpm' && fixesAreModular([range]) === true)) return null;
    if (end === null || order.compare(last, end) > 0) end = last;
  }
  return end;
}

/** The last fix, if nothing begins behind it, else null. */
function lastFix(events: readonly OsvEvent[], order: VersionScheme): string | null {
  let last: string | null = null;
  for (const { fixed, limit } of events) {
    if (limit !== undefined) return null;
    if (fixed === undefined || fixed === '0') continue;
    if (last === null || order.compare(fixed, last) > 0) last = fixed;
  }
  const end = last;
  if (end === null) return null;
  // What begins later than the fix begins anew.
  const isOver = events.every(
    ({ introduced }) => introduced === undefined || compareBounds(introduced, end, order) <= 0,
  );
  return isOver ? end : null;
}

/** The interval of `range` that `version` is inside of, or null. */
function strike(range: OsvRange, version: string, order: VersionScheme): RangeHit | null {
  const plain = plainFix(range.events);
  if (plain !== null) {
    // Nine of ten ranges are `[0, fixed)`: one comparison.
    if (order.compare(version, plain) >= 0) return null;
    return { words: plainWords(plain), fixed: plain, order };
  }
  if (!isInRange(range, version, order)) return null;
  const { from, end } = intervalOf(range, version, order);
  const words = end === null ? '' : `, ${end.kind === 'last' ? '<=' : '<'} ${end.version}`;
  return { words: `>= ${from}${words}`, fixed: end?.kind === 'fixed' ? end.version : null, order };
}

/** The fixed version of a range that is exactly `introduced: 0` and then `fixed`, else null. */
function plainFix(events: readonly OsvEvent[]): string | null {
  const [first, second] = events;
  if (events.length !== 2 || first?.introduced !== '0' || hasEnd(first)) return null;
  if (second?.fixed === undefined || second.fixed === '0') return null;
  const isMore = second.introduced ?? second.last_affected ?? second.limit;
  return isMore === undefined ? second.fixed : null;
}

function undecided(advisory: Ranged, reason: string | null): RangeVerdict {
  const onlyGit = advisory.ranges.every((range) => range.type === 'GIT');
  if (onlyGit && advisory.versions.length === 0) {
    if (advisory.id.startsWith('MAL-') && advisory.ranges.length === 0) {
      return { kind: 'affected', range: 'every version', fixed: null };
    }
    // The schema asks for one of the two; a record with neither matches nothing.
    if (advisory.ranges.length === 0) return notAffected;
  }
  if (reason === null || (onlyGit && advisory.versions.length > 0)) return notAffected;
  return { kind: 'undetermined', reason };
}

function orderOf(range: OsvRange, orders: RangeOrders): VersionScheme | null {
  if (range.type === 'ECOSYSTEM') return orders.ecosystem;
  return range.type === 'SEMVER' ? orders.semver : null;
}

/** True when the range has no end and begins before everything: the version does not matter. */
function coversAll(range: OsvRange): boolean {
  return (
    range.events.length > 0 &&
    range.events.every((event) => event.introduced === '0' && !hasEnd(event))
  );
}

function hasEnd(event: OsvEvent): boolean {
  return (
    event.fixed !== undefined || event.last_affected !== undefined || event.limit !== undefined
  );
}

function isListed(
  versions: readonly string[],
  { version, valid }: Subject,
  order: VersionScheme | null,
): boolean {
  if (versions.includes(version)) return true;
  // Only where no range speaks: lists of thousands are dear to compare by order.
  if (order === null || !valid) return false;
  return versions.some((listed) => order.compare(listed, version) === 0);
}

/** Order of event versions; `0` stands before every version (`introduced: "0"`, `fixed: "0"`). */
function compareBounds(a: string, b: string, order: VersionScheme): number {
  if (a === b) return 0;
  if (a === '0') return -1;
  return b === '0' ? 1 : order.compare(a, b);
}

/**
 * Walks the events as if sorted by version, `introduced` before `fixed` and `last_affected` on
 * ties: the last event that applies to `version` decides. One pass, whatever their order.
 */
export function isInRange(range: OsvRange, version: string, order: VersionScheme): boolean {
  let deciding: string | null = null;
  let inside = false;
  for (const event of range.events) {
    const { introduced, fixed } = event;
    const last = event.last_affected;
    if (introduced !== undefined && compareBounds(introduced, version, order) <= 0) {
      if (deciding === null || compareBounds(introduced, deciding, order) > 0) {
        deciding = introduced;
        inside = true;
      }
    }
    if (fixed !== undefined && compareBounds(fixed, version, order) <= 0) {
      if (deciding === null || compareBounds(fixed, deciding, order) >= 0) {
        deciding = fixed;
        inside = false;
      }
    }
    if (last !== undefined && order.compare(last, version) < 0) {
      if (deciding === null || compareBounds(last, deciding, order) >= 0) {
        deciding = last;
        inside = false;
      }
    }
  }
  return inside && isBelowLimit(range, version, order);
}

/** Below at least one `limit`; without limits, or with `*`, there is none. */
function isBelowLimit(range: OsvRange, version: string, order: VersionScheme): boolean {
  let limited = false;
  for (const { limit } of range.events) {
    if (limit === undefined) continue;
    if (limit === '*' || order.compare(version, limit) < 0) return true;
    limited = true;
  }
  return !limited;
}

interface Interval {
  readonly from: string;
  readonly end: { readonly kind: 'fixed' | 'last' | 'limit'; readonly version: string } | null;
}

/** The interval of `range` around `version`, which must be inside. */
function intervalOf(range: OsvRange, version: string, order: VersionScheme): Interval {
  let from = '0';
  let end: Interval['end'] = null;
  const close = (kind: 'fixed' | 'last', at: string): void => {
    const distance = end === null ? -1 : order.compare(at, end.version);
    if (distance < 0 || (distance === 0 && kind === 'fixed')) end = { kind, version: at };
  };
  for (const event of range.events) {
    const { introduced, fixed } = event;
    const last = event.last_affected;
    if (introduced !== undefined && compareBounds(introduced, version, order) <= 0) {
      if (compareBounds(introduced, from, order) > 0) from = introduced;
    }
    if (fixed !== undefined && compareBounds(fixed, version, order) > 0) close('fixed', fixed);
    if (last !== undefined && order.compare(last, version) >= 0) close('last', last);
  }
  return { from, end: end ?? limitOf(range, version, order) };
}

function limitOf(range: OsvRange, version: string, order: VersionScheme): Interval['end'] {
  let highest: string | null = null;
  for (const { limit } of range.events) {
    if (limit === '*') return null;
    if (limit === undefined || order.compare(version, limit) >= 0) continue;
    if (highest === null || order.compare(limit, highest) > 0) highest = limit;
  }
  return highest === null ? null : { kind: 'limit', version: highest };
}

/** Of several intervals hit, the one that is left last is told; one without a fix outlasts all. */
function isLater(fixed: string | null, than: string | null, order: VersionScheme): boolean {
  if (than === null) return false;
  return fixed === null || order.compare(fixed, than) > 0;
}

function lowestFixAbove(
  ranges: readonly OsvRange[],
  { version, valid, validSemver }: Subject,
  orders: RangeOrders,
): string | null {
  let lowest: string | null = null;
  for (const range of ranges) {
    const order = orderOf(range, orders);
    if (order === null || !(order === orders.ecosystem ? valid : validSemver)) continue;
    for (const { fixed } of range.events) {
      if (fixed === undefined || compareBounds(fixed, version, order) <= 0) continue;
      if (lowest === null || order.compare(fixed, lowest) < 0) lowest = fixed;
    }
  }
  return lowest;
}
