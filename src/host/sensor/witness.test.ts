// The second witness on a real kernel: programs and deaths of processes, in their order, with codes.
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/naming-lab.ts';
import { bootClockOffsetNs, openProcessEvents } from '../kernel/index.ts';
import { openWitness, type RawExec, type RawExit, type RawLoss, type RawRecord } from './index.ts';

/** Empty: it can be had here. */
const missing = ((): string => {
  try {
    openProcessEvents(() => 0n).close();
    return process.getuid?.() === 0 ? '' : ' (needs root)';
  } catch (error) {
    if (process.env['SEAWORTHY_CI'] === '1') throw error;
    return ` (needs root on Linux with the process connector: ${String(error)})`;
  }
})();

function watchProcesses() {
  const records: RawRecord[] = [];
  const losses: RawLoss[] = [];
  const existing: number[] = [];
  const deaths: Error[] = [];
  const witness = openWitness({
    consumer: {
      batch: () => undefined,
      decoded: (told) => void records.push(...told),
      existing: (told) => void existing.push(...told.map(({ pid }) => pid)),
      losses: (told) => void losses.push(...told),
    },
    onDeath: (error) => void deaths.push(error),
    clockOffsetNs: bootClockOffsetNs,
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
  });
  return { records, losses, existing, deaths, witness };
}

/** Its number. */
function start(script: string): number {
  return spawn('/bin/sh', ['-c', script], { stdio: 'ignore' }).pid ?? 0;
}

// Needs root on Linux; what is missing stands in the title.
describe.skipIf(missing !== '')(`the process connector${missing}`, () => {
  test('a program that is started, what it was given, and how it ended', async () => {
    const { records, existing, deaths, witness } = watchProcesses();
    expect(existing).toContain(process.pid);
    const before = BigInt(Date.now()) * 1_000_000n;
    const mark = `witness-${process.pid}`;
    const pid = start(`sleep 1; exit 7 # ${mark}`);
    const isOurs = (one: RawRecord): one is RawExec =>
      one.kind === 'exec' && one.arguments.some((word) => word.includes(mark));
    const endOf = (pid: number) =>
      records.find((one): one is RawExit => one.kind === 'exit' && one.pid === pid);
    await until(() => endOf(pid) !== undefined);
    const shell = records.find(isOurs);
    expect(shell).toMatchObject({
      pid,
      parent: { pid: process.pid },
      isExisting: false,
      arguments: ['/bin/sh', '-c', `sleep 1; exit 7 # ${mark}`],
    });
    expect(endOf(pid)).toMatchObject({
      exitCode: 7,
      signal: null,
      startTicks: shell?.startTicks,
    });
    const sleeping = records.find(
      (one): one is RawExec => one.kind === 'exec' && one.parent.pid === pid,
    );
    expect(sleeping?.arguments).toEqual(['sleep', '1']);
    for (const { timeNs } of [shell, sleeping, endOf(pid)] as RawRecord[]) {
      expect(timeNs).toBeGreaterThan(before - 1_000_000_000n);
      expect(timeNs).toBeLessThan(BigInt(Date.now() + 1000) * 1_000_000n);
    }
    const killed = start('sleep 1; kill -9 $$');
    await until(() => endOf(killed) !== undefined);
    expect(endOf(killed)).toMatchObject({ exitCode: null, signal: 9 });
    await witness.stop();
    expect(deaths).toEqual([]);
  });

  test('what ended before it could be read is counted, not forgotten', async () => {
    const { records, losses, witness } = watchProcesses();
    // This thread waits meanwhile: nobody reads.
    const loop = 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done';
    const { pid } = spawnSync('/bin/sh', ['-c', loop]);
    await until(() => records.length > 0 || losses.length > 0);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await witness.stop();
    const read = records.filter((one) => one.kind === 'exec' && one.parent.pid === pid).length;
    const counted = losses.reduce((sum, { count }) => sum + (count ?? 0), 0);
    expect(read + counted).toBeGreaterThanOrEqual(300);
    for (const { fromNs, toNs } of losses) expect(fromNs).toBeLessThanOrEqual(toNs);
  });
});
