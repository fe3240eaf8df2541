// Containers that nobody else tells of: without a cgroup, not to be started, of an engine elsewhere.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../test/naming-lab.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import { bundleIdentity } from '../identity/index.ts';
import { createEndWatch, type NamedContainer } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sw-end-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whoever sleeps a tenth of a second finds that two have gone by. */
function fastPace(): Pace {
  let now = Date.now();
  return {
    now: () => now,
    sleep: async (delayMs, signal) => {
      now += delayMs * 20;
      await realPace.sleep(delayMs === 0 ? 0 : 5, signal);
    },
    random: () => 0.5,
  };
}

function bundle(id: string, further: Partial<NamedContainer> = {}): NamedContainer {
  const path = join(folder, id);
  mkdirSync(path);
  writeFileSync(join(path, 'config.json'), '{}');
  return {
    identity: bundleIdentity({ id, engine: 'podman', oci: null }),
    naming: 'before-start',
    namedAtNs: 0n,
    heldMs: 0,
    bundle: path,
    stamp: '1',
    cgroupsPath: null,
    namespace: null,
    exitFile: null,
    pidFile: null,
    engineFolder: null,
    isSandbox: false,
    ...further,
  };
}

function watching() {
  const told: string[] = [];
  const stop = new AbortController();
  const watch = createEndWatch({
    onStarted: (id) => void told.push(`started ${id}`),
    onEnded: (id, _, code) => void told.push(`ended ${id} ${code}`),
    signal: stop.signal,
    pace: fastPace(),
  });
  return { told, watch, stop };
}

describe.skipIf(process.platform !== 'linux')('ends (needs Linux)', () => {
  test('one that nobody works on and that has no process was never started', async () => {
    const { told, watch, stop } = watching();
    watch.add(bundle('0'.repeat(64)));
    await until(() => told.length > 0);
    stop.abort();
    expect(told).toEqual([`ended ${'0'.repeat(64)} null`]);
  });

  test('one whose monitor is there is waited for', async () => {
    const id = 'c0ffee'.repeat(10) + String(process.pid).padStart(4, '0').slice(-4);
    // As conmon and a shim have it among their words.
    const monitor = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)', '--', id]);
    const { told, watch, stop } = watching();
    try {
      await new Promise((resolve) => monitor.once('spawn', resolve));
      watch.add(bundle(id));
      await realPace.sleep(500);
      expect(told).toEqual([]);
      monitor.kill('SIGKILL');
      await until(() => told.length > 0);
      expect(told).toEqual([`ended ${id} null`]);
    } finally {
      monitor.kill('SIGKILL');
      stop.abort();
    }
  });

  test('without a cgroup: by its first process, with the code that conmon writes later', async () => {
    const id = `without-cgroup-${process.pid}`;
    const [pidFile, exitFile] = [join(folder, 'pid'), join(folder, 'exit')];
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)']);
    await new Promise((resolve) => child.once('spawn', resolve));
    writeFileSync(pidFile, String(child.pid));
    const { told, watch, stop } = watching();
    try {
      watch.add(bundle(id, { pidFile, exitFile }));
      await until(() => told.length > 0);
      expect(told).toEqual([`started ${id}`]);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      writeFileSync(exitFile, '137');
      await until(() => told.length > 1);
      expect(told[1]).toMatch(new RegExp(`^ended ${id} (?:137|null)$`));
    } finally {
      child.kill('SIGKILL');
      stop.abort();
    }
  });
});
