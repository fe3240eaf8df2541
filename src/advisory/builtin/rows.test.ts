// Every row of the built-in set is well-formed: ids, dates, vectors, versions in the order of their
// ecosystem. What a row says is compared with published records in published.test.ts.
import { describe, expect, test } from 'vitest';
import { schemeForOsv } from '../../inventory/version/index.ts';
import { scoreVector } from '../cvss/index.ts';
import { builtinRecords } from './records.ts';
import type { BuiltinRange, BuiltinRow } from './row.ts';
import { builtinRows, builtinThemes } from './rows.ts';
import { builtinDate } from './source.ts';

const rows = builtinRows();
const idForms = [
  /^CVE-\d{4}-\d{4,}$/,
  /^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/,
  /^(?:GO|PYSEC|RUSTSEC|MAL)-\d{4}-\d+$/,
];
const ecosystems = ['Go', 'Maven', 'NuGet', 'Packagist', 'PyPI', 'RubyGems', 'crates.io', 'npm'];
const releases = {
  debian: ['7', '8', '9', '10', '11', '12', '13'],
  ubuntu: ['12.04', '14.04', '16.04', '18.04', '20.04', '22.04', '24.04'],
  alpine: Array.from({ length: 20 }, (_, index) => `3.${index + 3}`),
} as const;

describe('the set', () => {
  test('holds at least 120 rows in themes that are not empty', () => {
    expect(rows.length).toBeGreaterThanOrEqual(120);
    for (const theme of builtinThemes) expect(theme.rows.length).toBeGreaterThan(0);
  });

  test('names every id once, aliases included', () => {
    const ids = rows.flatMap((row) => [row.id, ...(row.aliases ?? [])]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('states titles and lessons once each', () => {
    for (const texts of [rows.map((row) => row.title), rows.map((row) => row.lesson)]) {
      expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
    }
  });

  test('covers the ecosystems that it promises', () => {
    const found = new Set(
      builtinRecords().flatMap((record) =>
        (record.affected ?? []).map((affected) => affected.package?.ecosystem),
      ),
    );
    expect(found).toEqual(
      new Set([
        ...ecosystems,
        ...[...found].filter((name) => /^(?:Debian|Ubuntu|Alpine):/.test(name ?? '')),
      ]),
    );
    expect(found).toContain('Debian:12');
    expect(found).toContain('Ubuntu:22.04:LTS');
    expect(found).toContain('Alpine:v3.18');
  });
});

describe.each(rows.map((row) => [row.id, row] as const))('%s', (_, row) => {
  test('has ids, dates and words of the right form', () => {
    const ids = [row.id, ...(row.aliases ?? [])];
    expect(ids.filter((id) => !idForms.some((form) => form.test(id)))).toEqual([]);
    const dates = [row.published, row.kev].filter((date) => date !== undefined);
    expect(dates.filter((date) => !isDate(date))).toEqual([]);
    expect(row.ransomware === true && row.kev === undefined).toBe(false);
    expect(row.title.length).toBeGreaterThan(15);
    expect(row.title.length).toBeLessThan(90);
    expect(row.title).not.toMatch(/\.$/);
    expect(row.lesson.length).toBeGreaterThan(35);
    expect(row.lesson.length).toBeLessThan(330);
    expect(row.lesson).toMatch(/^[A-Z\d].*\.$/);
    expect(row.checked.length).toBeGreaterThan(0);
  });

  test('is rated by a vector or a word, not both', () => {
    expect((row.cvss === undefined) !== (row.severity === undefined)).toBe(true);
    expect(row.cvss === undefined ? 1 : scoreVector(row.cvss)?.base).toBeGreaterThan(0);
  });

  test('has versions in the order of their ecosystem', () => {
    const packages = packagesOf(row);
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.flatMap(faultsOf)).toEqual([]);
  });

  test('names known releases and ecosystems', () => {
    expect(ecosystems).toEqual(expect.arrayContaining(Object.keys(row.packages ?? {})));
    for (const family of ['debian', 'ubuntu', 'alpine'] as const) {
      const named = Object.values(row[family] ?? {}).flatMap((fixes) => Object.keys(fixes));
      expect(releases[family]).toEqual(expect.arrayContaining(named));
    }
  });
});

function isDate(date: string): boolean {
  return date === new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) && date <= builtinDate;
}

/** What is wrong with the versions of one package, in words. */
function faultsOf({ ecosystem, name, ranges, versions }: PackageVersions): readonly string[] {
  const scheme = schemeForOsv(ecosystem);
  if (scheme === null) return [`${ecosystem} has no order`];
  const faults = [...versions, ...ranges.flat()]
    .filter((version) => version !== null && !scheme.isValid(version))
    .map((version) => `${name}: ${version} is no version`);
  let end: string | null = null;
  for (const [from, fixed, last] of ranges) {
    if (end !== null && scheme.compare(end, from) > 0) faults.push(`${name}: ${from} overlaps`);
    end = fixed ?? last ?? null;
    const isEmpty = end !== null && from !== '0' && scheme.compare(from, end) >= 0;
    if (isEmpty) faults.push(`${name}: nothing between ${from} and ${end}`);
  }
  return faults;
}

interface PackageVersions {
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly BuiltinRange[];
  readonly versions: readonly string[];
}

function packagesOf(row: BuiltinRow): readonly PackageVersions[] {
  const found: PackageVersions[] = [];
  for (const [ecosystem, packages] of Object.entries(row.packages ?? {})) {
    for (const [name, entries] of Object.entries(packages)) {
      found.push({
        ecosystem,
        name,
        ranges: entries.filter((entry) => typeof entry !== 'string'),
        versions: entries.filter((entry) => typeof entry === 'string'),
      });
    }
  }
  const families = [
    ['Debian', row.debian],
    ['Ubuntu', row.ubuntu],
    ['Alpine', row.alpine],
  ] as const;
  for (const [ecosystem, family] of families) {
    for (const [name, fixes] of Object.entries(family ?? {})) {
      for (const fix of Object.values(fixes)) {
        const range: BuiltinRange = typeof fix === 'string' ? ['0', fix] : fix;
        found.push({ ecosystem, name, ranges: [range], versions: [] });
      }
    }
  }
  return found;
}
