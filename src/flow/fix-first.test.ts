import { describe, expect, test } from 'vitest';
import { memorySource } from '../../test/advisory-source.ts';
import { debian, installed } from '../../test/sample-match.ts';
import { matchPackages } from '../advisory/match/index.ts';
import type { OsvRecord } from '../model/advisory.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Package } from '../model/package.ts';
import type { Inventory } from '../model/report.ts';
import { matchEcosystems } from './ecosystems.ts';
import { fixActions } from './fix-first.ts';

const layers = ['sha256:a', 'sha256:b', 'sha256:c'];

function record(id: string, ecosystem: string, name: string, fixed: string): OsvRecord {
  const type = ecosystem === 'npm' || ecosystem === 'Go' ? 'SEMVER' : 'ECOSYSTEM';
  return {
    id,
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type, events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  };
}

function actions(
  packages: readonly Package[],
  records: readonly OsvRecord[],
  about: {
    readonly distribution?: Distribution;
    readonly now?: string;
    readonly kev?: string;
  } = {},
) {
  const facts =
    about.kev === undefined
      ? {}
      : { kev: { [about.kev]: { dateAdded: '2021-01-01', ransomware: false } } };
  const source = memorySource(records, facts);
  const distribution = about.distribution ?? debian;
  const { findings } = matchPackages({
    packages,
    distribution,
    source,
    ecosystems: matchEcosystems,
  });
  const inventory: Inventory = {
    target: {
      kind: 'oci',
      name: 'shop',
      digest: null,
      platform: null,
      os: null,
      layers: layers.map((diffId) => ({ diffId, digest: null, createdBy: null, size: 1 })),
    },
    packages,
    unknowns: [],
    distribution,
  };
  const now = new Date(about.now ?? '2025-01-01');
  return fixActions(findings, inventory, { source, ecosystems: matchEcosystems, now });
}

const npm = (name: string, version: string): Package => installed('npm', name, version);
const deb = (name: string, layer: string): Package =>
  installed('deb', name, '1.0-1', { locations: [{ path: 'var/lib/dpkg/status', layer }] });

describe('actions', () => {
  test('one version that clears every flaw of a package, not the first fixed one', () => {
    const found = actions(
      [npm('lodash', '4.17.4')],
      [record('A-1', 'npm', 'lodash', '4.17.12'), record('A-2', 'npm', 'lodash', '4.17.21')],
    );
    expect(found).toEqual([
      expect.objectContaining({ action: 'npm: lodash 4.17.4 -> 4.17.21', removes: 2 }),
    ]);
  });

  test('the packages of the system are one action, with their layers', () => {
    const records = ['a', 'b', 'c'].map((name) => record(`D-${name}`, 'Debian:12', name, '1.0-2'));
    const found = actions(
      [deb('a', 'sha256:a'), deb('b', 'sha256:b'), deb('c', 'sha256:b')],
      records,
    );
    expect(found).toEqual([
      expect.objectContaining({
        action: 'rebuild on debian 12 of today (updates 3 packages)',
        where: 'layers 1-2',
        removes: 3,
      }),
    ]);
  });

  test('a release without support is not rebuilt on', () => {
    const [first] = actions([deb('a', 'sha256:a')], [record('D-a', 'Debian:12', 'a', '1.0-2')], {
      distribution: { ...debian, endOfLife: '2028-06-30' },
      now: '2029-01-01',
    });
    expect(first?.action).toBe(
      'rebuild on a supported release: debian 12 has had no fixes since 2028-06',
    );
  });

  test('a Go program is rebuilt as a whole', () => {
    const locations = [{ path: 'usr/bin/tool', layer: 'sha256:c' }];
    const modules = [
      installed('golang', 'golang.org/x/net', 'v1.0.0', { locations }),
      installed('golang', 'stdlib', '1.20.0', { locations }),
    ];
    const found = actions(modules, [
      record('GO-1', 'Go', 'golang.org/x/net', '1.1.0'),
      record('GO-2', 'Go', 'stdlib', '1.22.0'),
    ]);
    expect(found.map(({ action }) => action)).toEqual([
      'rebuild or update tool with a current Go and 1 updated module',
    ]);
  });

  test('what nothing fixes is in no action', () => {
    const open: OsvRecord = {
      id: 'A-1',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'x' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
        },
      ],
    };
    expect(actions([npm('x', '1.0.0')], [open])).toEqual([]);
  });

  test('malware is removed, not upgraded', () => {
    const [first] = actions([npm('evil', '1.0.0')], [record('MAL-2024-1', 'npm', 'evil', '9.0.0')]);
    expect(first?.action).toMatch(/^remove evil 1\.0\.0: it is malware/);
  });

  test('an exploited flaw comes before many small ones, in any order of the input', () => {
    const packages = [npm('many', '1.0.0'), npm('one', '1.0.0')];
    const records = [
      ...Array.from({ length: 4 }, (_, index) => record(`A-${index}`, 'npm', 'many', '2.0.0')),
      record('CVE-2020-1234', 'npm', 'one', '2.0.0'),
    ];
    const found = actions(packages, records, { kev: 'CVE-2020-1234' });
    const turned = actions(packages.toReversed(), records.toReversed(), { kev: 'CVE-2020-1234' });
    expect(found).toEqual(turned);
    expect(found[0]).toMatchObject({ action: 'npm: one 1.0.0 -> 2.0.0', exploited: 1 });
  });
});
