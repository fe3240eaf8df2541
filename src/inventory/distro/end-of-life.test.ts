import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isUnsupported } from '../../model/distribution.ts';
import { cases, detect, osRelease } from './fixtures/releases.ts';

const table = '/usr/share/distro-info/';

function rows(name: string): string[][] {
  const lines = readFileSync(`${table}${name}.csv`, 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => line.split(','));
}

function dateOf(id: string, release: string): string | null | undefined {
  const text = osRelease({ ID: id, VERSION_ID: release });
  return detect({ 'etc/os-release': text }).distribution?.endOfLife;
}

describe('end of life', () => {
  test.each([
    ['2028-06-30', '2026-11-01T00:00:00Z', false],
    ['2024-06-30', '2024-06-30T23:59:59Z', false],
    ['2024-06-30', '2024-07-01T00:00:00Z', true],
    [null, '2026-11-01T00:00:00Z', false],
  ] as const)('%s seen at %s', (endOfLife, now, expected) => {
    expect(isUnsupported(endOfLife, new Date(now))).toBe(expected);
  });

  test('every date of every table is a day of the calendar', () => {
    const dates = Object.values(cases)
      .map(({ text }) => detect({ 'etc/os-release': text }).distribution?.endOfLife ?? null)
      .filter((date) => date !== null);
    expect(dates.length).toBeGreaterThan(20);
    for (const date of dates) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
  });

  test.skipIf(!existsSync(`${table}debian.csv`))('agrees with distro-info-data', () => {
    // Debian: the end of long term support. Ubuntu: the end of standard support; some old ones are not kept.
    const debian = rows('debian').filter(([release, , , , , , end]) => Number(release) >= 7 && end);
    expect(debian.map(([release = '']) => [release, dateOf('debian', release)])).toEqual(
      debian.map((row) => [row[0], row[6]]),
    );
    const ubuntu = rows('ubuntu').map(([version = '', , , , , end]) => {
      const release = version.replace(' LTS', '');
      return [release, dateOf('ubuntu', release) ?? end, end];
    });
    expect(ubuntu.filter(([, known, end]) => known !== end)).toEqual([]);
  });
});
