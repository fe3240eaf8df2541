import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../model/distribution.ts';
import { detect } from './fixtures/releases.ts';
import { distributionGlobs } from './index.ts';

describe('files before os-release', () => {
  const older: readonly (readonly [string, string, Partial<Distribution>])[] = [
    [
      'etc/lsb-release',
      'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION="Ubuntu 14.04.6 LTS"\n',
      { id: 'ubuntu', osvEcosystem: 'Ubuntu:14.04:LTS', name: 'Ubuntu 14.04.6 LTS' },
    ],
    [
      'etc/alpine-release',
      '3.10.9\n',
      { id: 'alpine', osvEcosystem: 'Alpine:v3.10', endOfLife: '2021-05-01' },
    ],
    [
      'etc/debian_version',
      '9.13\n',
      { id: 'debian', versionId: '9', osvEcosystem: 'Debian:9', codename: 'stretch' },
    ],
    ['etc/debian_version', 'forky/sid\n', { versionId: 'sid', osvEcosystem: 'Debian:14' }],
    [
      'etc/centos-release',
      'CentOS release 6.10 (Final)\n',
      { id: 'centos', versionId: '6.10', endOfLife: '2020-11-30' },
    ],
    ['etc/centos-release', 'CentOS Stream release 8\n', { id: 'centos', endOfLife: '2024-05-31' }],
    [
      'etc/oracle-release',
      'Oracle Linux Server release 6.10\n',
      { id: 'ol', endOfLife: '2021-03-31' },
    ],
    [
      'etc/fedora-release',
      'Fedora release 31 (Thirty One)\n',
      { id: 'fedora', codename: 'Thirty One' },
    ],
    [
      'etc/redhat-release',
      'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n',
      { id: 'rhel', versionId: '6.10', osvEcosystem: 'Red Hat:enterprise_linux:6::server' },
    ],
    [
      'etc/redhat-release',
      'Rocky Linux release 8.5 (Green Obsidian)\n',
      { osvEcosystem: 'Rocky Linux:8' },
    ],
    [
      'etc/redhat-release',
      'AlmaLinux release 9.2 (Turquoise Kodkod)\n',
      { osvEcosystem: 'AlmaLinux:9' },
    ],
    [
      'etc/system-release',
      'Amazon Linux AMI release 2018.03\n',
      { id: 'amzn', endOfLife: '2023-12-31' },
    ],
    ['etc/system-release', 'Amazon Linux release 2 (Karoo)\n', { id: 'amzn', versionId: '2' }],
    [
      'etc/SuSE-release',
      'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n',
      { id: 'sles', versionId: '11.4', osvEcosystem: 'SUSE:Linux Enterprise Server 11 SP4' },
    ],
    [
      'etc/SuSE-release',
      'openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n',
      { id: 'opensuse' },
    ],
  ];
  test.each(older)('%s: %j', (path, text, expected) => {
    expect(detect({ [path]: text }).distribution).toMatchObject(expected);
    expect(distributionGlobs).toContain(path);
  });

  test('the own file beats the one that claims to be Red Hat', () => {
    const files = {
      'etc/redhat-release': 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n',
      'etc/oracle-release': 'Oracle Linux Server release 6.10\n',
    };
    expect(detect(files).distribution?.id).toBe('ol');
  });

  test.each(['etc/redhat-release', 'etc/SuSE-release', 'etc/debian_version', 'etc/alpine-release'])(
    'nonsense in %s',
    (path) => {
      const { distribution, unknowns } = detect({ [path]: `nonsense${' '.repeat(100_000)}x` });
      expect(distribution).toBeNull();
      expect(unknowns).toHaveLength(1);
    },
  );
});
