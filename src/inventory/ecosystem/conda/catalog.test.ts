import { expect, test } from 'vitest';
import { catalog } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { condaMeta } from './catalog.ts';

const record = {
  name: 'openssl',
  version: '3.2.1',
  build: 'hd590300_1',
  build_number: 1,
  channel: 'https://conda.example.org/conda-forge/linux-64',
  subdir: 'linux-64',
  license: 'Apache-2.0',
  depends: ['ca-certificates', 'libgcc-ng >=12', '__glibc >=2.17'],
  files: ['bin/openssl'],
};

function read(content: string | Uint8Array) {
  return catalog(condaMeta, {
    path: 'opt/conda/conda-meta/openssl-3.2.1-hd590300_1.json',
    content,
  });
}

test('a record of conda-forge', () => {
  expect(read(JSON.stringify(record))).toEqual({
    packages: [
      {
        type: 'conda',
        namespace: null,
        name: 'openssl',
        version: '3.2.1',
        qualifiers: { build: 'hd590300_1', channel: 'conda-forge', subdir: 'linux-64' },
        licences: ['Apache-2.0'],
        dependsOn: ['ca-certificates', 'libgcc-ng'],
      },
    ],
    unknowns: [],
  });
});

test.each(['', '{}', '[]', '{"name":"x"}', '{"name":1,"version":2}'])('%j is unknown', (text) => {
  expect(read(text).unknowns).toHaveLength(1);
});

test('never throws on a damaged record', () => {
  const original = Buffer.from(JSON.stringify(record, null, 2));
  for (const damaged of damagedCopies(original, { seed: 13, copies: 200 })) {
    expect(read(damaged).packages.length).toBeLessThanOrEqual(1);
  }
});
