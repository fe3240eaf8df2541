// What a database is told of version orders while it is written, so that less is compared when it is
// asked: lists that only repeat their ranges, and the order of fixes.
import type { Arrangement, Judged, LadderOrder } from '../database/index.ts';
import { type MatchEcosystems, ordersOf } from './book.ts';
import { endOf, type RangeOrders, strikesAll } from './range.ts';

/** Answers from the orders with which packages are matched later. */
export function arrangementOf(ecosystems: MatchEcosystems): Arrangement {
  const orders = remembered((ecosystem) => ordersOf(ecosystem, ecosystems));
  return {
    /**
     * True when an entry's list can be left out without changing the verdict on any version: each range
     * is of the ecosystem's own order, and each listed version has its place there inside of one.
     */
    isRestated({ ecosystem, ranges, versions }) {
      const known = orders(ecosystem);
      return known !== null && strikesAll(ranges, versions, known);
    },
    ladderOf: remembered((ecosystem): LadderOrder | null => {
      const known = orders(ecosystem);
      if (known === null) return null;
      const { ecosystem: own } = known;
      return {
        compare: (a, b) => own.compare(a, b),
        boundOf: (entry) => boundOf(entry, known),
      };
    }),
  };
}

/** Of an entry for a module, or with a list that goes beyond its ranges, nothing is told. */
function boundOf({ ranges, versions, modularity }: Judged, orders: RangeOrders): string | null {
  const order = orders.ecosystem;
  const bound = modularity === null ? endOf(ranges, orders) : null;
  if (bound === null) return null;
  const isBelow = (version: string): boolean =>
    !order.isValid(version) || order.compare(version, bound) < 0;
  return versions.every(isBelow) ? bound : null;
}

function remembered<T>(work: (ecosystem: string) => T): (ecosystem: string) => T {
  const known = new Map<string, T>();
  return (ecosystem) => {
    let value = known.get(ecosystem);
    if (value === undefined) {
      value = work(ecosystem);
      known.set(ecosystem, value);
    }
    return value;
  };
}
