// OSV evaluation: tables for each kind of event, and a naive reference that sorts and walks.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { debVersions, golangVersions, semverVersions } from '../../inventory/version/index.ts';
import type { OsvEvent, OsvRange } from '../../model/advisory.ts';
import { evaluateRanges, isInRange, type RangeOrders, subjectOf } from './range.ts';

const semver: RangeOrders = { ecosystem: semverVersions, semver: semverVersions };
const deb: RangeOrders = { ecosystem: debVersions, semver: semverVersions };
const golang: RangeOrders = { ecosystem: golangVersions, semver: golangVersions };

type Ranged = Parameters<typeof evaluateRanges>[0];

function evaluate(advisory: Ranged, version: string, orders: RangeOrders) {
  return evaluateRanges(advisory, subjectOf(version, orders), orders);
}

function advisory(type: string, events: readonly OsvEvent[], versions: readonly string[] = []) {
  return { id: 'TEST-1', ranges: [{ type, events }], versions };
}

describe('events', () => {
  const half = [{ introduced: '1.0.0' }, { fixed: '1.2.3' }];
  const last = [{ introduced: '0' }, { last_affected: '2.0.0' }];
  const several = [
    { introduced: '0' },
    { fixed: '1.1.0' },
    { introduced: '2.0.0' },
    { fixed: '2.0.5' },
  ];
  const open = [{ introduced: '3.0.0' }];
  test.each([
    ['before introduced', half, '0.9.9', null, null],
    ['introduced is inside', half, '1.0.0', '>= 1.0.0, < 1.2.3', '1.2.3'],
    ['fixed is outside', half, '1.2.3', null, null],
    ['a pre-release of the fix is inside', half, '1.2.3-rc.1', '>= 1.0.0, < 1.2.3', '1.2.3'],
    ['zero is before everything', last, '0.0.0-alpha', '>= 0, <= 2.0.0', null],
    ['last_affected is inside', last, '2.0.0', '>= 0, <= 2.0.0', null],
    ['after last_affected', last, '2.0.1', null, null],
    ['first interval', several, '1.0.9', '>= 0, < 1.1.0', '1.1.0'],
    ['between intervals', several, '1.5.0', null, null],
    ['second interval', several, '2.0.4', '>= 2.0.0, < 2.0.5', '2.0.5'],
    ['after all', several, '2.0.5', null, null],
    ['no end', open, '99.0.0', '>= 3.0.0', null],
    ['before an open range', open, '2.9.9', null, null],
  ] as const)('%s', (_name, events, version, range, fixed) => {
    for (const listed of [events, events.toReversed()]) {
      const verdict = evaluate(advisory('SEMVER', listed), version, semver);
      const expected =
        range === null ? { kind: 'not-affected' } : { kind: 'affected', range, fixed };
      expect(verdict).toEqual(expected);
    }
  });

  test('introduced comes before fixed on ties: `0` to `0` is never affected', () => {
    const never = advisory('ECOSYSTEM', [{ introduced: '0' }, { fixed: '0' }]);
    for (const version of ['0', '0~git2020', '1:2.3-4']) {
      expect(evaluate(never, version, deb).kind).toBe('not-affected');
    }
    const again = advisory('SEMVER', [{ introduced: '1.0.0' }, { fixed: '1.0.0' }]);
    expect(evaluate(again, '1.0.0', semver).kind).toBe('not-affected');
  });

  test('one version alone: introduced and last_affected are equal', () => {
    const one = advisory('SEMVER', [{ introduced: '1.0.0' }, { last_affected: '1.0.0' }]);
    expect(evaluate(one, '1.0.0', semver)).toMatchObject({ range: '>= 1.0.0, <= 1.0.0' });
    expect(evaluate(one, '1.0.1', semver).kind).toBe('not-affected');
  });

  test('several keys in one event object, as old records have', () => {
    const old = advisory('SEMVER', [{ introduced: '1.0.0', fixed: '1.5.0' }]);
    expect(evaluate(old, '1.4.0', semver)).toMatchObject({ fixed: '1.5.0' });
    expect(evaluate(old, '1.5.0', semver).kind).toBe('not-affected');
  });

  test('limits: below at least one; `*` is none', () => {
    const limited = advisory('SEMVER', [
      { introduced: '1.0.0' },
      { limit: '2.0.0' },
      { limit: '3.0.0' },
    ]);
    expect(evaluate(limited, '2.5.0', semver)).toEqual({
      kind: 'affected',
      range: '>= 1.0.0, < 3.0.0',
      fixed: null,
    });
    expect(evaluate(limited, '3.0.0', semver).kind).toBe('not-affected');
    const unlimited = advisory('SEMVER', [{ introduced: '1.0.0' }, { limit: '*' }]);
    expect(evaluate(unlimited, '9.0.0', semver).kind).toBe('affected');
  });

  test('Go: `1.22.0-0` takes the pre-releases in, a leading v does not matter', () => {
    const stdlib = advisory('SEMVER', [
      { introduced: '0' },
      { fixed: '1.21.9' },
      { introduced: '1.22.0-0' },
      { fixed: '1.22.2' },
    ]);
    expect(evaluate(stdlib, '1.22.0-rc.1', golang)).toMatchObject({ fixed: '1.22.2' });
    expect(evaluate(stdlib, 'v1.21.8', golang)).toMatchObject({ fixed: '1.21.9' });
    expect(evaluate(stdlib, '1.21.9', golang).kind).toBe('not-affected');
    expect(evaluate(stdlib, '1.22.2', golang).kind).toBe('not-affected');
  });
});

describe('several ranges and lists', () => {
  test('of several intervals hit the one that is left last gives the fix', () => {
    const ranges: readonly OsvRange[] = [
      { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.2.0' }] },
      { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.5.0' }] },
    ];
    const expected = { kind: 'affected', range: '>= 0, < 1.5.0', fixed: '1.5.0' };
    for (const listed of [ranges, ranges.toReversed()]) {
      const verdict = evaluate({ id: 'X', ranges: listed, versions: [] }, '1.1.0', semver);
      expect(verdict).toEqual(expected);
    }
  });

  test('a listed version is affected, whatever the ranges say', () => {
    const listed = advisory('SEMVER', [{ introduced: '2.0.0' }, { fixed: '2.1.0' }], ['1.0.0']);
    expect(evaluate(listed, '1.0.0', semver)).toEqual({
      kind: 'affected',
      range: '= 1.0.0 (listed)',
      fixed: '2.1.0',
    });
    expect(evaluate(listed, '1.0.1', semver).kind).toBe('not-affected');
  });

  test('without ranges, equal versions of another spelling are listed too', () => {
    const listed = { id: 'X', ranges: [], versions: ['1:1.0-0'] };
    expect(evaluate(listed, '1:1.0', deb).kind).toBe('affected');
    expect(evaluate(listed, '1:1.1', deb).kind).toBe('not-affected');
  });

  test('neither ranges nor versions: nothing, but malware means every version', () => {
    const bare = { ranges: [], versions: [] };
    expect(evaluate({ id: 'GHSA-x', ...bare }, '1.0.0', semver).kind).toBe('not-affected');
    expect(evaluate({ id: 'MAL-2024-1', ...bare }, 'any', semver)).toMatchObject({
      kind: 'affected',
      range: 'every version',
    });
  });
});

describe('undetermined', () => {
  test('a version without a place in the order', () => {
    const ranged = advisory('SEMVER', [{ introduced: '0' }, { fixed: '2.0.0' }]);
    for (const version of ['(devel)', '', 'not a version']) {
      expect(evaluate(ranged, version, semver)).toEqual({
        kind: 'undetermined',
        reason: 'version has no place in the semver order',
      });
    }
  });
  test('unless every version is affected or the very text is listed', () => {
    expect(evaluate(advisory('SEMVER', [{ introduced: '0' }]), '(devel)', semver).kind).toBe(
      'affected',
    );
    const listed = advisory('SEMVER', [{ introduced: '0' }, { fixed: '2.0.0' }], ['(devel)']);
    expect(evaluate(listed, '(devel)', semver).kind).toBe('affected');
  });
  test('a range type that the schema does not know', () => {
    const strange = advisory('ASTROLOGY', [{ introduced: '0' }]);
    expect(evaluate(strange, '1.0.0', semver)).toEqual({
      kind: 'undetermined',
      reason: 'range of type ASTROLOGY',
    });
  });
  test('commits alone; with a version list the list decides', () => {
    const events = [{ introduced: '0' }, { fixed: 'abcdef' }];
    expect(evaluate(advisory('GIT', events), '1.0.0', semver).kind).toBe('undetermined');
    const tagged = advisory('GIT', events, ['1.0.0']);
    expect(evaluate(tagged, '1.0.0', semver).kind).toBe('affected');
    expect(evaluate(tagged, '1.0.1', semver).kind).toBe('not-affected');
  });
});

function rank(event: OsvEvent): number {
  return event.introduced === undefined ? 1 : 0;
}

function at(event: OsvEvent): string {
  return event.introduced ?? event.fixed ?? event.last_affected ?? event.limit ?? '';
}

function compareZero(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '0') return -1;
  return b === '0' ? 1 : semverVersions.compare(a, b);
}

/** The text of the OSV specification, word by word: sort, walk, then limits. */
function reference(range: OsvRange, version: string): boolean {
  const order = semverVersions;
  const events = range.events.filter((event) => event.limit === undefined);
  const sorted = [...events].sort((a, b) => compareZero(at(a), at(b)) || rank(a) - rank(b));
  let vulnerable = false;
  for (const event of sorted) {
    if (event.introduced !== undefined && compareZero(event.introduced, version) <= 0) {
      vulnerable = true;
    } else if (event.fixed !== undefined && compareZero(event.fixed, version) <= 0) {
      vulnerable = false;
    } else if (
      event.last_affected !== undefined &&
      order.compare(event.last_affected, version) < 0
    ) {
      vulnerable = false;
    }
  }
  const limits = range.events.flatMap((event) => (event.limit === undefined ? [] : [event.limit]));
  const below = limits.some((limit) => limit === '*' || order.compare(version, limit) < 0);
  return vulnerable && (limits.length === 0 || below);
}

const someVersion = fc
  .tuple(fc.nat(3), fc.nat(3), fc.constantFrom('', '-alpha', '-rc.1'))
  .map(([major, minor, tail]) => `${major}.${minor}.0${tail}`);
const someEvent: fc.Arbitrary<OsvEvent> = fc.oneof(
  someVersion.map((introduced) => ({ introduced })),
  fc.constant({ introduced: '0' }),
  someVersion.map((fixed) => ({ fixed })),
  someVersion.map((last) => ({ last_affected: last })),
  someVersion.map((limit) => ({ limit })),
);

describe('against the naive reference', () => {
  test('any events in any order', () => {
    fc.assert(
      fc.property(fc.array(someEvent, { maxLength: 7 }), someVersion, (events, version) => {
        const range = { type: 'SEMVER', events };
        expect(isInRange(range, version, semverVersions)).toBe(reference(range, version));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
  test('the fix named is outside the interval, and nothing between is', () => {
    fc.assert(
      fc.property(fc.array(someEvent, { maxLength: 6 }), someVersion, (events, version) => {
        const verdict = evaluate(advisory('SEMVER', events), version, semver);
        if (verdict.kind !== 'affected' || verdict.fixed === null) return;
        expect(semverVersions.compare(verdict.fixed, version)).toBeGreaterThan(0);
        expect(verdict.range.endsWith(`< ${verdict.fixed}`)).toBe(true);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});
