// The comparison itself: a package's version against every advisory of its name. Packages that ask
// the same question (binaries of one source, a library in many places) get the same answer object.
import type { Package } from '../../model/package.ts';
import type { Unknown } from '../../model/unknown.ts';
import { compareText } from './alias.ts';
import type { Query } from './assess.ts';
import type { AdvisoryBook, BookEntry, BookPage } from './book.ts';
import { type CveKnowledge, type Flaw, flawsOf, type Hit } from './flaw.ts';
import { type ModulePackage, speaksForModule } from './modularity.ts';
import { evaluateRanges, type RangeVerdict, type Subject, subjectOf } from './range.ts';

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
export function createJudge(book: AdvisoryBook, about: (id: string) => CveKnowledge): Judge {
  const known = new Map<string, Judgement>();
  return (found, queries) => {
    if (queries.every((query) => book.page(query.ecosystem, query.name).entries.length === 0)) {
      return clean;
    }
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

function compare(
  found: ModulePackage,
  queries: readonly Query[],
  book: AdvisoryBook,
): { readonly hits: readonly Hit[]; readonly undecided: Undecided | null } {
  const hits: Hit[] = [];
  let undecided: { readonly ids: Set<string>; readonly reason: string } | null = null;
  for (const query of queries) {
    const page = book.page(query.ecosystem, query.name);
    const scheme = page.orders?.ecosystem ?? null;
    const subject = page.orders === null ? null : subjectOf(query.version, page.orders);
    for (const entry of page.entries) {
      if (scheme?.id === 'rpm' && !speaksForModule(found, entry)) continue;
      const verdict = verdictOf(entry, subject, page);
      if (verdict.kind === 'not-affected' || entry.advisory.withdrawn !== null) continue;
      if (verdict.kind === 'undetermined') {
        undecided ??= { ids: new Set(), reason: verdict.reason };
        undecided.ids.add(entry.id);
      } else if (scheme !== null) {
        const { id, advisory } = entry;
        const { aliases, upstream } = advisory;
        const { range, fixed } = verdict;
        hits.push({ id, aliases, upstream, advisory, range, fixed, query, scheme });
      }
    }
  }
  return { hits, undecided };
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
