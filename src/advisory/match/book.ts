// The advisories of one package name, read once for a scan and made ready to be compared: withdrawn
// records out, entries of one record joined, rebuilds of rpm modules folded.
import type { VersionScheme } from '../../inventory/ecosystem/ecosystem.ts';
import type {
  AdvisoryLadder,
  AdvisoryMatch,
  AdvisoryPage,
  AdvisorySource,
  LadderMatch,
  OsvRange,
} from '../../model/advisory.ts';
import { firstAbove } from './ladder.ts';
import { fixesAreModular, withoutRebuilds } from './modularity.ts';
import type { RangeOrders, Subject } from './range.ts';

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

/** One record's word on one package name (and one module stream); `id` is read when wanted. */
export interface BookEntry {
  readonly id: string;
  readonly advisory: AdvisoryMatch;
  readonly stream: string | null;
  readonly ranges: readonly OsvRange[];
  readonly versions: readonly string[];
}

/** What advisories say of one name. */
export interface BookPage {
  readonly isEmpty: boolean;
  /** Null: the ecosystem's versions have no order that we know. */
  readonly orders: RangeOrders | null;
  /** The entries that can strike a version but for the plain ones; all for null. */
  entries(subject: Subject | null): readonly BookEntry[];
  /**
   * The plain entries that strike a version, or cannot be decided where it has no place in the order;
   * none where they stand among the entries.
   */
  plain(subject: Subject): readonly LadderMatch[];
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
        page = new Page(source.lookup(ecosystem, name), orders);
        pages.set(name, page);
      }
      return page;
    },
  };
}

/** The orders that decide in an ecosystem, with or without release; null where none is known. */
export function ordersOf(ecosystem: string, ecosystems: MatchEcosystems): RangeOrders | null {
  const own = ecosystems.scheme(ecosystem);
  if (own === null) return null;
  return { ecosystem: own, semver: semverLike.has(own.id) ? own : ecosystems.semver };
}

const noEntries: readonly BookEntry[] = [];

class Page implements BookPage {
  readonly isEmpty: boolean;
  readonly orders: RangeOrders | null;
  readonly #ladder: AdvisoryLadder | null;
  readonly #all: readonly AdvisoryMatch[];
  /** The entries asked for last: those without a bound are the same for every version. */
  #first = -1;
  #entries = noEntries;

  constructor(page: AdvisoryPage, orders: RangeOrders | null) {
    this.orders = orders;
    this.#ladder = orders === null ? null : (page.ladder ?? null);
    this.#all = this.#ladder === null ? [...page] : [];
    this.isEmpty = this.#ladder === null && this.#all.length === 0;
  }

  entries(subject: Subject | null): readonly BookEntry[] {
    const first = this.#above(this.#ladder?.bounds, subject);
    if (first !== this.#first) {
      const matches = this.#ladder?.others(first) ?? this.#all;
      this.#entries = entriesOf(matches, this.orders);
      this.#first = first;
    }
    return this.#entries;
  }

  plain(subject: Subject): readonly LadderMatch[] {
    return this.#ladder?.plain(this.#above(this.#ladder.fixes, subject)) ?? [];
  }

  #above(steps: readonly string[] | undefined, subject: Subject | null): number {
    if (steps === undefined || this.orders === null || subject?.valid !== true) return 0;
    return firstAbove(steps, subject.version, this.orders.ecosystem);
  }
}

/**
 * Entries of a lookup. Only ranges and the module stream are read here: a database decodes the rest
 * on access, and most entries are judged by their range alone.
 */
function entriesOf(
  matches: readonly AdvisoryMatch[],
  orders: RangeOrders | null,
): readonly BookEntry[] {
  if (matches.length === 0) return noEntries;
  const entries = matches.map((advisory) => new Entry(advisory, advisory.ranges));
  return orders?.ecosystem.id === 'rpm' ? foldRebuilds(entries, orders.ecosystem) : entries;
}

/** A class, so that a scan of a hundred thousand entries makes no closures. */
class Entry implements BookEntry {
  readonly advisory: AdvisoryMatch;
  readonly ranges: readonly OsvRange[];
  readonly stream: string | null;

  constructor(advisory: AdvisoryMatch, ranges: readonly OsvRange[]) {
    this.advisory = advisory;
    this.ranges = ranges;
    this.stream = advisory.modularity;
  }

  get id(): string {
    return this.advisory.id;
  }

  get versions(): readonly string[] {
    return this.advisory.versions;
  }
}

/** The rebuilds of one erratum stand in entries of their own: joined by id, then folded. */
function foldRebuilds(entries: readonly BookEntry[], scheme: VersionScheme): readonly BookEntry[] {
  const modular = new Map<string, BookEntry[]>();
  const kept: BookEntry[] = [];
  for (const entry of entries) {
    if (fixesAreModular(entry.ranges) !== true) {
      kept.push(entry);
      continue;
    }
    const key = `${entry.id} ${entry.stream ?? ''}`;
    const group = modular.get(key);
    if (group === undefined) modular.set(key, [entry]);
    else group.push(entry);
  }
  for (const [first, ...rest] of modular.values()) {
    if (first === undefined) continue;
    const ranges = [...first.ranges, ...rest.flatMap((entry) => entry.ranges)];
    kept.push(new Entry(first.advisory, withoutRebuilds(ranges, scheme)));
  }
  return kept;
}
