// Ladders against the evaluation one by one: the same findings from the file and from memory, whatever
// was written in one go or changed later.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { memorySource, testEcosystems } from '../../../test/advisory-source.ts';
import { alma, debian, installed } from '../../../test/sample-match.ts';
import { versionSchemes } from '../../inventory/version/index.ts';
import type { AdvisorySource, OsvRecord } from '../../model/advisory.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import { DatabaseWriter, openDatabase } from '../database/index.ts';
import { interpretRecord } from '../feed/index.ts';
import { arrangementOf } from './arrangement.ts';
import { ordersOf } from './book.ts';
import { smallestFixForAll } from './fix.ts';
import { firstAbove } from './ladder.ts';
import { matchPackages } from './match.ts';
import { evaluateRanges } from './range.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-ladder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const arrangement = arrangementOf(testEcosystems);

const version = fc.oneof(
  fc.stringMatching(/^[0-3](\.[0-3]){0,2}((-|~|\+|rc|\.post)[0-2])?$/),
  fc.constantFrom('0', 'x', '1:1.0', 'v1.0', '1.0.0', '1.0-1.module_el8.5.0+1+1', '1.0-2.el8'),
);
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ introduced: fc.oneof(fc.constant('0'), version) }) },
  { weight: 3, arbitrary: fc.record({ fixed: version }) },
  fc.record({ last_affected: version }),
  fc.record({ limit: version }),
);
const range = fc.record({
  type: fc.constantFrom('ECOSYSTEM', 'ECOSYSTEM', 'SEMVER', 'NEW'),
  events: fc.oneof(
    version.map((fixed) => [{ introduced: '0' }, { fixed }]),
    fc.array(event, { minLength: 1, maxLength: 4 }),
  ),
});
const places = [
  ['npm', 'a'],
  ['PyPI', 'a'],
  ['Debian:12', 'a'],
  ['AlmaLinux:8', 'a'],
] as const;
const affected = fc.record({
  package: fc.constantFrom(...places).map(([ecosystem, name]) => ({ ecosystem, name })),
  ranges: fc.array(range, { minLength: 1, maxLength: 2 }),
  versions: fc.oneof(fc.constant([]), fc.array(version, { maxLength: 3 })),
  database_specific: fc.constantFrom({}, { severity: 'high' }),
});
const records = fc
  .array(fc.array(affected, { minLength: 1, maxLength: 3 }), { maxLength: 12 })
  .map((all) =>
    all.map(
      (entries, index): OsvRecord => ({
        id: `ALSA-2020:${index}`,
        summary: index % 3 === 0 ? 'Important: m:1 security update' : 'An update',
        affected: entries,
      }),
    ),
  );

function packagesOf(versions: readonly string[]): readonly (readonly [Distribution, Package[]])[] {
  const modularity = { modularity: 'm:1:2:3' };
  return [
    [debian, versions.flatMap((v) => ['npm', 'pypi', 'deb'].map((t) => installed(t, 'a', v)))],
    [
      alma,
      versions.flatMap((v) => [installed('rpm', 'a', v), installed('rpm', 'a', v, modularity)]),
    ],
  ];
}

/** Everything that matching says, and the advice, by what it says. */
function told(source: AdvisorySource, versions: readonly string[]): unknown {
  const ecosystems = testEcosystems;
  return packagesOf(versions).flatMap(([distribution, packages]) =>
    packages.map((one) => {
      const { findings, unknowns } = matchPackages({
        packages: [one],
        distribution,
        source,
        ecosystems,
      });
      const fix = smallestFixForAll(findings, { source, ecosystems });
      // Of several reasons why nothing can be said the first one met is told.
      const open = unknowns.map(({ reason }) => reason.replace(/: [^:]*$/, ''));
      return JSON.parse(JSON.stringify({ findings, open, clears: fix?.clears.length })) as unknown;
    }),
  );
}

let files = 0;

function written(all: readonly OsvRecord[], later: readonly OsvRecord[] = []): string {
  files += 1;
  const file = join(folder, `${files}.db`);
  const builtAt = '2026-01-01T00:00:00Z';
  const writer = new DatabaseWriter(file, { arrangement });
  for (const record of all) put(writer, record);
  writer.finish({ builtAt });
  if (later.length > 0) {
    const second = new DatabaseWriter(file, { arrangement, update: true });
    for (const { id } of later) second.remove(id);
    for (const record of later) put(second, record);
    second.finish({ builtAt });
  }
  return file;
}

function put(writer: DatabaseWriter, record: OsvRecord): void {
  const advisory = interpretRecord(record);
  if (typeof advisory !== 'string') writer.put(advisory);
}

function reading<T>(file: string, work: (source: AdvisorySource) => T): T {
  const database = openDatabase(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

describe('the file says what memory says', () => {
  test('any records, any versions; written in one go, changed, or in other orders', () => {
    fc.assert(
      fc.property(records, fc.array(version, { minLength: 1, maxLength: 4 }), (all, versions) => {
        const expected = told(memorySource(all), versions);
        const file = written(all);
        expect(reading(file, (source) => told(source, versions))).toEqual(expected);
        const half = all.slice(0, all.length / 2);
        // What is replaced was something else before.
        const before = all.map((record, index) => (index % 2 ? record : { ...record, ...half[0] }));
        const changed = written(
          before.map((record, index) => ({ ...record, id: all[index]?.id ?? '' })),
          all,
        );
        expect(reading(changed, (source) => told(source, versions))).toEqual(expected);
        const raw = new DatabaseSync(file);
        raw.exec(`UPDATE meta SET value = replace(value, '"orders":', '"orders":99')`);
        raw.close();
        expect(reading(file, (source) => told(source, versions))).toEqual(expected);
      }),
      { seed: 21, numRuns: 40 },
    );
  });
});

describe('bounds', () => {
  test('no version with a place in the order is struck at or beyond one', () => {
    let bounded = 0;
    fc.assert(
      fc.property(affected, fc.array(version, { maxLength: 6 }), (entry, versions) => {
        const { ecosystem } = entry.package;
        const orders = ordersOf(ecosystem, testEcosystems);
        const judged = { ...entry, modularity: null };
        const bound = arrangement.ladderOf(ecosystem)?.boundOf(judged) ?? null;
        if (orders === null || bound === null) return;
        bounded += 1;
        for (const one of [...versions, bound]) {
          if (!orders.ecosystem.isValid(one) || orders.ecosystem.compare(one, bound) < 0) continue;
          expect(evaluateRanges({ id: 'A', ...entry }, one, orders).kind).toBe('not-affected');
        }
      }),
      { seed: 22, numRuns: 300 },
    );
    expect(bounded).toBeGreaterThan(50);
  });

  test('halving finds what a walk finds', () => {
    const order = versionSchemes.find(({ id }) => id === 'deb');
    if (order === undefined) throw new Error('no order of Debian');
    fc.assert(
      fc.property(fc.array(version), version, (steps, one) => {
        const sorted = steps.toSorted((a, b) => order.compare(a, b));
        const above = sorted.findIndex((step) => order.compare(one, step) < 0);
        expect(firstAbove(sorted, one, order)).toBe(above < 0 ? sorted.length : above);
      }),
      { seed: 23, numRuns: 300 },
    );
  });
});

/**
 * Files are laid out in the orders of the program that wrote them. When this fails an order has changed:
 * raise `orderRevision` in database/schema.ts, so that older files are not read by the new order.
 */
test('the orders are those of this revision', () => {
  const marks = ['', 'v', '1:', '2:'];
  const cores = ['0', '1', '1.0', '1.0.0', '1.00', '1.a', '1.10', '1.2', '1.2.3', '10', '2023.1'];
  const ends = [
    '',
    '~rc1',
    '-1',
    '-1.el8',
    '-r3',
    'a1',
    'b2',
    'rc1',
    '.post1',
    '.dev1',
    '+x',
    '-SNAPSHOT',
  ];
  const versions = marks.flatMap((a) => cores.flatMap((b) => ends.map((c) => a + b + c)));
  const hash = createHash('sha256');
  for (const order of versionSchemes.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    hash.update(`${order.id}\n`);
    // Neighbours in the order tell all of it.
    const sorted = versions.toSorted((a, b) => order.compare(a, b) || (a < b ? -1 : 1));
    for (const [at, one] of sorted.entries()) {
      const next = sorted[at + 1];
      hash.update(`${one} ${next === undefined ? '' : order.compare(one, next) < 0}\n`);
    }
  }
  expect(hash.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"bdc3247530eb664f"`);
});
