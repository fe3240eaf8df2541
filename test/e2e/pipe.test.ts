// What comes through a pipe: image archives and SBOMs by standard input or a named pipe.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, debianLayer, dockerArchive, ociFiles, writeFolder } from '../image-builder.ts';
import { type Ran, type RunOptions, seaworthy } from './run.ts';

const launcher = fileURLToPath(new URL('../../bin/seaworthy', import.meta.url));
let folder = '';
let data = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-pipe-'));
  data = join(folder, 'data');
  const image = buildImage([
    debianLayer({ bash: '5.2.15-2' }),
    [
      {
        name: 'app/node_modules/lodash/package.json',
        content: '{"name":"lodash","version":"4.17.4"}',
      },
      {
        name: 'app/node_modules/flatmap-stream/package.json',
        content: '{"name":"flatmap-stream","version":"0.1.1"}',
      },
    ],
  ]);
  writeFileSync(join(folder, 'shop.tar'), dockerArchive(image));
  writeFolder(join(folder, 'layout'), ociFiles(image).files);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return seaworthy(words, {
    cwd: folder,
    ...options,
    env: { SEAWORTHY_DATA: data, DOCKER_HOST: 'unix:///nowhere/docker.sock', ...options.env },
  });
}

async function report(...words: string[]) {
  const { stdout, stderr } = await run([...words, '--format', 'json']);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

function archiveHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}

describe('through a pipe', () => {
  const archive = (): Buffer => readFileSync(join(folder, 'shop.tar'));
  const oci = (): Buffer =>
    execFileSync('tar', ['-c', '-C', join(folder, 'layout'), '.'], { maxBuffer: 2 ** 24 });

  test.each([
    ['docker save', archive, 'docker-archive'],
    ['docker save, gzip', () => gzipSync(archive()), 'docker-archive'],
    ['docker save, zstd', () => zstdCompressSync(archive()), 'docker-archive'],
    ['an OCI archive', oci, 'oci-archive'],
  ])('%s is the image', async (_, bytes, kind) => {
    const own = { SEAWORTHY_DATA: mkdtempSync(join(folder, 'piped-')) };
    const ran = await run(['scan', '-', '--format', 'json'], { input: bytes(), env: own });
    expect(ran.stderr).toBe('');
    const piped = JSON.parse(ran.stdout);
    const filed = await report('scan', 'shop.tar');
    expect(piped.target).toMatchObject({ kind, digest: filed.target.digest });
    expect(piped.packages).toEqual(filed.packages);
    expect(piped.findings).toEqual(filed.findings);
    expect(piped.unknowns).toEqual([]);
    // Nothing of what came was put on the disk.
    const kept = readdirSync(own.SEAWORTHY_DATA).filter((name) => !name.startsWith('store.db'));
    expect(kept).toEqual([]);
  });

  test('an SBOM, and a named pipe', async () => {
    const { stdout: input } = await run(['sbom', 'shop.tar', '--format', 'spdx']);
    const { stdout } = await run(['sbom', 'sbom:-', '--format', 'json'], { input });
    expect(JSON.parse(stdout).packages).toHaveLength(3);
    const pipe = join(folder, 'fifo');
    execFileSync('mkfifo', [pipe]);
    const writing = execFile('sh', ['-c', 'cat shop.tar > fifo'], { cwd: folder });
    const { target } = await report('sbom', pipe);
    expect(target).toMatchObject({ kind: 'docker-archive', name: 'shop:1' });
    writing.kill();
  });

  test.each([
    ['', 'standard input brought nothing; see what the program before the pipe says'],
    ['x'.repeat(600), 'standard input holds neither manifest.json nor index.json'],
    [archiveHalf, 'is truncated'],
    ['{"a":1}', 'standard input is no SBOM that is understood'],
  ])('%#: what is no image is one clear line', async (input, message) => {
    const bytes = typeof input === 'string' ? input : input(archive());
    const { code, stdout, stderr } = await run(['scan', '-'], { input: bytes });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^seaworthy: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(code).toBe(3);
  });

  test('a program that never stops writing keeps nobody waiting', () => {
    const endless = spawnSync('sh', ['-c', `cat /dev/zero | '${launcher}' scan -`], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, SEAWORTHY_DATA: data },
    });
    expect(endless.signal).toBeNull();
    expect(endless.stderr).toContain('standard input holds neither manifest.json nor index.json');
  });
});
