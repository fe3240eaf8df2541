// Hostile images as a user meets them.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';

import { join } from 'node:path';

import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildZip } from '../build-zip.ts';
import {
  buildImage,
  debianLayer,
  dockerArchive,
  ociFiles,
  sha256,
  writeFolder,
} from '../image-builder.ts';
import { tinyFiles } from '../lab/generated.ts';
import { paxHeader, tar, tarEntry } from '../tar-builder.ts';

import {
  archiveOfLayer,
  archiveOfTar,
  folder,
  link,
  MiB,
  manifest,
  named,
  put,
  run,
  scan,
  scanLayer,
  tarOfSize,
  work,
} from './hostile-run.ts';

describe('archives', () => {
  const image = buildImage([debianLayer({ bash: '5.2.15-2' }), [{ name: 'x', content: 'y' }]]);

  test('cut off: at the start, in a header, in a layer, before the manifest', async () => {
    const bytes = dockerArchive(image, 'gzip');
    for (const length of [0, 1, 300, 700, bytes.length - 1600]) {
      const { code } = await scan(put('image.tar', bytes.subarray(0, length)));
      expect(code).toBe(3);
    }
  });

  test.each<[string, () => Buffer]>([
    ['a layer of 10 GB in 2 KB', () => tarOfSize('layer.tar', 10 * 1024 ** 3)],
    ['a manifest of 10 GB', () => tarOfSize('manifest.json', 10 * 1024 ** 3)],
    ['a manifest of 4 EB', () => tarOfSize('manifest.json', 2 ** 52)],
    ['a million brackets for a manifest', () => tar([named('manifest.json', '['.repeat(1e6))])],
    ['a manifest that names nothing that is there', () => tar([manifest('absent.json')])],
    ['a manifest that names itself', () => tar([manifest('manifest.json')])],
    ['an archive that holds only links', () => tar([link('manifest.json', 'manifest.json')])],
    ['no archive but zeros', () => Buffer.alloc(MiB)],
  ])('%s', async (_what, bytes) => {
    const { code } = await scan(put('image.tar', bytes()));
    expect(code).toBe(3);
  });

  test('a program that is none', async () => {
    const { code, report } = await scan(
      put('image.tar', Buffer.from('\u007fELF'.repeat(1000), 'latin1')),
    );
    expect(code).toBe(0);
    expect(report.packages).toEqual([]);
    expect(report.unknowns.length).toBeGreaterThan(0);
    expect(report.grade.letter).not.toBe('A');
  });

  test('a manifest that is there twice counts as the last one', async () => {
    const other = buildImage([debianLayer({ zlib1g: '1.2' })]);
    const bytes = Buffer.concat([
      dockerArchive(image).subarray(0, -1024),
      dockerArchive(other, 'gzip'),
    ]);
    const { report } = await scan(put('image.tar', bytes));
    expect(report.packages.map((one: { name: string }) => one.name)).toEqual(['zlib1g']);
  });

  test('a digest that does not hold', async () => {
    const { files, layerDigests } = ociFiles(image);
    const path = `blobs/${layerDigests[0]?.replace(':', '/')}`;
    writeFolder(join(work, 'layout'), new Map([...files, [path, gzipSync(tar([]))]]));
    const { code, stderr } = await scan('layout');
    expect(code).toBe(3);
    expect(stderr).toMatch(/layer 1 \(sha256:.*has the digest/);
  });

  test('a declared file of 10 GB in a layer: what follows is lost and told', async () => {
    const layer = Buffer.concat([
      tarEntry({ name: 'var/lib/dpkg/status', size: 10 * 1024 ** 3, base256: true }),
      Buffer.alloc(4096),
    ]);
    const { report } = await scan(put('image.tar', archiveOfTar(layer)));
    expect(report.unknowns[0].reason).toMatch(
      /has 10737418240 bytes, more than is read of one file/,
    );
    expect(report.unknowns[1].reason).toMatch(/is truncated at byte/);
    expect(report.grade.letter).not.toBe('A');
  });

  test('bombs: zstd, gzip, and one in another', async () => {
    const zeros = Buffer.alloc(150 * MiB);
    for (const stored of [zstdCompressSync(zeros), gzipSync(gzipSync(zeros))]) {
      const { code, stderr } = await scan(put('image.tar', archiveOfLayer(stored, sha256(zeros))));
      expect(code).toBe(3);
      expect(stderr).toMatch(/a bomb|wrong header checksum|layer 1/);
    }
    const inner = gzipSync(tar([{ name: 'usr/bin/x', content: zeros, mode: 0o755 }]), { level: 9 });
    const outer = gzipSync(archiveOfLayer(inner, sha256(zeros)), { level: 9 });
    expect(outer.length).toBeLessThan(10_000);
    const { stderr } = await scan(put('image.tar.gz', outer));
    expect(stderr).toMatch(/inflates more than 1100 fold: a bomb/);
  });

  test('an image of a thousand layers, and one more', async () => {
    const layers = Array.from({ length: 1000 }, (_one, index) => [
      named(`etc/f${index}`, 'x'),
      named(`.wh.gone${index}`, ''),
    ]);
    const first = [...debianLayer({ bash: '1' }), ...(layers[0] ?? [])];
    const { report } = await scan(
      put('image.tar', dockerArchive(buildImage([first, ...layers.slice(1)]))),
    );
    expect(report.packages).toHaveLength(1);
    expect(report.target.layers).toHaveLength(1000);
    const more = dockerArchive(buildImage([...layers, [named('x', '')]]));
    expect((await scan(put('image.tar', more))).code).toBe(3);
  });
});

describe('a layer', () => {
  test('names that leave the root, absolute ones, and links out of it', async () => {
    const { report } = await scanLayer([
      named('../../../escaped', 'x'),
      named('/absolute', 'x'),
      paxHeader({ path: '../../../../../escaped-too' }),
      named('x', 'x'),
      link('var/lib/dpkg', '../../../../../../../../etc'),
      link('etc/os-release', '/proc/self/environ'),
      link('loop', 'loop'),
      link('lib', 'lib/lib'),
      ...Array.from({ length: 50 }, (_one, index) => link(`c${index}`, `c${index + 1}`)),
      link('usr', 'c0'),
    ]);
    expect(report.unknowns.map((one: { path: string }) => one.path)).toEqual([
      '../../../escaped',
      '../../../../../escaped-too',
    ]);
    for (const name of ['escaped', 'escaped-too', 'absolute']) {
      expect(existsSync(join(work, name)) || existsSync(join(folder, name))).toBe(false);
    }
  });

  test('links, deletions and long names by the ten thousand', async () => {
    const { report } = await scanLayer([
      ...Array.from({ length: 20_000 }, (_one, index) => link(`a/${index}`, `../b/${index}`)),
      ...Array.from({ length: 20_000 }, (_one, index) => named(`d/.wh.${index}`, '')),
      ...Array.from({ length: 300 }, (_one, index) => [
        paxHeader({ path: `${'p/'.repeat(4000)}${index}`, linkpath: 'x'.repeat(100_000) }),
        link('x', 'y'),
      ]).flat(),
    ]);
    expect(report.unknowns).toHaveLength(300);
  });

  test('text files of 100 MB', async () => {
    const spaces = Buffer.alloc(100 * MiB, 0x20);
    for (const [name, start] of [
      ['app/package-lock.json', '{"lockfileVersion":3,"packages":{'],
      ['var/lib/dpkg/status', 'Package: a\n'],
    ] as const) {
      spaces.write(start);
      const { report } = await scanLayer([named(name, spaces)]);
      expect(report.unknowns[0]).toMatchObject({ path: name });
      expect(report.unknowns[0].reason).toMatch(/has \d+ bytes|file of \d+ bytes/);
    }
  });

  test('a lock file of one line with 60,000 entries is read, in bounded time', async () => {
    const entries = Array.from(
      { length: 60_000 },
      (_one, index) => `"node_modules/p${index}":{"version":"1.0.${index}"}`,
    );
    const ran = await run([
      'scan',
      put(
        'image.tar',
        archiveOfTar(
          tar([
            named('a/package-lock.json', `{"lockfileVersion":3,"packages":{${entries.join(',')}}}`),
          ]),
        ),
      ),
    ]);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('60,000 packages');
  });

  test('aliases that make billions of nodes', async () => {
    const bomb = Array.from({ length: 9 }, (_one, level) => {
      const below = `*a${level - 1}`;
      const items = level === 0 ? 'x' : Array.from({ length: 9 }, () => below).join(',');
      return `a${level}: &a${level} [${items}]`;
    });
    const { report } = await scanLayer([
      named('app/pnpm-lock.yaml', `lockfileVersion: '9.0'\n${bomb.join('\n')}\npackages: *a8\n`),
    ]);
    expect(report.packages).toEqual([]);
    expect(report.unknowns.length).toBeGreaterThan(0);
  });

  test('archives in archives, ten deep', async () => {
    let inner: Buffer = Buffer.from('x');
    for (let depth = 0; depth < 10; depth += 1) {
      inner = buildZip([{ name: `level${depth}.jar`, content: inner }]);
    }
    const { report } = await scanLayer([named('app/app.jar', inner)]);
    expect(JSON.stringify(report.unknowns)).toMatch(/nested|deep/);
  });

  test('a million entries', async () => {
    const hash = createHash('sha256');
    const packed: Buffer[] = [];
    const first = tar(debianLayer({ bash: '5.2.15-2' })).subarray(0, -1024);
    // Members of zstd one after the other are one stream.
    for (const run of [first, ...tinyFiles(''), Buffer.alloc(1024)]) {
      hash.update(run);
      packed.push(zstdCompressSync(run));
    }
    const layer = archiveOfLayer(Buffer.concat(packed), `sha256:${hash.digest('hex')}`);
    const ran = await run(['scan', put('image.tar', layer), '--format', 'json']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.peakBytes).toBeLessThan(400 * MiB);
    const { packages, unknowns } = JSON.parse(ran.stdout);
    expect([packages.length, unknowns]).toEqual([1, []]);
  });

  test('two hundred thousand entries outside the root', async () => {
    const one = tarEntry(named('../x', ''));
    const bytes = Buffer.concat([
      ...Array.from({ length: 200_000 }, () => one),
      Buffer.alloc(1024),
    ]);
    const { report } = await scan(put('image.tar', archiveOfTar(bytes)));
    expect(report.unknowns).toHaveLength(10_001);
    expect(report.unknowns.at(-1).reason).toMatch(/further unknowns are not listed/);
  });
});

describe('names that a terminal would obey', () => {
  const escape = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e';
  const entries = [
    named('etc/os-release', `ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian${escape}"\n`),
    named(
      `app/node_modules/lodash${escape}\nSEAWORTHY/package.json`,
      '{"name":"lodash","version":"4.17.4"}',
    ),
    named(`app/node_modules/a${escape}/package.json`, '{'),
    named('app/node_modules/b/package.json', JSON.stringify({ name: `b${escape}`, version: '1' })),
    named(
      'var/lib/dpkg/status',
      `Package: c${escape}\nVersion: 1${escape}\nArchitecture: amd64\n\n`,
    ),
  ];

  test.each(['table', 'json', 'sarif', 'cyclonedx', 'spdx'])('%s', async (format) => {
    put('image.tar', dockerArchive(buildImage([entries]), 'plain', [`evil${escape}:1`]));
    const { code, stdout, stderr } = await run(
      ['scan', 'image.tar', '--format', format, '--show', 'all'].slice(
        0,
        format === 'table' ? 6 : 4,
      ),
    );
    expect([code, stderr]).toEqual([0, '']);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
    // oxlint-disable-next-line no-control-regex -- these are looked for
    if (format === 'table')
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    else expect(typeof JSON.parse(stdout)).toBe('object');
  });

  test('in an error', async () => {
    put('image.tar', tar([manifest(`x${escape}\n`, [`t${escape}:1`])]));
    const { code, stderr } = await run(['scan', 'docker-archive:image.tar:absent']);
    expect(code).toBe(3);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
    // oxlint-disable-next-line no-control-regex -- these are looked for
    expect(stderr).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u202e]+\n$/);
  });
});
