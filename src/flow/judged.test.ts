// A judgement is remembered for the very same question, and for no other.
import { describe, expect, test } from 'vitest';
import { builtinSource } from '../advisory/builtin/index.ts';
import { usualScanners } from '../inspect/scanner.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { type JudgedBy, judged } from './judged.ts';
import type { Judgement } from './judgement.ts';
import { inventoryOfPurl } from './purl-target.ts';
import type { Taken } from './taken.ts';

const lodash = 'pkg:npm/lodash@4.17.4';

function taken(purl: string, key: string | null = purl): Taken {
  return { inventory: inventoryOfPurl(purl), key };
}

/** Asks with the built-in set, and counts how often that was opened and looked into. */
function desk(changed: Partial<JudgedBy> = {}) {
  const kept = new Map<string, Uint8Array>();
  const counts = { opened: 0, asked: 0 };
  const inner = builtinSource();
  const source: AdvisorySource = {
    info: () => inner.info(),
    lookup(ecosystem, name) {
      counts.asked += 1;
      return inner.lookup(ecosystem, name);
    },
    kev: (cve) => inner.kev(cve),
    epss: (cve) => inner.epss(cve),
    cve: (cve) => inner.cve(cve),
    byId: (id) => inner.byId(id),
    close: () => inner.close(),
  };
  const by: JudgedBy = {
    advisories: {
      identity: 'database 1',
      open: async () => {
        counts.opened += 1;
        return source;
      },
      close: () => undefined,
    },
    answers: { get: (key) => kept.get(key) ?? null, put: (key, value) => kept.set(key, value) },
    program: 'code-1',
    revision: 'catalogers-1',
    scanners: usualScanners,
    now: new Date('2026-05-01T00:00:00Z'),
    ...changed,
  };
  const ask = (one: Taken, other: Partial<JudgedBy> = {}): Promise<Judgement> =>
    judged({ ...by, ...other }, one);
  return { kept, counts, by, ask };
}

describe('judgements', () => {
  test('the second time nobody opens the advisories, and the answer is the same', async () => {
    const { counts, ask } = desk();
    const first = await ask(taken(lodash));
    expect(counts.opened).toBe(1);
    const { asked } = counts;
    expect(asked).toBeGreaterThan(0);
    expect(first.findings.length).toBeGreaterThan(0);
    expect(first.actions.length).toBeGreaterThan(0);
    expect(await ask(taken(lodash))).toEqual(first);
    expect(counts).toEqual({ opened: 1, asked });
  });

  test('everything that the answer depends on makes another question', async () => {
    const { by, kept, ask } = desk();
    await ask(taken(lodash));
    const others: readonly Partial<JudgedBy>[] = [
      { program: 'code-2' },
      { revision: 'catalogers-2' },
      { scanners: ['vuln'] },
      { advisories: { ...by.advisories, identity: 'database 2' } },
    ];
    for (const other of others) await ask(taken(lodash), other);
    await ask(taken(lodash, 'another image'));
    expect(kept.size).toBe(2 + others.length);
    await ask(taken(lodash), { scanners: usualScanners.toReversed() });
    expect(kept.size).toBe(2 + others.length);
  });

  test('the end of support of a release is another question, another day before it is none', async () => {
    const { kept, ask } = desk();
    const { inventory } = taken(lodash);
    const distribution = {
      id: 'debian',
      versionId: '12',
      name: 'Debian 12',
      codename: 'bookworm',
      endOfLife: '2028-06-30',
      purlNamespace: 'debian',
      purlDistro: 'debian-12',
      packageType: 'deb',
      osvEcosystem: 'Debian:12',
    };
    const one = { inventory: { ...inventory, distribution }, key: 'image' };
    await ask(one);
    await ask(one, { now: new Date('2026-05-02T00:00:00Z') });
    expect(kept.size).toBe(1);
    await ask(one, { now: new Date('2028-07-02T00:00:00Z') });
    expect(kept.size).toBe(2);
  });

  test('code that may change any time, and what has no key, keep nothing', async () => {
    const { kept, ask } = desk();
    expect((await ask(taken(lodash), { program: null })).findings.length).toBeGreaterThan(0);
    expect((await ask(taken(lodash, null))).findings.length).toBeGreaterThan(0);
    expect(kept.size).toBe(0);
  });
});
