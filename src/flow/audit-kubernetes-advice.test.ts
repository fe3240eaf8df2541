// Versions of nodes as packages of distributions, and what an advisory database says of them.
import { describe, expect, test } from 'vitest';
import { builtinSource } from '../advisory/builtin/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { adviseNodes, purlOf } from './audit-kubernetes-advice.ts';

const part = (version: string, osImage: string, name: 'kernel' | 'containerd' = 'kernel') => ({
  name,
  version,
  osImage,
  place: 'status.nodeInfo.kernelVersion',
});

test.each([
  [
    '5.15.0-97-generic',
    'Ubuntu 22.04.3 LTS',
    'pkg:deb/ubuntu/linux@5.15.0-97.0?distro=ubuntu-22.04',
  ],
  [
    '6.5.0-14-generic',
    'Ubuntu 22.04.3 LTS',
    'pkg:deb/ubuntu/linux-hwe-6.5@6.5.0-14.0?distro=ubuntu-22.04',
  ],
  [
    '5.15.0-1053-aws',
    'Ubuntu 22.04.3 LTS',
    'pkg:deb/ubuntu/linux-aws@5.15.0-1053.0?distro=ubuntu-22.04',
  ],
  [
    '5.15.0-1053-aws',
    'Ubuntu 20.04.6 LTS',
    'pkg:deb/ubuntu/linux-aws-5.15@5.15.0-1053.0?distro=ubuntu-20.04',
  ],
  [
    '6.12.41+deb13-amd64',
    'Debian GNU/Linux 13 (trixie)',
    'pkg:deb/debian/linux@6.12.41-1?distro=debian-13',
  ],
  ['6.1.0-18-amd64', 'Debian GNU/Linux 12 (bookworm)', null],
  [
    '5.14.0-362.8.1.el9_3.x86_64',
    'Red Hat Enterprise Linux 9.3 (Plow)',
    'pkg:rpm/rhel/kernel@5.14.0-362.8.1.el9_3?distro=rhel-9.3',
  ],
  ['6.1.60-flatcar', 'Flatcar Container Linux', null],
  ['5.15.0-97-generic', '', null],
])('%s of %s', (version, osImage, purl) => {
  expect(purlOf(part(version, osImage))).toBe(purl);
});

test('an engine of Ubuntu says all of itself, others do not', () => {
  const jammy = 'Ubuntu 22.04.3 LTS';
  expect(purlOf(part('1.5.9-0ubuntu3', jammy, 'containerd'))).toBe(
    'pkg:deb/ubuntu/containerd@1.5.9-0ubuntu3?distro=ubuntu-22.04',
  );
  expect(purlOf(part('1.7.12', jammy, 'containerd'))).toBeNull();
});

/** A database that holds one advisory for the kernel of Ubuntu 22.04. */
function databaseOf(fixed: string): AdvisorySource {
  const builtin = builtinSource();
  const ecosystem = 'Ubuntu:22.04:LTS';
  const match = {
    id: 'UBUNTU-CVE-2024-1086',
    package: { ecosystem, name: 'linux' },
    aliases: [],
    upstream: ['CVE-2024-1086'],
    summary: '',
    published: null,
    modified: null,
    withdrawn: null,
    severity: [],
    vendorSeverity: 'high',
    source: 'ubuntu',
    ranges: [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed }] }],
    versions: [],
    fixStatus: null,
    modularity: null,
    imports: [],
    references: [],
  };
  return {
    ...builtin,
    info: () => ({
      ...builtin.info(),
      builtIn: false,
      builtAt: '2026-11-01',
      ecosystems: [ecosystem],
    }),
    lookup: (asked, name) => (asked === ecosystem && name === 'linux' ? [match] : []),
    byId: () => [],
  };
}

describe('an advisory database', () => {
  test.each([
    ['5.15.0-87.97', 'fixed'],
    ['5.15.0-101.111', 'affected'],
  ])('fixed in %s: 5.15.0-97-generic is %s', (fixed, state) => {
    const advise = adviseNodes(databaseOf(fixed));
    const answer = advise?.(part('5.15.0-97-generic', 'Ubuntu 22.04.3 LTS'));
    expect(answer?.words.get('CVE-2024-1086')?.state).toBe(state);
    expect(answer?.asked[0]?.what).toContain('Ubuntu');
    expect(advise?.(part('6.1.60-flatcar', 'Flatcar Container Linux')).asked).toEqual([]);
  });

  test('none is asked where there is none', () => {
    expect(adviseNodes(null)).toBeNull();
    const silent = adviseNodes(builtinSource());
    expect(silent?.(part('5.15.0-97-generic', 'Ubuntu 22.04.3 LTS')).asked).toEqual([]);
  });
});
