// The generated names are those of the catalogers, inspectors and distributions themselves.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { revisionsSource } from '../../tools/generate/revisions-source.ts';
import { type Scanner, scanners, usualScanners } from '../inspect/scanner.ts';
import { wantedBy } from './reading.ts';
import { revisionOf } from './revision.ts';
import { distributionsRevision } from './revisions.ts';

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
    expect(revisionOf(list)).toBe(`${wantedBy(list).revision} ${distributionsRevision}`);
  },
);

test('the distributions are those of today (else: npm run generate)', () => {
  const file = new URL('revisions.ts', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(revisionsSource());
});
