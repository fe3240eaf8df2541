import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDebianTracker } from './debian-tracker.ts';
import { interpretRecord } from './interpret.ts';
import type { AdvisoryItem } from './item.ts';

const tracker = {
  glibc: {
    'CVE-2023-4911': {
      description: 'A buffer overflow was discovered in ld.so',
      debianbug: 1053481,
      scope: 'local',
      releases: {
        bookworm: {
          status: 'resolved',
          repositories: { bookworm: '2.36-9+deb12u9' },
          fixed_version: '2.36-9+deb12u3',
          urgency: 'high',
        },
        buster: { status: 'resolved', fixed_version: '0', urgency: 'high' },
        sid: { status: 'resolved', fixed_version: '2.37-12', urgency: 'not yet assigned' },
      },
    },
    'CVE-2019-1010022': {
      description: 'stack guard bypass',
      releases: {
        bookworm: { status: 'open', urgency: 'unimportant' },
        trixie: { status: 'open', urgency: 'low', nodsa: 'Minor issue', nodsa_reason: '' },
        forky: { status: 'open', urgency: 'low', nodsa: 'Minor issue', nodsa_reason: 'ignored' },
        bullseye: { status: 'open', urgency: 'end-of-life' },
        sid: { status: 'open', urgency: 'low', nodsa: 'Wait', nodsa_reason: 'postponed' },
      },
    },
    'CVE-2000-0001': { releases: { bookworm: { status: 'undetermined', urgency: 'low' } } },
    'CVE-2000-0002': { releases: { bookworm: { status: 'resolved', fixed_version: '0' } } },
    'TEMP-0841846-B18BAF': { releases: { bookworm: { status: 'open', urgency: 'low' } } },
  },
  weird: {
    'CVE-2020-1000': { releases: { bookworm: { status: 'perhaps' } } },
    'CVE-2020-1001': { releases: { bookworm: { status: 'resolved' } } },
    'CVE-2020-1002': { releases: { bookworm: { status: 'resolved', fixed_version: 7 } } },
  },
  'bad\nname': { 'CVE-2020-1003': { releases: { sid: { status: 'open' } } } },
};

function read(text: string, size = 1 << 20): AdvisoryItem[] {
  const bytes = Buffer.from(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return [...readDebianTracker(chunks)];
}

const items = read(JSON.stringify(tracker));

function advisoryOf(id: string) {
  const item = items.find((it) => it.kind === 'record' && it.record.id === id);
  if (item?.kind !== 'record') throw new Error(`no ${id}`);
  const advisory = interpretRecord(item.record);
  if (typeof advisory === 'string') throw new Error(advisory);
  return { advisory, part: item.part };
}

describe('tracker records', () => {
  test('fixed versions by release; version 0 was never affected', () => {
    const { advisory, part } = advisoryOf('DEBIAN-CVE-2023-4911');
    expect(part).toBe('glibc');
    expect(advisory.upstream).toEqual(['CVE-2023-4911']);
    expect(advisory.source).toBe('debian');
    expect(advisory.references).toContain('https://bugs.debian.org/1053481');
    expect(
      advisory.affected.map((a) => [a.ecosystem, a.ranges[0]?.events.at(-1), a.vendorSeverity]),
    ).toEqual([
      ['Debian:12', { fixed: '2.36-9+deb12u3' }, 'high'],
      ['Debian:sid', { fixed: '2.37-12' }, null],
    ]);
  });
  test('open flaws and the fate of their fix', () => {
    const { advisory } = advisoryOf('DEBIAN-CVE-2019-1010022');
    expect(
      advisory.affected.map((a) => [a.ecosystem, a.fixStatus, a.vendorSeverity, a.ranges]),
    ).toEqual(
      [
        ['Debian:12', null, 'unimportant'],
        ['Debian:13', 'fix-deferred', 'low'],
        ['Debian:14', 'will-not-fix', 'low'],
        ['Debian:11', 'end-of-life', null],
        ['Debian:sid', 'fix-deferred', 'low'],
      ].map((row) => [...row, [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }]]),
    );
  });
  test('temporary ids name no CVE', () => {
    expect(advisoryOf('DEBIAN-TEMP-0841846-B18BAF').advisory.upstream).toEqual([]);
  });
  test('what is not affected or not known is left out, what is not understood is named', () => {
    expect(items.filter((item) => item.kind === 'left-out')).toMatchObject([
      { where: 'glibc CVE-2000-0001', reason: 'undetermined by the vendor' },
      { where: 'glibc CVE-2000-0002', reason: 'no affected versions' },
    ]);
    expect(items.filter((item) => item.kind === 'bad').map((item) => item.where)).toEqual([
      'weird CVE-2020-1000',
      'weird CVE-2020-1001',
      'weird CVE-2020-1002',
      'bad\nname CVE-2020-1003',
    ]);
  });
  test('the cutting of the stream does not matter', () => {
    expect(read(JSON.stringify(tracker, null, 1), 17)).toEqual(items);
  });
});

test('a cut document is told, and nothing throws on mutated ones', () => {
  const text = JSON.stringify(tracker);
  expect(read(text.slice(0, -30)).at(-1)).toMatchObject({
    kind: 'bad',
    reason: 'the document is cut off',
  });
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
      expect(Array.isArray(read(text.slice(0, at) + put + text.slice(at + 1), 100))).toBe(true);
    }),
    { seed: 4, numRuns: 300 },
  );
});
