// Alias groups: one flaw, one group; two CVEs never fused; the order of the input never matters.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupByFlaw, type Identified } from './alias.ts';

function record(id: string, aliases: readonly string[] = [], upstream: readonly string[] = []) {
  return { id, aliases, upstream };
}

function shape(records: readonly Identified[]) {
  return groupByFlaw(records).map((group) => [
    group.id,
    group.members.map((member) => member.id).join(' '),
  ]);
}

describe('one flaw', () => {
  test('CVE, GHSA and ecosystem ids meet in the CVE', () => {
    const groups = groupByFlaw([
      record('GO-2024-1', ['CVE-2024-1000', 'GHSA-aaaa-bbbb-cccc']),
      record('GHSA-aaaa-bbbb-cccc', ['CVE-2024-1000']),
    ]);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({
      id: 'CVE-2024-1000',
      aliases: ['GHSA-aaaa-bbbb-cccc', 'GO-2024-1'],
    });
  });
  test('an advisory without a CVE follows its aliases to one', () => {
    expect(
      shape([
        record('PYSEC-2024-5', ['GHSA-aaaa-bbbb-cccc']),
        record('GHSA-aaaa-bbbb-cccc', ['CVE-2024-1000']),
        record('SNYK-1', ['PYSEC-2024-5']),
      ]),
    ).toEqual([['CVE-2024-1000', 'GHSA-aaaa-bbbb-cccc PYSEC-2024-5 SNYK-1']]);
  });
  test('upstream of exactly one CVE is an identity, and so is a CVE inside the id', () => {
    expect(
      shape([
        record('DEBIAN-CVE-2023-4911', [], ['CVE-2023-4911']),
        record('UBUNTU-CVE-2023-4911'),
        record('CVE-2023-4911'),
      ]),
    ).toEqual([['CVE-2023-4911', 'CVE-2023-4911 DEBIAN-CVE-2023-4911 UBUNTU-CVE-2023-4911']]);
  });
  test('without any CVE: GHSA before ecosystem ids before the rest', () => {
    expect(
      shape([record('RUSTSEC-2024-1', ['GHSA-aaaa-bbbb-cccc']), record('GHSA-aaaa-bbbb-cccc')]),
    ).toEqual([['GHSA-aaaa-bbbb-cccc', 'GHSA-aaaa-bbbb-cccc RUSTSEC-2024-1']]);
    expect(shape([record('other', ['GO-2024-1'])])).toEqual([['GO-2024-1', 'other']]);
    expect(shape([record('CGA-1-2', [], ['GHSA-aaaa-bbbb-cccc'])])).toEqual([
      ['GHSA-aaaa-bbbb-cccc', 'CGA-1-2'],
    ]);
  });
});

describe('two flaws', () => {
  test('an advisory of two CVEs stands in both groups and fuses nothing', () => {
    const groups = groupByFlaw([
      record('GHSA-aaaa-bbbb-cccc', ['CVE-2024-1000']),
      record('GO-2024-1', ['CVE-2024-1000', 'CVE-2024-2000', 'GHSA-aaaa-bbbb-cccc']),
      record('GHSA-dddd-eeee-ffff', ['CVE-2024-2000']),
    ]);
    expect(groups.map((group) => [group.id, group.members.map(({ id }) => id)])).toEqual([
      ['CVE-2024-1000', ['GHSA-aaaa-bbbb-cccc', 'GO-2024-1']],
      ['CVE-2024-2000', ['GHSA-dddd-eeee-ffff', 'GO-2024-1']],
    ]);
    expect(groups.flatMap((group) => group.aliases)).not.toContain('CVE-2024-2000');
  });
  test('errata of many CVEs give each its finding', () => {
    expect(shape([record('ALSA-2024:1', [], ['CVE-2024-1000', 'CVE-2024-2000'])])).toEqual([
      ['CVE-2024-1000', 'ALSA-2024:1'],
      ['CVE-2024-2000', 'ALSA-2024:1'],
    ]);
  });
  test('an erratum does not join the CVEs of others', () => {
    expect(
      shape([
        record('USN-1-1', [], ['CVE-2024-1000', 'CVE-2024-2000']),
        record('UBUNTU-CVE-2024-1000', [], ['CVE-2024-1000']),
      ]),
    ).toEqual([
      ['CVE-2024-1000', 'USN-1-1 UBUNTU-CVE-2024-1000'.split(' ').toSorted().join(' ')],
      ['CVE-2024-2000', 'USN-1-1'],
    ]);
  });
  test('no shared id, no group', () => {
    expect(shape([record('GHSA-aaaa-bbbb-cccc'), record('GHSA-dddd-eeee-ffff')])).toHaveLength(2);
  });
});

const ids = ['CVE-2024-1000', 'CVE-2024-2000', 'CVE-2024-3000', 'GHSA-a', 'GHSA-b', 'GO-1', 'X-1'];
const someRecord: fc.Arbitrary<Identified> = fc
  .record({
    id: fc.constantFrom('GHSA-a', 'GHSA-b', 'GO-1', 'PYSEC-1', 'X-1', 'CVE-2024-1000'),
    aliases: fc.subarray(ids, { maxLength: 3 }),
    upstream: fc.subarray(ids, { maxLength: 2 }),
  })
  .map((found) => ({ ...found, aliases: found.aliases.filter((alias) => alias !== found.id) }));

describe('laws', () => {
  const records = fc.uniqueArray(someRecord, { selector: (found) => found.id, maxLength: 6 });
  test('independent of order; every advisory is somewhere; no group id twice', () => {
    fc.assert(
      fc.property(
        records.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
          ),
        ),
        ([list, shuffled]) => {
          const groups = groupByFlaw(list);
          expect(groupByFlaw(shuffled)).toEqual(groups);
          const placed = new Set(groups.flatMap((group) => group.members.map(({ id }) => id)));
          expect(placed).toEqual(new Set(list.map(({ id }) => id)));
          expect(new Set(groups.map(({ id }) => id)).size).toBe(groups.length);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
  test('no group names a second CVE', () => {
    fc.assert(
      fc.property(records, (list) => {
        for (const group of groupByFlaw(list)) {
          expect(group.aliases.some((alias) => alias.startsWith('CVE-'))).toBe(false);
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
