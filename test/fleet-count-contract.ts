// What every store of the fleet must know for the pages over it: images with their reports, counts,
// scores, the parts of one container, tokens.
import { expect, test } from 'vitest';
import type { FleetRun } from '../src/model/fleet.ts';
import { type FleetStoreUnderTest, withAgents } from './people-contract.ts';
import { fleetBatch, fleetDetection, fleetRun, sampleUs } from './sample-fleet.ts';
import { idOf, imageIdOf } from './sample-record.ts';
import { sampleReport } from './sample-report.ts';

const data = { user: null, team: 'data', application: null, environment: null };

function runOf(name: string, reference: string, options: Partial<FleetRun> = {}): FleetRun {
  return fleetRun(name, {
    image: { reference, id: imageIdOf(reference), digest: null },
    ...options,
  });
}

/** @param make an empty store for each test */
export function countContract(make: () => Promise<FleetStoreUnderTest>): void {
  test('images of runs, what runs of them, and what was found in them', async () => {
    const { store } = await make();
    await withAgents(store, 'a');
    await store.ingest([
      fleetBatch('a', 0, [
        runOf('one', 'x:1'),
        runOf('two', 'x:1', { alive: false, workload: data }),
        runOf('three', 'y:1', { workload: data }),
        fleetRun('four', { image: { reference: 'z:1', id: null, digest: null } }),
        fleetDetection('three', 'r'),
        runOf('five', 'x:1'),
      ]),
    ]);
    const [x, y] = [imageIdOf('x:1'), imageIdOf('y:1')];
    expect((await store.catalogue({ limit: 9 })).map(({ id }) => id)).toEqual([x, y]);
    expect((await store.catalogue({ limit: 9, teams: ['checkout'] })).map(({ id }) => id)).toEqual([
      x,
    ]);
    const after = { reference: 'x:1', id: x };
    expect((await store.catalogue({ limit: 9, after })).map(({ id }) => id)).toEqual([y]);
    expect(await store.catalogueCount()).toBe(2);
    expect(await store.runsOfImages([x, y, 'none'], undefined)).toEqual(
      new Map([
        [x, { runs: 3, alive: 2 }],
        [y, { runs: 1, alive: 1 }],
        ['none', { runs: 0, alive: 0 }],
      ]),
    );
    expect((await store.runsOfImages([x], ['data'])).get(x)).toEqual({ runs: 1, alive: 0 });
    const running = async (teams?: readonly string[], most = 9): Promise<unknown> => {
      const { images, ...sums } = await store.running(teams, most);
      const told = images.map(({ image, containers }) => [image.id, containers, image.grade]);
      return { ...sums, images: told };
    };
    const both = [
      [x, 2, null],
      [y, 1, null],
    ];
    expect(await running()).toEqual({ runs: 5, alive: 4, images: both });
    expect(await running(undefined, 1)).toEqual({ runs: 5, alive: 4, images: both.slice(0, 1) });
    expect(await running(['data'])).toEqual({ runs: 2, alive: 1, images: both.slice(1) });
    const since = { sinceUs: sampleUs - 1, most: 9 };
    expect(await store.detectionCount({ ...since, teams: undefined })).toBe(1);
    expect(await store.detectionCount({ ...since, teams: ['data'] })).toBe(1);
    expect(await store.detectionCount({ ...since, teams: ['checkout'] })).toBe(0);
    expect(await store.report(x)).toBeNull();
    const report = sampleReport();
    await store.putReport({ id: x, reference: 'x:1', digest: null }, report);
    expect(await store.report(x)).toEqual(JSON.parse(JSON.stringify(report)));
    const judged = (await store.catalogued([x])).get(x);
    const { letter, score } = report.grade;
    expect(judged?.grade).toEqual({ letter, score });
    expect(await store.grades([x, y])).toEqual(new Map([[x, letter]]));
    // What was read before the report came is not believed any more.
    const first = [x, 2, { letter, score }];
    expect(await running()).toEqual({ runs: 5, alive: 4, images: [first, [y, 1, null]] });
    await store.ingest([fleetBatch('a', 6, [runOf('one', 'x:1', { alive: false })])]);
    expect(await running(['checkout'])).toMatchObject({ runs: 3, alive: 2 });
    expect(await running(undefined, 1)).toMatchObject({ alive: 3 });
  });

  test('pages of images of teams that ran few, many, or many that come late', async () => {
    const { store } = await make();
    await withAgents(store, 'a');
    const many = 2100;
    const ranBy = (team: string, letter: string, count: number): readonly FleetRun[] =>
      Array.from({ length: count }, (_, at) =>
        runOf(`${team}-${at}`, `${letter}/${String(at).padStart(4, '0')}:1`, {
          workload: { ...data, team },
        }),
      );
    const runs = [
      ...ranBy('early', 'a', many),
      ...ranBy('few', 'b', 5),
      ...ranBy('late', 'c', many),
    ];
    const given = runOf('few-0', 'b/0000:1', { workload: { ...data, team: 'late' } });
    await store.ingest([fleetBatch('a', 0, runs)]);
    await store.ingest([fleetBatch('a', runs.length, [given])]);
    const references = (letters: string): readonly string[] =>
      runs
        .map(({ image }) => image.reference ?? '')
        .filter((one) => letters.includes(one.at(0) ?? ''));
    const pages = async (
      asked: { readonly teams?: readonly string[]; readonly search?: string },
      limit = 900,
    ): Promise<readonly string[]> => {
      const all: string[] = [];
      for (let after: { reference: string; id: string } | undefined; ; ) {
        const page = { ...asked, ...(after === undefined ? {} : { after }), limit };
        const found = await store.catalogue(page);
        all.push(...found.map(({ reference }) => reference));
        after = found.at(-1);
        if (found.length < limit || after === undefined) return all;
      }
    };
    expect(await pages({})).toEqual(references('abc'));
    expect(await pages({ teams: ['early'] })).toEqual(references('a'));
    // What a team gave to another is not its own any more.
    expect(await pages({ teams: ['few'] }, 2)).toEqual(references('b').slice(1));
    expect(await pages({ teams: ['late'] })).toEqual(['b/0000:1', ...references('c')]);
    expect(await pages({ teams: ['late', 'few'] })).toEqual(references('bc'));
    expect(await pages({ teams: ['nobody'] })).toEqual([]);
    expect(await pages({ teams: [''] })).toEqual([]);
    const ends = ['a/0007:1', 'b/0000:1', 'c/0007:1'];
    expect(await pages({ search: '/0007' })).toEqual([ends[0], ends[2]]);
    expect(await pages({ teams: ['late'], search: '/0007' })).toEqual(ends.slice(2));
    expect(await pages({ teams: ['few'], search: '/0007' })).toEqual([]);
    expect(await pages({ teams: ['late'], search: ':1' })).toEqual([ends[1], ...references('c')]);
  });

  test('scores, the parts of a container, tokens that end', async () => {
    const { store } = await make();
    await withAgents(store, 'a');
    const score = { score: 80, letter: 'B', images: 3 };
    await store.putScore({ ...score, day: '2026-01-01' });
    await store.putScore({ ...score, day: '2026-01-02', score: 70 });
    await store.putScore({ ...score, day: '2026-01-02' });
    expect(await store.scores(9)).toEqual([
      { ...score, day: '2026-01-01' },
      { ...score, day: '2026-01-02' },
    ]);
    const container = idOf('web');
    const loss = { container, what: 'openat', count: 2, fromUs: 1, toUs: 2, why: 'full' };
    const purls = ['pkg:deb/debian/zlib@1'];
    await store.ingest([
      fleetBatch('a', 0, [
        fleetRun('web'),
        { kind: 'loss', ...loss },
        { kind: 'use', container, purls },
      ]),
    ]);
    const place = { agent: 'a', container };
    const runs = await store.runsOf([
      ['a', container],
      ['a', 'none'],
    ]);
    expect([...runs.values()].map(({ run }) => run.name)).toEqual(['web']);
    expect(await store.losses(place, 9)).toMatchObject([loss]);
    expect(await store.used(place)).toEqual(purls);
    await store.addToken({ hash: 'v'.repeat(64), role: 'viewer', label: 'ann', teams: null });
    const [token] = await store.tokens();
    expect(token).toMatchObject({ role: 'viewer', label: 'ann', teams: null });
    expect(await store.endToken(token?.id ?? '')).toBe(true);
    expect(await store.endToken(token?.id ?? '')).toBe(false);
    expect(await store.identify('v'.repeat(64))).toBeNull();
  });
}
