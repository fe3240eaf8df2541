// The promise about hostile input, checked around every run: one clear line or an unknown, exit 0
// or 3, no stack, bounded memory, nothing written outside the data folder.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect } from 'vitest';

import { sha256 } from '../image-builder.ts';
import { type BuiltEntry, tar, tarEntry } from '../tar-builder.ts';
import { type Ran, type RunOptions, seaworthy } from './run.ts';

export const MiB = 1024 * 1024;
/** The promise is 200 MB; sources that are run directly, without the bundle, need some 60 more. */
const mostBytes = 270 * MiB;
export const launcher = fileURLToPath(new URL('../../bin/seaworthy', import.meta.url));
/** Loaded into the program: tells its peak memory when it ends (`maxRSS` would be its parent's). */
const peakHook = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync, writeFileSync } from 'node:fs';
  process.on('exit', () =>
    writeFileSync(process.env.SEAWORTHY_TEST_PEAK, readFileSync('/proc/self/status')));`,
)}`;

export const folder = mkdtempSync(join(tmpdir(), 'seaworthy-hostile-'));
export const data = join(folder, 'data');
export const work = join(folder, 'work');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
});

interface Scanned extends Ran {
  readonly peakBytes: number;
}

export async function run(words: readonly string[], options: RunOptions = {}): Promise<Scanned> {
  const peak = join(folder, 'peak');
  const ran = await seaworthy(words, {
    cwd: work,
    ...options,
    env: {
      SEAWORTHY_DATA: data,
      SEAWORTHY_TEST_PEAK: peak,
      NODE_OPTIONS: `--import=${peakHook}`,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
      ...options.env,
    },
  });
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(peak, 'utf8'))?.[1];
  return { ...ran, peakBytes: Number(kilobytes) * 1024 };
}

/** The whole promise about one hostile file in the working folder; gives the report or null. */
export async function scan(file: string, ...flags: string[]) {
  const before = readdirSync(work);
  const ran = await run(['scan', file, '--format', 'json', ...flags]);
  expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/\n\s+at |node:internal|defect of Seaworthy/);
  expect(ran.peakBytes).toBeLessThan(mostBytes);
  expect(readdirSync(work)).toEqual(before);
  expect(readdirSync(folder).toSorted()).toEqual(['data', 'peak', 'work']);
  if (ran.code === 3) expect(ran.stderr).toMatch(/^seaworthy: [^\n]{5,400}\n$/);
  else expect([ran.code, ran.stderr]).toEqual([0, '']);
  return { ...ran, report: ran.code === 0 ? JSON.parse(ran.stdout) : null };
}

export function put(name: string, bytes: Uint8Array): string {
  writeFileSync(join(work, name), bytes);
  return name;
}

/** An archive of one layer that is stored as given. */
export function archiveOfLayer(stored: Uint8Array, diffId: string): Buffer {
  const config = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [diffId] },
  });
  return tar([
    { name: 'layer.tar', content: stored },
    { name: 'config.json', content: config },
    {
      name: 'manifest.json',
      content: '[{"Config":"config.json","RepoTags":["x:1"],"Layers":["layer.tar"]}]',
    },
  ]);
}

/** An archive of one gzip layer: even 200 MB of one byte are small in it. */
export function archiveOfTar(bytes: Buffer): Buffer {
  return archiveOfLayer(gzipSync(bytes, { level: 1 }), sha256(bytes));
}

export function scanLayer(entries: readonly (BuiltEntry | Buffer)[]) {
  return scan(put('image.tar', archiveOfTar(tar(entries))));
}

export function named(name: string, content: string | Uint8Array): BuiltEntry {
  return { name, content };
}

export function link(name: string, target: string): BuiltEntry {
  return { name, type: '2', link: target };
}

export function manifest(config: string, tags: readonly string[] = []): BuiltEntry {
  return named(
    'manifest.json',
    JSON.stringify([{ Config: config, RepoTags: tags, Layers: [config] }]),
  );
}

export function tarOfSize(name: string, size: number): Buffer {
  return Buffer.concat([tarEntry({ name, size, base256: true }), Buffer.alloc(1024)]);
}
