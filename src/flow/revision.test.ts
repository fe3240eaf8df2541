// The generated names are those of the catalogers and inspectors themselves.
import { expect, test } from 'vitest';
import { type Scanner, scanners, usualScanners } from '../inspect/scanner.ts';
import { wantedBy } from './reading.ts';
import { revisionOf } from './revision.ts';

const asked: readonly (readonly Scanner[])[] = [
  [],
  ...scanners.map((one) => [one]),
  usualScanners,
  scanners,
  scanners.toReversed(),
];

test.each(asked.map((list) => [list.join(' ') || 'packages alone', list] as const))(
  'looking for %s (else: npm run generate)',
  (_, list) => {
    expect(revisionOf(list)).toBe(wantedBy(list).revision);
  },
);
