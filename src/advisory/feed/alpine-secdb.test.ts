import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAlpineSecdb } from './alpine-secdb.ts';

const secdb = {
  apkurl: '{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk',
  archs: ['x86_64'],
  reponame: 'main',
  urlprefix: 'https://dl-cdn.alpinelinux.org/alpine',
  distroversion: 'v3.20',
  packages: [
    {
      pkg: {
        name: 'xen',
        secfixes: {
          '4.9.0-r0': ['CVE-2017-8903 XSA-213', 'XSA-999 (without a CVE)'],
          '4.9.1-r1': ['CVE-2017-8903'],
          '0': ['CVE-2015-5166'],
        },
      },
    },
    {
      pkg: {
        name: 'mariadb',
        secfixes: { '10.3.1-r0': ['CVE_2019-2426', 'CVE-2019-1 (+ regression fix)'] },
      },
    },
    { pkg: { secfixes: {} } },
    { pkg: { name: 'odd', secfixes: { '1-r0': 'CVE-2020-1234', '2-r0': [7, null, 'see below'] } } },
    7,
  ],
};

function read(document: unknown) {
  return readAlpineSecdb(Buffer.from(JSON.stringify(document)), 'main.json');
}

describe('secdb', () => {
  const items = read(secdb);
  const records = items.flatMap((item) => (item.kind === 'record' ? [item] : []));
  test('ids, typing errors and remarks', () => {
    expect(records.map(({ record }) => [record.id, record.upstream, record.related])).toEqual([
      ['ALPINE-CVE-2017-8903', ['CVE-2017-8903'], ['XSA-213']],
      ['ALPINE-XSA-999', undefined, undefined],
      ['ALPINE-CVE-2019-2426', ['CVE-2019-2426'], undefined],
    ]);
  });
  test('a flaw under two versions has two ranges, and never affected has none', () => {
    const [xen] = records;
    expect(xen?.part).toBe('v3.20/main/xen');
    expect(xen?.record.affected).toMatchObject([
      {
        package: { ecosystem: 'Alpine:v3.20', name: 'xen' },
        ranges: [
          { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '4.9.0-r0' }] },
          { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '4.9.1-r1' }] },
        ],
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('5166');
  });
  test('entries without a name are bad', () => {
    expect(items.filter((item) => item.kind === 'bad').map((item) => item.where)).toEqual([
      'main.json packages[2]',
      'main.json packages[4]',
    ]);
  });
  test.each([
    ['edge', 'Alpine:edge'],
    ['v3.22', 'Alpine:v3.22'],
  ])('release %s', (distroversion, ecosystem) => {
    const [item] = read({ ...secdb, distroversion });
    expect(item).toMatchObject({ record: { affected: [{ package: { ecosystem } }] } });
  });
  test('Wolfi and Chainguard are told by their address', () => {
    const wolfi = { ...secdb, urlprefix: 'https://packages.wolfi.dev', distroversion: undefined };
    expect(read(wolfi)[0]).toMatchObject({ record: { id: 'WOLFI-CVE-2017-8903' } });
    const chainguard = { ...secdb, urlprefix: 'https://packages.cgr.dev/chainguard' };
    expect(read(chainguard)[0]).toMatchObject({
      record: { affected: [{ package: { ecosystem: 'Chainguard' } }] },
    });
  });
  test.each([
    ['no release', { ...secdb, distroversion: undefined }],
    ['a release with a path', { ...secdb, distroversion: '../v3.20' }],
    ['no object', []],
  ])('%s is bad as a whole', (_, document) => {
    expect(read(document)).toMatchObject([{ kind: 'bad', where: 'main.json' }]);
  });
});

test('mutated documents never throw', () => {
  const text = JSON.stringify(secdb);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
      const bytes = Buffer.from(text.slice(0, at) + put + text.slice(at + 1));
      expect(readAlpineSecdb(bytes, 'x').length).toBeGreaterThanOrEqual(0);
    }),
    { seed: 5, numRuns: 300 },
  );
});
