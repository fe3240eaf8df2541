// Speed of matching: 500 packages against the real database file, 50,000 against memory.
import { openDatabase } from '../../src/advisory/database/index.ts';
import { matchPackages } from '../../src/advisory/match/index.ts';
import type { AdvisorySource, OsvRecord } from '../../src/model/advisory.ts';
import type { Distribution } from '../../src/model/distribution.ts';
import type { Package } from '../../src/model/package.ts';
import { memorySource, recordsOfZip, testEcosystems } from '../../test/advisory-source.ts';
import { type Figure, figure, median, spread } from './figure.ts';

const debian: Distribution = {
  id: 'debian',
  versionId: '12',
  name: 'Debian GNU/Linux 12 (bookworm)',
  codename: 'bookworm',
  endOfLife: null,
  purlNamespace: 'debian',
  purlDistro: 'debian-12',
  packageType: 'deb',
  osvEcosystem: 'Debian:12',
};

function packageOf(type: string, fullName: string, version: string): Package {
  const at = type === 'deb' ? -1 : fullName.lastIndexOf(type === 'maven' ? ':' : '/');
  const name = fullName.slice(at + 1);
  return {
    purl: `pkg:${type}/${fullName.replace(':', '/')}@${version}`,
    type,
    namespace: at < 0 ? null : fullName.slice(0, at),
    name,
    version,
    source: type === 'deb' ? { name, version } : null,
    licences: [],
    locations: [{ path: 'var/lib/packages', layer: null }],
    ownedBy: null,
    evidence: 'installed',
  };
}

/** How old the packages of an image are: at the newest fix that is known, or far behind. */
type Age = 'maintained' | 'neglected';

/**
 * `count` packages of the feeds: seven of ten from Debian 12, the rest from Go, PyPI and npm, so that
 * every lookup finds advisories. Maintained: one in ten lacks its newest fix; neglected: all lie in
 * the middle of what their advisories name.
 */
function realPackages(folder: string, count: number, age: Age): readonly Package[] {
  const feeds = [
    ['Debian', 'deb', 'Debian:12', 0.7],
    ['Go', 'golang', 'Go', 0.1],
    ['PyPI', 'pypi', 'PyPI', 0.1],
    ['npm', 'npm', 'npm', 0.1],
  ] as const;
  return feeds.flatMap(([zip, type, ecosystem, share]) => {
    const versions = new Map<string, string[]>();
    for (const record of recordsOfZip(`${folder}/${zip}/all.zip`)) {
      collect(record, ecosystem, versions);
    }
    const scheme = testEcosystems.scheme(ecosystem);
    const names = [...versions];
    return Array.from({ length: Math.round(count * share) }, (_, index) => {
      // A source package has several binary packages.
      const [name = '', stated = []] = names[index % names.length] ?? [];
      const sorted = stated.toSorted((a, b) => scheme?.compare(a, b) ?? 0);
      const isBehind = age === 'neglected' || index % 10 === 0;
      const version = isBehind ? sorted[Math.floor(sorted.length / 2)] : sorted.at(-1);
      const found = packageOf(type, name, version ?? '1.0.0');
      return { ...found, purl: `${found.purl}?part=${Math.floor(index / names.length)}` };
    });
  });
}

function collect(record: OsvRecord, ecosystem: string, versions: Map<string, string[]>): void {
  for (const affected of record.affected ?? []) {
    if (affected.package?.ecosystem !== ecosystem) continue;
    for (const { events } of affected.ranges ?? []) {
      for (const { fixed } of events) {
        if (fixed === undefined) continue;
        const known = versions.get(affected.package.name) ?? [];
        known.push(fixed);
        versions.set(affected.package.name, known);
      }
    }
  }
}

/** Processor time of this thread: the work is pure, and other programs must not count. */
function cpuMs(work: () => void): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

/** Matching with its lookups, the file newly opened each time as a scan does; then many packages. */
export function measureMatching(databaseFile: string, osvFolder: string): readonly Figure[] {
  const maintained = measureAge(databaseFile, realPackages(osvFolder, 500, 'maintained'));
  const neglected = measureAge(databaseFile, realPackages(osvFolder, 500, 'neglected'));
  const what = 'matching 500 packages';
  return [
    figure({
      name: `${what}, first in a process`,
      value: maintained.times[0] ?? Number.NaN,
      unit: 'ms',
      note: `${maintained.findings} findings`,
    }),
    figure({
      name: what,
      value: median(maintained.times),
      unit: 'ms',
      target: 15,
      note: spread(maintained.times),
    }),
    figure({
      name: `${what}, all far behind`,
      value: median(neglected.times),
      unit: 'ms',
      note: `${neglected.findings} findings, ${spread(neglected.times)}`,
    }),
    measureMany(),
  ];
}

function measureAge(
  databaseFile: string,
  packages: readonly Package[],
): { readonly times: readonly number[]; readonly findings: number } {
  let findings = 0;
  const times = Array.from({ length: 15 }, () => {
    const source = openDatabase(databaseFile);
    const time = cpuMs(() => {
      findings = findingsOf(packages, source);
    });
    source.close();
    return time;
  });
  return { times, findings };
}

function findingsOf(packages: readonly Package[], source: AdvisorySource): number {
  const ecosystems = testEcosystems;
  return matchPackages({ packages, distribution: debian, source, ecosystems }).findings.length;
}

/** 50,000 packages over 5,000 names with four advisories each; every third one is affected. */
function measureMany(): Figure {
  const names = Array.from({ length: 5000 }, (_, index) => `package-${index}`);
  const records = names.flatMap((name, place) =>
    Array.from(
      { length: 4 },
      (_, index): OsvRecord => ({
        id: `GHSA-${place}-${index}`,
        affected: [
          {
            package: { ecosystem: 'npm', name },
            ranges: [
              { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: `1.${index}.5` }] },
              { type: 'SEMVER', events: [{ introduced: '3.0.0' }, { fixed: `3.${index}.5` }] },
            ],
          },
        ],
      }),
    ),
  );
  const source = memorySource(records);
  const packages = Array.from({ length: 50_000 }, (_, index) =>
    packageOf(
      'npm',
      names[index % names.length] ?? '',
      `${(index % 3) + 1}.${index % 7}.${index % 11}`,
    ),
  );
  let findings = 0;
  const time = cpuMs(() => {
    findings = findingsOf(packages, source);
  });
  return figure({
    name: 'matching 50,000 packages, in memory',
    value: time,
    unit: 'ms',
    target: 1000,
    note: `${findings} findings`,
  });
}
