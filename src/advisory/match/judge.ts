// The comparison itself: a package's version against every advisory of its name. Packages that ask
// the same question (binaries of one source, a library in many places) get the same answer object.
import type { Package } from '../../model/package.ts';
import type { Unknown } from '../../model/unknown.ts';
import { compareText } from './alias.ts';
import type { Query } from './assess.ts';
import type { AdvisoryBook, BookEntry, BookPage } from './book.ts';
import { type About, type Flaw, flawsOf, type Hit } from './flaw.ts';
import { isModular, type ModulePackage, speaksForModule } from './modularity.ts';
import {
  evaluateRanges,
  noPlace,
  plainWords,
  type RangeVerdict,
  type Subject,
  subjectOf,
} from './range.ts';

/** Advisories that could not be decided, and why the first could not. */
export interface Undecided {
  readonly ids: ReadonlySet<string>;
  readonly reason: string;
}

export interface Judgement {
  readonly flaws: readonly Flaw[];
  readonly undecided: Undecided | null;
}

export type Judge = (found: ModulePackage, queries: readonly Query[]) => Judgement;

const clean: Judgement = { flaws: [], undecided: null };

/** A judge that remembers its answers for one scan. */
export function createJudge(book: AdvisoryBook, about: About): Judge {
  const known = new Map<string, Judgement>();
  return (found, queries) => {
    if (queries.every((query) => book.page(query.ecosystem, query.name).isEmpty)) return clean;
    const key = keyOf(found, queries);
    let judgement = known.get(key);
    if (judgement === undefined) {
      const { hits, undecided } = compare(found, queries, book);
      const isClean = hits.length === 0 && undecided === null;
      judgement = isClean ? clean : { flaws: flawsOf(hits, about), undecided };
      known.set(key, judgement);
    }
    return judgement;
  };
}

function keyOf(found: ModulePackage, queries: readonly Query[]): string {
  let key = found.modularity ?? '';
  for (const { ecosystem, name, version, field } of queries) {
    key += `\n${ecosystem}\n${name}\n${version}\n${field}`;
  }
  return key;
}

interface Compared {
  readonly hits: Hit[];
  undecided: { readonly ids: Set<string>; readonly reason: string } | null;
}

function compare(
  found: ModulePackage,
  queries: readonly Query[],
  book: AdvisoryBook,
): Readonly<Compared> {
  const compared: Compared = { hits: [], undecided: null };
  for (const query of queries) {
    const page = book.page(query.ecosystem, query.name);
    const subject = page.orders === null ? null : subjectOf(query.version, page.orders);
    compareEntries(compared, { found, query, page, subject });
    compareFixes(compared, { found, query, page, subject });
  }
  return compared;
}

interface Asked {
  readonly found: ModulePackage;
  readonly query: Query;
  readonly page: BookPage;
  readonly subject: Subject | null;
}

function compareEntries(compared: Compared, { found, query, page, subject }: Asked): void {
  const scheme = page.orders?.ecosystem ?? null;
  for (const entry of page.entries(subject)) {
    if (scheme?.id === 'rpm' && !speaksForModule(found, entry)) continue;
    const verdict = verdictOf(entry, subject, page);
    if (verdict.kind === 'not-affected' || entry.advisory.withdrawn !== null) continue;
    if (verdict.kind === 'undetermined') leaveOpen(compared, entry.id, verdict.reason);
    else if (scheme !== null) {
      const { id, advisory } = entry;
      const { aliases, upstream } = advisory;
      const { range, fixed } = verdict;
      compared.hits.push({ id, aliases, upstream, advisory, range, fixed, query, scheme });
    }
  }
}

/** The entries that are no more than a fixed version: they strike without being compared. */
function compareFixes(compared: Compared, { found, query, page, subject }: Asked): void {
  const scheme = page.orders?.ecosystem;
  if (scheme === undefined || subject === null) return;
  if (scheme.id === 'rpm' && isModular(found)) return;
  for (const { fixed, advisory } of page.plain(subject)) {
    const { id, aliases, upstream, withdrawn } = advisory;
    if (withdrawn !== null) continue;
    if (subject.valid) {
      const range = plainWords(fixed);
      compared.hits.push({ id, aliases, upstream, advisory, range, fixed, query, scheme });
    } else leaveOpen(compared, id, noPlace(scheme));
  }
}

function leaveOpen(compared: Compared, id: string, reason: string): void {
  compared.undecided ??= { ids: new Set(), reason };
  compared.undecided.ids.add(id);
}

function verdictOf(entry: BookEntry, subject: Subject | null, page: BookPage): RangeVerdict {
  if (page.orders !== null && subject !== null) return evaluateRanges(entry, subject, page.orders);
  return { kind: 'undetermined', reason: 'versions of this ecosystem have no order that is known' };
}

const idsShown = 3;

/** The record of a package that some advisories could not be decided for. */
export function tellUndecided(found: Package, undecided: Undecided): Unknown {
  const ids = [...undecided.ids].toSorted(compareText);
  const shown = ids.slice(0, idsShown).join(', ');
  const more = ids.length > idsShown ? ` and ${ids.length - idsShown} more` : '';
  const count = `${ids.length} ${ids.length === 1 ? 'advisory' : 'advisories'}`;
  const location = found.locations[0];
  const what = `${found.name} "${found.version}" undetermined against ${count}`;
  return {
    path: location?.path ?? '',
    layer: location?.layer ?? null,
    reason: `${what} (${shown}${more}): ${undecided.reason}`,
  };
}
