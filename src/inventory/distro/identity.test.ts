// Releases out of the few words that SBOMs and package URLs have of them.
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { parsePurl } from '../../model/purl.ts';
import { distributionOf, identityOfPurl } from './index.ts';

describe('distributionOf', () => {
  test.each<[string, string | null, string | null]>([
    ['debian', '12', 'Debian:12'],
    ['debian', '12.5', 'Debian:12'],
    ['debian', 'bookworm', 'Debian:12'],
    ['debian', 'sid', null],
    ['ubuntu', '22.04', 'Ubuntu:22.04:LTS'],
    ['ubuntu', 'jammy', 'Ubuntu:22.04:LTS'],
    ['alpine', '3.18.4', 'Alpine:v3.18'],
    ['wolfi', null, 'Wolfi'],
    ['redhat', '9.4', 'Red Hat:enterprise_linux:9::baseos'],
    ['alma', '8.10', 'AlmaLinux:8'],
    ['rocky', '9', 'Rocky Linux:9'],
    ['opensuse.leap', '15.5', 'openSUSE:Leap 15.5'],
    ['suse linux enterprise server', '15.4', 'SUSE:Linux Enterprise Server 15 SP4'],
    ['oracle', '9', null],
    ['nobody-linux', '1', null],
  ])('%s %s is judged by %s', (id, versionId, ecosystem) => {
    const { distribution } = distributionOf({ id, versionId, name: null });
    expect(distribution?.osvEcosystem ?? null).toBe(ecosystem);
  });

  test('a code name in the long name is found, as in a scan', () => {
    const name = 'Debian GNU/Linux trixie/sid';
    const { distribution } = distributionOf({ id: 'debian', versionId: 'sid', name });
    expect(distribution).toMatchObject({ versionId: 'sid', osvEcosystem: 'Debian:13', name });
  });

  test('names are those of the distribution where the document has none', () => {
    const { distribution } = distributionOf({ id: 'redhat', versionId: '9.4', name: 'redhat' });
    expect(distribution?.name).toBe('Red Hat Enterprise Linux 9.4');
  });

  test.each(['', '../etc', 'a\nID=debian', '$(x)', '/'])('%j is no distribution', (id) => {
    const { distribution, unknowns } = distributionOf({ id, versionId: '12', name: null });
    expect(distribution).toBeNull();
    expect(unknowns).toHaveLength(1);
  });

  test('no value adds a line of its own', () => {
    const name = 'x"\nID=alpine\nVERSION_ID=3';
    const { distribution } = distributionOf({ id: 'debian', versionId: '12"\nID=alpine', name });
    expect(distribution?.id).toBe('debian');
    expect(distribution?.name).toBe('x" ID=alpine VERSION_ID=3');
  });
});

describe('identityOfPurl', () => {
  test.each<[string, readonly [string, string | null] | null]>([
    ['pkg:deb/debian/a@1?distro=debian-12', ['debian', '12']],
    ['pkg:deb/debian/a@1?distro=bookworm', ['debian', null]],
    ['pkg:deb/debian/a@1?distro=debian-bookworm', ['debian', null]],
    ['pkg:deb/debian/a@1?distro=debian-sid', ['debian', 'sid']],
    ['pkg:deb/ubuntu/a@1?distro=jammy', ['ubuntu', null]],
    ['pkg:apk/alpine/a@1?distro=3.15.0', ['alpine', '3.15.0']],
    ['pkg:apk/alpine/a@1?distro=alpine-edge', ['alpine', 'edge']],
    ['pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5', ['opensuse-leap', '15.5']],
    ['pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed', ['opensuse-tumbleweed', null]],
    ['pkg:rpm/amazon/a@1?distro=amzn-2023', ['amzn', '2023']],
    ['pkg:apk/wolfi/a@1', ['wolfi', null]],
    ['pkg:deb/debian/a@1', null],
    ['pkg:npm/a@1?distro=debian-12', null],
  ])('%s', (purl, expected) => {
    const identity = identityOfPurl(present(parsePurl(purl)));
    expect(identity === null ? null : [identity.id, identity.versionId]).toEqual(expected);
  });
});
