// An archive that can be read once: what it tells, and what it has to leave open.
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildImage, debianLayer, dockerArchive } from '../../../test/image-builder.ts';
import { analystWith, inventory, names } from '../../../test/image-scan.ts';
import { listDockerArchive, pipedArchive } from './index.ts';

test.each([
  ['plain', (bytes: Buffer) => bytes],
  ['compressed', (bytes: Buffer) => gzipSync(bytes)],
])('through a pipe, %s: what only a second look would show is unknown', async (_, packed) => {
  const layers = [
    debianLayer({ bash: '5.2.15-2' }),
    [
      {
        name: 'app/node_modules/left-pad/package.json',
        content: '{"name":"left-pad","version":"1.3.0"}',
      },
      { name: 'store/5f2b', content: '{"name":"lodash","version":"4.17.4"}' },
      {
        name: 'app/node_modules/lodash/package.json',
        type: '1',
        link: 'store/5f2b',
      },
    ],
  ];
  const bytes = packed(dockerArchive(buildImage(layers)));
  const store = await pipedArchive({
    name: 'standard input',
    analyst: async () => analystWith(),
    chunks: Readable.from([bytes.subarray(0, 700), bytes.subarray(700)]),
  });
  expect(store.isIncomplete).toBe(false);
  const found = await inventory(listDockerArchive(store, null)[0]);
  expect(names(found)).toEqual(['bash@5.2.15-2', 'left-pad@1.3.0']);
  expect(found.unknowns.map(({ path }) => path)).toEqual(['app/node_modules/lodash/package.json']);
  expect(found.unknowns[0]?.reason).toContain('save it to a file');
  expect(store.isIncomplete).toBe(true);
});
