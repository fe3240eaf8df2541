// The order of upstream versions, and what the ranges of flaws make of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareUpstream,
  placeInRange,
  type UpstreamVersion,
  upstreamOf,
} from './upstream-order.ts';

function parsed(text: string): UpstreamVersion {
  const version = upstreamOf(text);
  if (version === null) throw new Error(`${text} is no version`);
  return version;
}

test.each([
  ['1.1.5+ds1-1+deb12u1', '1.1.12'],
  ['1.0.0~rc93+ds1-5+deb11u2', '1.0.0-rc95'],
  ['1.0.0-rc95', '1.0.0'],
  ['5.9-rc4', '5.9'],
  ['6.18.22', '6.18.44-fc-v669'],
  ['1.6.20~ds1-1+deb12u3', '1.7.33'],
  ['5:24.0.7-1~ubuntu.22.04~jammy', '25.0.6'],
  ['1.2.0-rc.1', '1.2.0-rc.3'],
  ['v1.3', '1.3.1'],
  ['18.06.1~ce', '18.09.2'],
])('%s comes before %s', (a, b) => {
  expect(compareUpstream(parsed(a), parsed(b))).toBeLessThan(0);
  expect(compareUpstream(parsed(b), parsed(a))).toBeGreaterThan(0);
  expect(compareUpstream(parsed(a), parsed(a))).toBe(0);
});

test.each(['', 'latest', 'x1.2', '..', '-1'])('%j is no version', (text) => {
  expect(upstreamOf(text)).toBeNull();
});

const copyFail = { from: '4.14', fixed: ['7.0', '6.19.12', '6.18.22'], unverified: ['6.1'] };
const autumn = { from: '1.0.0-rc3', fixed: ['1.4.0-rc.3', '1.3.3', '1.2.8'] };

test.each([
  [copyFail, '4.9.337', 'before'],
  [copyFail, '6.18.21', 'affected'],
  [copyFail, '6.18.22', 'fixed'],
  [copyFail, '6.18.44-fc', 'fixed'],
  [copyFail, '6.17.13', 'affected'],
  [copyFail, '6.1.170-1', 'unverified'],
  [copyFail, '7.0.3', 'fixed'],
  [copyFail, '7.1', 'fixed'],
  [autumn, '1.0.0-rc2', 'before'],
  [autumn, '1.1.15', 'affected'],
  [autumn, '1.2.7', 'affected'],
  [autumn, '1.2.8', 'fixed'],
  [autumn, '1.3.0-rc.1', 'affected'],
  [autumn, '1.3.3', 'fixed'],
  [autumn, '1.4.0-rc.2', 'affected'],
  [autumn, '1.4.0-rc.3', 'fixed'],
  [autumn, '1.4.0', 'fixed'],
  [{ from: '0', fixed: [] }, '99.0', 'affected'],
] as const)('%j at %s: %s', (range, version, kind) => {
  expect(placeInRange(parsed(version), range).kind).toBe(kind);
});

test('any text is read, and the order is total', () => {
  const version = fc.stringMatching(/^v?\d{1,3}(\.\d{1,3}){0,3}(-rc\.?\d{1,2})?[+~a-z0-9.-]{0,6}$/);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const [x, y, z] = [upstreamOf(a), upstreamOf(b), upstreamOf(c)];
      if (x === null || y === null || z === null) return;
      expect(Math.sign(compareUpstream(x, y))).toBe(-Math.sign(compareUpstream(y, x)) + 0);
      if (compareUpstream(x, y) <= 0 && compareUpstream(y, z) <= 0) {
        expect(compareUpstream(x, z)).toBeLessThanOrEqual(0);
      }
    }),
    { seed: 4, numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      upstreamOf(text);
    }),
    { seed: 4, numRuns: 300 },
  );
});
