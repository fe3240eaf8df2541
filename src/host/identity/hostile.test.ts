// Strange and hostile documents: whatever they hold, an answer comes, and soon.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bundleIdentity,
  dockerIdentity,
  findContainerdRecord,
  findStorageContainer,
  openBolt,
  parseCgroupPath,
  parseLibpodConfig,
  parseOciConfig,
  parseProcessCgroups,
  parseRuntimeCommand,
  wordsOf,
} from './index.ts';

const runs = { seed: 11, numRuns: 200 };
const id = 'a'.repeat(64);

/** Objects that have the keys that are read, with anything as their values. */
const keys = (
  'ID Id Name Config HostConfig NetworkSettings Networks Ports PortBindings Labels Image Mounts Path ' +
  'MountPoints Args Created process user uid args capabilities bounding mounts options source linux ' +
  'destination namespaces type path resources devices annotations root __proto__ constructor name ' +
  'labels spec networks portMappings rootfsImageID metadata id names'
).split(' ');
const documents = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string(),
    fc.integer(),
    fc.constantFrom(null, true, id, '/', 'bind', 'pid', 'network'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 8 }),
  ),
})).value;

test('documents of any shape', () => {
  fc.assert(
    fc.property(documents, documents, (container, hostConfig) => {
      const oci = parseOciConfig(container);
      bundleIdentity({ id, engine: 'unknown', oci, podman: parseLibpodConfig(hostConfig) });
      dockerIdentity({ container, hostConfig, oci });
      findStorageContainer(container, id);
    }),
    runs,
  );
});

test('text of any kind as path, cgroup file and command line', () => {
  const parts = fc.constantFrom(
    '/',
    'docker',
    id,
    '-',
    '.scope',
    'pod',
    'conmon',
    ':',
    '\n',
    '0',
    '\0',
    'runc',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(parts, { maxLength: 40 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (line) => {
      const found = parseCgroupPath(line);
      if (found !== null) expect(found.id).toMatch(/^[0-9a-f]{64}$/);
      parseProcessCgroups(line);
      parseRuntimeCommand(wordsOf(line));
    }),
    runs,
  );
});

test('very many of everything is cut', () => {
  const annotations = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, 'v']));
  const mounts = Array.from({ length: 20_000 }, () => ({
    type: 'bind',
    source: '/',
    destination: '/',
  }));
  const oci = parseOciConfig({ annotations, mounts });
  expect(oci.annotations.size).toBe(4096);
  expect(oci.mounts).toHaveLength(4096);
  expect(parseCgroupPath(`/docker/${id}`.repeat(1000))).toBeNull();
});

test('__proto__ is a label like any other', () => {
  const labels = JSON.parse('{"__proto__": "evil", "a": "b"}');
  const identity = dockerIdentity({ container: { ID: id, Config: { Labels: labels } } });
  expect([...(identity?.labels ?? [])]).toEqual([
    ['__proto__', 'evil'],
    ['a', 'b'],
  ]);
});

/** Two meta pages, and a branch page that leads to itself. */
function endlessBolt(): Buffer {
  const pageSize = 4096;
  const file = Buffer.alloc(4 * pageSize);
  for (const page of [0, 1]) {
    const at = page * pageSize + 16;
    file.writeUInt32LE(0xed0cdaed, at);
    file.writeUInt32LE(2, at + 4);
    file.writeUInt32LE(pageSize, at + 8);
    file.writeBigUInt64LE(3n, at + 16);
    file.writeBigUInt64LE(BigInt(page), at + 48);
    let hash = 0xcbf29ce484222325n;
    for (const byte of file.subarray(at, at + 56)) {
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
    file.writeBigUInt64LE(hash, at + 56);
  }
  const branch = 3 * pageSize;
  file.writeUInt16LE(1, branch + 8);
  file.writeUInt16LE(200, branch + 10);
  for (let index = 0; index < 200; index += 1) {
    file.writeUInt32LE(16, branch + 16 + index * 16);
    file.writeBigUInt64LE(3n, branch + 16 + index * 16 + 8);
  }
  return file;
}

function readerOf(file: Uint8Array) {
  return (offset: number, length: number) =>
    offset + length > file.length || offset < 0 ? null : file.subarray(offset, offset + length);
}

test('a database whose pages lead in a circle ends', () => {
  const database = openBolt(readerOf(endlessBolt()));
  expect(database).not.toBeNull();
  expect(database?.get(['a', 'b'])).toBeNull();
  expect(database?.entries([])).toEqual([]);
  expect(database?.buckets([])).toEqual([]);
});

test('a database damaged anywhere, or none at all', () => {
  const whole = endlessBolt();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.nat(whole.length - 64),
      fc.nat(whole.length),
      (bytes, at, length) => {
        const file = Buffer.from(whole);
        file.set(bytes, at);
        const database = openBolt(readerOf(file.subarray(0, length)));
        if (database !== null) findContainerdRecord(database, 'default', 'x');
      },
    ),
    runs,
  );
  expect(openBolt(readerOf(new Uint8Array(100)))).toBeNull();
});
