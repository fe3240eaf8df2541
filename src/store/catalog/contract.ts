// What every catalogue must do, as tests: each backend runs them all.
import { describe, expect, test } from 'vitest';
import { sampleReport } from '../../../test/sample-report.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';

function entryOf(id: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    id,
    kind: 'image',
    reference: `shop/${id}`,
    digest: null,
    os: null,
    packages: null,
    layers: null,
    size: 1,
    grade: null,
    fixFirst: [],
    summary: null,
    scannedAt: null,
    state: 'waiting',
    basis: null,
    why: null,
    present: true,
    ...more,
  };
}

function dayOf(count: number): string {
  return new Date(Date.UTC(2025, 0, 1 + count)).toISOString().slice(0, 10);
}

/** @param open the same catalogue again with each call; `fresh` begins another one */
export function catalogueContract(
  backend: string,
  lab: { readonly fresh: () => void; readonly open: () => Catalogue },
): void {
  describe(`the catalogue in ${backend}`, () => {
    test('keeps entries and whole reports over a restart', () => {
      lab.fresh();
      const first = lab.open();
      first.put(entryOf('a', { state: 'scanned' }), sampleReport());
      first.close();
      const second = lab.open();
      expect(second.entry('a')).toEqual(entryOf('a', { state: 'scanned' }));
      expect(second.report('a')).toEqual(sampleReport());
      expect(second.entry('b')).toBeNull();
      expect(second.report('b')).toBeNull();
      second.close();
    });

    test('a state that is told between two scans leaves the report', () => {
      lab.fresh();
      const catalogue = lab.open();
      catalogue.put(entryOf('a'), sampleReport());
      catalogue.put(entryOf('a', { state: 'scanning' }), null);
      expect(catalogue.entry('a')?.state).toBe('scanning');
      expect(catalogue.report('a')).not.toBeNull();
      catalogue.close();
    });

    test('pages follow the names and leave containers out', () => {
      lab.fresh();
      const catalogue = lab.open();
      for (const id of ['c', 'a', 'b']) catalogue.put(entryOf(id), null);
      // Two ids with one name: both are told.
      catalogue.put(entryOf('b2', { reference: 'shop/b' }), null);
      catalogue.put(entryOf('x', { kind: 'container' }), null);
      const seen: string[] = [];
      let after: { reference: string; id: string } | undefined;
      for (;;) {
        const page = catalogue.page({ limit: 1, ...(after === undefined ? {} : { after }) });
        const [one] = page;
        if (one === undefined) break;
        seen.push(one.id);
        after = { reference: one.reference, id: one.id };
      }
      expect(seen).toEqual(['a', 'b', 'b2', 'c']);
      expect(catalogue.page({ limit: 9, search: 'SHOP/B' }).map(({ id }) => id)).toEqual([
        'b',
        'b2',
      ]);
      expect(catalogue.page({ limit: 9, search: '%' })).toEqual([]);
      expect([...catalogue.entries(['a', 'none', 'x']).keys()].toSorted()).toEqual(['a', 'x']);
      catalogue.close();
    });

    test('images that went away stay, as absent', () => {
      lab.fresh();
      const catalogue = lab.open();
      catalogue.put(entryOf('a'), null);
      catalogue.put(entryOf('b'), null);
      catalogue.keepPresent('image', new Set(['a']));
      expect(catalogue.entry('b')?.present).toBe(false);
      expect(catalogue.count()).toBe(1);
      catalogue.keepPresent('image', new Set(['a', 'b']));
      expect(catalogue.count()).toBe(2);
      catalogue.close();
    });

    test('one score a day, oldest first, no more than a year and a bit', () => {
      lab.fresh();
      const catalogue = lab.open();
      for (let count = 0; count < 410; count += 1) {
        catalogue.putScore({ day: dayOf(count), score: 1, letter: 'F', images: 1 });
      }
      catalogue.putScore({ day: dayOf(409), score: 90, letter: 'A', images: 2 });
      const last = catalogue.scores(2);
      expect(last.map(({ day, score }) => [day, score])).toEqual([
        [dayOf(408), 1],
        [dayOf(409), 90],
      ]);
      expect(catalogue.scores(1000)).toHaveLength(400);
      catalogue.close();
    });
  });
}
