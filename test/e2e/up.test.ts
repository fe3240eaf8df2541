// `up` as a process of its own on a real engine: what appears is told, nothing is lost by `kill -9`, a
// second one says where the first is.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, debianLayer, dockerArchive } from '../image-builder.ts';
import { hasTool } from '../registry-process.ts';
import { hasTinyProgram, tinyProgram } from '../tiny-program.ts';
import { seaworthy } from './run.ts';
import { RunningUp } from './running-up.ts';

const docker = '/usr/bin/docker';
const hasEngine = hasTool(docker, 'version') && hasTinyProgram;
const pollMs = { timeout: 60_000, interval: 100 };

interface Items {
  readonly items: readonly Record<string, unknown>[];
}

describe.skipIf(!hasEngine)('up (needs a Docker engine)', () => {
  const name = `server-up-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-up-'));
  const data = join(folder, 'data');
  let running: RunningUp;
  const started: RunningUp[] = [];
  const up = async (...words: string[]): Promise<RunningUp> => {
    const one = new RunningUp(['--data', data, ...words]);
    started.push(one);
    return one.ready();
  };
  const run = (...words: string[]): string =>
    execFileSync(docker, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

  beforeAll(async () => {
    running = await up();
  }, 90_000);
  afterAll(async () => {
    for (const one of started) await one.end('SIGKILL');
    for (const words of [
      ['rm', '-f', name, `${name}-more`],
      ['rmi', '-f', `${name}:again`],
      ['rmi', '-f', `${name}:1`],
    ]) {
      try {
        run(...words);
      } catch {
        // It was never made.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const imageOf = async (): Promise<Record<string, unknown>> => {
    const { items } = (await running.ask(`/api/v1/images?search=${name}`)) as unknown as Items;
    return items[0] ?? {};
  };
  const containerOf = async (): Promise<Record<string, unknown>> => {
    const { items } = (await running.ask(`/api/v1/containers?name=${name}`)) as unknown as Items;
    return items[0] ?? {};
  };

  test('an image that appears is listed and scanned, a container with its grade', async () => {
    const layers = buildImage([
      [
        ...debianLayer({ bash: '5.2.15-2' }),
        { name: 'pause', mode: 0o755, content: tinyProgram() },
      ],
      [
        {
          name: 'app/node_modules/lodash/package.json',
          content: '{"name":"lodash","version":"4.17.4"}',
        },
      ],
    ]);
    const file = join(folder, 'image.tar');
    writeFileSync(file, dockerArchive(layers, 'plain', [`${name}:1`]));
    run('load', '-i', file);
    await expect.poll(async () => (await imageOf())['state'], pollMs).toBe('scanned');
    const image = await imageOf();
    expect(image).toMatchObject({ reference: `${name}:1`, packages: 2, present: true });
    run('run', '-d', '--user', '0', '--network', 'none', '--name', name, `${name}:1`, '/pause');
    await expect.poll(async () => (await containerOf())['running'], pollMs).toBe(true);
    const { grade } = image as { grade: { letter: string } };
    expect(await containerOf()).toMatchObject({ name, grade: grade.letter, endedAt: null });
    const harbour = await running.ask('/api/v1/harbour');
    expect(harbour).toMatchObject({ counts: { containersAlive: expect.any(Number) } });
    expect((await running.ask('/api/v1/exposed?question=pkg:npm/lodash'))['sentence']).toContain(
      'ran it',
    );
  }, 120_000);

  test('a second one on the same folder says where the first is', async () => {
    const second = await seaworthy(['up', '--offline', '--data', data]);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain(running.link);
  }, 60_000);

  test('goes on when nobody reads what it prints', async () => {
    const again = `${name}:again`;
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    // Another image is another line on the terminal, which is shown once a second.
    run('tag', `${name}:1`, again);
    const about = ['--name', `${name}-more`, '--user', '0', '--network', 'none'];
    run('run', '-d', ...about, again, '/pause');
    const alive = async (): Promise<unknown> =>
      ((await running.ask(`/api/v1/containers?name=${name}-more`)) as unknown as Items).items[0];
    await expect.poll(alive, pollMs).toMatchObject({ running: true });
    run('rm', '-f', `${name}-more`);
    run('rmi', again);
    await expect.poll(alive, pollMs).toMatchObject({ running: false });
    for (let shown = 0; shown < 3; shown += 1) {
      await pause(1000);
      expect((await fetch(running.url('/healthz'))).ok).toBe(true);
    }
    expect(running.child.exitCode).toBe(null);
  }, 120_000);

  test('kill -9 loses nothing, and what was scanned is not scanned again', async () => {
    const before = { image: await imageOf(), container: await containerOf(), link: running.link };
    await running.end('SIGKILL');
    run('kill', name);
    running = await up();
    expect(new URL(running.link).search).toBe(new URL(before.link).search);
    expect((await imageOf())['scannedAt']).toBe(before.image['scannedAt']);
    await expect.poll(async () => (await containerOf())['running'], pollMs).toBe(false);
    expect((await containerOf())['id']).toBe(before.container['id']);
  }, 120_000);

  test('an image that goes away stays in the history, and Ctrl-C ends it cleanly', async () => {
    run('rm', '-f', name);
    run('rmi', '-f', `${name}:1`);
    await expect.poll(async () => (await imageOf())['present'], pollMs).toBe(false);
    expect(await running.end('SIGINT')).toBe(0);
    expect(running.output).not.toMatch(/defect|Error/);
  }, 120_000);
});

describe('up without an engine', () => {
  test('inventories the machine itself and says how to go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-up-none-'));
    const nowhere = `unix://${join(folder, 'no.sock')}`;
    const one = new RunningUp(['--data', join(folder, 'data')], { DOCKER_HOST: nowhere });
    try {
      await one.ready();
      const harbour = JSON.stringify(await one.ask('/api/v1/harbour'));
      expect(harbour).toContain('no container engine was found');
      const images = (await one.ask('/api/v1/images')) as unknown as Items;
      expect(images.items).toMatchObject([{ id: 'rootfs:/', kind: 'machine' }]);
      expect(await one.end('SIGINT')).toBe(0);
    } finally {
      await one.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
