import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AffectedPackage } from '../feed/index.ts';
import {
  cveNumber,
  decodeBody,
  decodeCve,
  decodeHead,
  decodeImports,
  decodeVersions,
  encodeBody,
  encodeCve,
  encodeHead,
  encodeTail,
} from './codec.ts';

/** As feed/clean.ts lets them through: not empty, no control characters. */
const word = fc
  .string({ minLength: 1, maxLength: 20, unit: 'binary' })
  .map((text) => text.replaceAll(/[\u0000-\u001f\u007f]/g, '~'))
  .filter((text) => text.isWellFormed());
const event = fc.oneof(
  fc.record({ introduced: word }),
  fc.record({ fixed: word }),
  fc.record({ last_affected: word }),
  fc.record({ limit: word }),
);
const range = fc.oneof(
  fc.record({ type: fc.constantFrom('ECOSYSTEM', 'SEMVER', 'NEW'), events: fc.array(event) }),
  // The common form, which has its own encoding.
  fc.tuple(fc.constantFrom('ECOSYSTEM', 'SEMVER'), word).map(([type, fixed]) => ({
    type,
    events: [{ introduced: '0' }, { fixed }],
  })),
);
const severity = fc.array(fc.record({ type: word, score: word }), { maxLength: 2 });
const entry: fc.Arbitrary<AffectedPackage> = fc.record({
  ecosystem: word,
  name: word,
  ranges: fc.array(range, { maxLength: 3 }),
  versions: fc.array(word, { maxLength: 5 }),
  fixStatus: fc.constantFrom(null, 'will-not-fix' as const, 'end-of-life' as const),
  modularity: fc.option(word),
  imports: fc.array(fc.record({ path: word, symbols: fc.array(word) }), { maxLength: 2 }),
  severity: fc.oneof(fc.constant([]), severity),
  vendorSeverity: fc.option(word),
});

describe('what is encoded is decoded', () => {
  test('affected entries', () => {
    fc.assert(
      fc.property(entry, (one) => {
        const { ecosystem: _, name: __, versions, imports, ...body } = one;
        expect(decodeBody(encodeBody(one))).toEqual(body);
        const tail = encodeTail(one);
        expect({ versions: decodeVersions(tail), imports: decodeImports(tail) }).toEqual({
          versions,
          imports,
        });
      }),
      { seed: 11, numRuns: 300 },
    );
  });
  test('heads', () => {
    const head = fc.record({
      id: word,
      source: word,
      modified: fc.constant(null),
      withdrawn: fc.constant(null),
      published: fc.option(word),
      aliases: fc.array(word),
      upstream: fc.array(word),
      summary: fc.string(),
      severity,
      vendorSeverity: fc.option(word),
      references: fc.array(word),
      affected: fc.constant([]),
    });
    fc.assert(
      fc.property(head, (one) => {
        const { id: _, source: __, modified: ___, withdrawn: ____, affected: _____, ...rest } = one;
        expect(decodeHead(encodeHead(one))).toEqual(rest);
      }),
      { seed: 12, numRuns: 200 },
    );
  });
  test('CVE facts', () => {
    const facts = fc.record({
      severity,
      source: word,
      summary: fc.option(word),
      published: fc.option(word),
    });
    fc.assert(
      fc.property(facts, (one) => {
        expect(decodeCve(encodeCve(one))).toEqual(one);
      }),
      { seed: 13, numRuns: 100 },
    );
  });
});

test('the common entry takes a letter more than its version', () => {
  const common: AffectedPackage = {
    ecosystem: 'Debian:12',
    name: 'glibc',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.36-9' }] }],
    versions: [],
    fixStatus: null,
    modularity: null,
    imports: [],
    severity: [],
    vendorSeverity: null,
  };
  expect(encodeBody(common)).toBe('E2.36-9');
  expect(encodeTail(common)).toBe('');
});

test('broken texts throw and are never half understood', () => {
  for (const text of ['', '[', '[["SEMVER"', '[[["SEMVER","x1"]]]', 'x']) {
    expect(() => decodeBody(text)).toThrow(Error);
  }
});

test.each([
  ['CVE-2021-44228', 2021_000044228],
  ['CVE-1999-0001', 1999_000000001],
  ['CVE-2024-123456789', 2024_123456789],
  ['CVE-2024-1234567890', null],
  ['CVE-24-1234', null],
  ['cve-2024-1234', null],
  ['GHSA-1', null],
])('%s has the number %s', (cve, number) => {
  expect(cveNumber(cve)).toBe(number);
});
