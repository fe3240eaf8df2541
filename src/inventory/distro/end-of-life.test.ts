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

  test.each([
    ['fedora', '44', '2027-06-02'],
    ['alpine', '3.24.1', '2028-06-01'],
    ['sles', '16.0', '2027-11-30'],
    ['photon', '5.0', null],
  ])('%s %s: %s', (id, release, expected) => {
    expect(dateOf(id, release)).toBe(expected);
  });

  test.each([
    ['our table knows better', { ID: 'fedora', VERSION_ID: '43' }, '2026-12-02', '2026-12-09'],
    ['a release newer than our table', { ID: 'fedora', VERSION_ID: '99' }, '2031-05-20', null],
    ['a derivative', { ID: 'shipos', ID_LIKE: 'fedora', VERSION_ID: '1' }, '2031-05-20', null],
    ['no date', { ID: 'fedora', VERSION_ID: '99' }, 'some day', ''],
    ['no day', { ID: 'fedora', VERSION_ID: '99' }, '2031-13-77', ''],
  ] as const)('SUPPORT_END: %s', (_, fields, stated, expected) => {
    const text = osRelease({ ...fields, SUPPORT_END: stated });
    const found = detect({ 'etc/os-release': text }).distribution?.endOfLife;
    expect(found).toBe(expected === '' ? null : (expected ?? stated));
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
