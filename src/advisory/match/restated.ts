// Lists of versions that only repeat what the ranges beside them say: most of PyPI's do. A database
// leaves them out, so that nobody inflates them to learn nothing.
import type { AdvisoryMatch } from '../../model/advisory.ts';
import { type MatchEcosystems, ordersOf } from './book.ts';
import { type RangeOrders, strikesAll } from './range.ts';

type Listed = Pick<AdvisoryMatch, 'ranges' | 'versions'> & { readonly ecosystem: string };

/**
 * Tells whether an entry's list can be left out without changing the verdict on any version: each
 * range is of the ecosystem's own order, and each listed version has its place there inside of one.
 */
export function restatedLists(ecosystems: MatchEcosystems): (entry: Listed) => boolean {
  const known = new Map<string, RangeOrders | null>();
  return ({ ecosystem, ranges, versions }) => {
    let orders = known.get(ecosystem);
    if (orders === undefined) {
      orders = ordersOf(ecosystem, ecosystems);
      known.set(ecosystem, orders);
    }
    return orders !== null && strikesAll(ranges, versions, orders);
  };
}
