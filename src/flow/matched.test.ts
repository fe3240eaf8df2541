// An answer is remembered for the very same question, and for no other.
import { describe, expect, test } from 'vitest';
import { builtinSource } from '../advisory/builtin/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { Inventory } from '../model/report.ts';
import { matchEcosystems } from './ecosystems.ts';
import { type Matched, type Matching, matched } from './matched.ts';
import { inventoryOfPurl } from './purl-target.ts';

interface Counted {
  readonly source: AdvisorySource;
  asked: number;
}

/** The built-in set, and how often it was looked into. */
function counted(): Counted {
  const inner = builtinSource();
  const result: Counted = {
    asked: 0,
    source: {
      ...inner,
      info: () => inner.info(),
      lookup(ecosystem, name) {
        result.asked += 1;
        return inner.lookup(ecosystem, name);
      },
      kev: (cve) => inner.kev(cve),
      epss: (cve) => inner.epss(cve),
      cve: (cve) => inner.cve(cve),
      byId: (id) => inner.byId(id),
      close: () => inner.close(),
    },
  };
  return result;
}

function inventoryOf(purl: string, name = 'shop'): Inventory {
  const inventory = inventoryOfPurl(purl);
  return { ...inventory, target: { ...inventory.target, name } };
}

const lodash = 'pkg:npm/lodash@4.17.4';

function desk(program: string | null = 'code-1') {
  const kept = new Map<string, Uint8Array>();
  const advisories = counted();
  const services: Matching = {
    advisories: advisories.source,
    ecosystems: matchEcosystems,
    answers: { get: (key) => kept.get(key) ?? null, put: (key, value) => kept.set(key, value) },
    program,
  };
  const ask = (purl: string, name?: string): Matched => matched(services, inventoryOf(purl, name));
  return { kept, advisories, services, ask };
}

describe('answers', () => {
  test('the second time nobody looks into the advisories, and the answer is the same', () => {
    const { advisories, ask } = desk();
    const first = ask(lodash);
    const { asked } = advisories;
    expect(asked).toBeGreaterThan(0);
    expect(first.findings.length).toBeGreaterThan(0);
    expect(ask(lodash, 'another name')).toEqual(first);
    expect(advisories.asked).toBe(asked);
  });

  test('other packages, another program and another database are other questions', () => {
    const { advisories, services, kept, ask } = desk();
    ask(lodash);
    ask('pkg:npm/lodash@4.17.20');
    matched({ ...services, program: 'code-2' }, inventoryOf(lodash));
    const newer: AdvisorySource = {
      ...advisories.source,
      info: () => ({ ...advisories.source.info(), builtAt: '2031-01-01T00:00:00.000Z' }),
    };
    matched({ ...services, advisories: newer }, inventoryOf(lodash));
    expect(kept.size).toBe(4);
  });

  test('code that may change any time keeps nothing', () => {
    const { kept, ask } = desk(null);
    expect(ask(lodash).findings.length).toBeGreaterThan(0);
    expect(kept.size).toBe(0);
  });
});
