// The advisories of one package name, read once for a scan and made ready to be compared: withdrawn
// records out, entries of one record joined, rebuilds of rpm modules folded.
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type { AdvisoryMatch, AdvisorySource, OsvRange } from '../../model/advisory.ts';
import { withoutRebuilds } from './modularity.ts';
import type { RangeOrders } from './range.ts';

/** What the matcher needs to know of package ecosystems and version orders. */
export interface MatchEcosystems {
  /** OSV ecosystem of a purl type (`npm` -> `npm`, `golang` -> `Go`), or null. */
  osvEcosystem(purlType: string): string | null;
  /** The name under which advisories list a package of this type. */
  advisoryName(found: {
    readonly type: string;
    readonly namespace: string | null;
    readonly name: string;
  }): string;
  /** Order of an OSV ecosystem, with or without release; null where none is known. */
  scheme(osvEcosystem: string): VersionScheme | null;
  /** SemVer 2.0, for ranges of type `SEMVER`. */
  readonly semver: VersionScheme;
}

/** One record as far as it speaks of one package name (and one module stream). */
export interface BookEntry {
  readonly id: string;
  readonly advisory: AdvisoryMatch;
  readonly stream: string | null;
  readonly ranges: readonly OsvRange[];
  readonly versions: readonly string[];
}

export interface BookPage {
  readonly entries: readonly BookEntry[];
  /** Null: the ecosystem's versions have no order that we know. */
  readonly orders: RangeOrders | null;
}

export interface AdvisoryBook {
  page(ecosystem: string, name: string): BookPage;
}

/** Orders that are SemVer for every version that SemVer allows; they also know `v` and the like. */
const semverLike = new Set(['semver', 'golang', 'bitnami', 'pub']);

/** A view of `source` that asks for each (ecosystem, name) once. */
export function openBook(source: AdvisorySource, ecosystems: MatchEcosystems): AdvisoryBook {
  const shelves = new Map<string, { orders: RangeOrders | null; pages: Map<string, BookPage> }>();
  const shelfOf = (ecosystem: string) => {
    let shelf = shelves.get(ecosystem);
    if (shelf === undefined) {
      shelf = { orders: ordersOf(ecosystem, ecosystems), pages: new Map() };
      shelves.set(ecosystem, shelf);
    }
    return shelf;
  };
  return {
    page(ecosystem, name) {
      const { orders, pages } = shelfOf(ecosystem);
      let page = pages.get(name);
      if (page === undefined) {
        page = { entries: entriesOf(source.lookup(ecosystem, name), orders), orders };
        pages.set(name, page);
      }
      return page;
    },
  };
}

function ordersOf(ecosystem: string, ecosystems: MatchEcosystems): RangeOrders | null {
  const own = ecosystems.scheme(ecosystem);
  if (own === null) return null;
  return { ecosystem: own, semver: semverLike.has(own.id) ? own : ecosystems.semver };
}

/** Fields are read once and never spread: a database hands out objects that decode on access. */
function entriesOf(
  matches: readonly AdvisoryMatch[],
  orders: RangeOrders | null,
): readonly BookEntry[] {
  if (matches.length === 0) return noEntries;
  const entries = new Map<string, BookEntry>();
  for (const advisory of matches) {
    if (advisory.withdrawn !== null) continue;
    const { id, modularity: stream, ranges, versions } = advisory;
    const key = stream === null ? id : `${id} ${stream}`;
    const known = entries.get(key);
    entries.set(key, {
      id,
      advisory: known?.advisory ?? advisory,
      stream,
      ranges: known === undefined ? ranges : [...known.ranges, ...ranges],
      versions: known === undefined ? versions : [...known.versions, ...versions],
    });
  }
  if (orders?.ecosystem.id !== 'rpm') return [...entries.values()];
  const scheme = orders.ecosystem;
  return [...entries.values()].map(({ id, advisory, stream, ranges, versions }) => ({
    id,
    advisory,
    stream,
    ranges: withoutRebuilds(ranges, scheme),
    versions,
  }));
}

const noEntries: readonly BookEntry[] = [];
