// Whose a file is where no OS package claims it: language packages by their folders.
import { expect, test } from 'vitest';
import type { Package } from '../../model/package.ts';
import { fileOwners } from './owners.ts';

function found(purl: string, name: string, path: string, ownedBy: string | null = null): Package {
  return {
    purl,
    type: 'x',
    namespace: null,
    name,
    version: '1',
    source: null,
    licences: [],
    locations: [{ path, layer: null }],
    ownedBy,
    evidence: 'installed',
  };
}

const ownerOf = fileOwners({
  records: [],
  layers: [],
  distribution: null,
  packages: [
    found('npm a', 'a', 'app/node_modules/a/package.json'),
    found('npm b', 'b', 'app/node_modules/a/node_modules/b/package.json'),
    found('pypi c', 'My-Lib', 'usr/lib/python3/site-packages/My_Lib-1.0.dist-info/METADATA'),
    found('go d', 'd', 'usr/local/bin/d'),
    found('npm e', 'e', 'usr/share/nodejs/e/package.json', 'pkg:deb/node-e'),
  ],
});

test.each([
  ['/app/node_modules/a/lib/native.node', 'npm a'],
  ['/app/node_modules/a/node_modules/b/b.node', 'npm b'],
  ['/usr/lib/python3/site-packages/my_lib/_speed.so', 'pypi c'],
  ['/usr/local/bin/d', 'go d'],
  ['/usr/local/bin/dd', null],
  ['/app/node_modules/other.js', null],
  ['/usr/share/nodejs/e/x.node', null],
  ['', null],
])('%s belongs to %s', (path, purl) => {
  expect(ownerOf(path)).toBe(purl);
});
