// Processes under the real sensor: what started, with what, from where, and how it ended.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  callsOf,
  execs,
  hasSensor,
  python,
  sensorReason,
  watched,
} from '../../../test/sensor-watch.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-sensor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Needs root, libbpf and BTF; what is missing stands in the title.
describe.skipIf(!hasSensor)(`processes${sensorReason}`, () => {
  test('an exec has its arguments, environment, place and rights', async () => {
    const words = ['with blank', '', 'ünïcödé', 'x'.repeat(3000), '--flag=1'];
    const { own: records } = await watched(() =>
      spawnSync('/usr/bin/env', ['true', ...words], {
        cwd: folder,
        env: { PATH: '/usr/bin', MARK: 'seaworthy' },
      }),
    );
    const mine = execs(records).filter(({ parent }) => parent.pid === process.pid);
    expect(mine.map(({ arguments: given }) => given)).toEqual([
      ['/usr/bin/env', 'true', ...words],
      ['true', ...words],
    ]);
    const [first, second] = mine;
    expect(second?.pid).toBe(first?.pid);
    expect(second).toMatchObject({
      command: 'true',
      fileName: '/usr/bin/true',
      interpreter: null,
      areArgumentsCut: false,
      isEnvironmentCut: false,
      isExisting: false,
      isHost: true,
      uid: process.getuid?.(),
      effectiveUid: process.geteuid?.(),
      virtualPid: second?.pid,
      workingDirectory: { path: folder, isTruncated: false, isDetached: false },
      executable: { path: { path: '/usr/bin/true' }, isUpperLayer: false, isMemory: false },
    });
    expect(second?.environment).toContain('MARK=seaworthy');
    const status = readFileSync('/proc/self/status', 'latin1');
    const effective = BigInt(`0x${/CapEff:\s*(\w+)/.exec(status)?.[1]}`);
    expect(second?.capabilities.effective).toBe(effective);
  });

  test('the program of an exec is told by inode, size and times', async () => {
    const program = join(folder, 'copied');
    execFileSync('cp', ['/usr/bin/true', program]);
    const { own: records } = await watched(() => spawnSync(program));
    const stat = execFileSync('stat', ['-c', '%i %s %Z %Y', program], { encoding: 'utf8' });
    const [inode = '', size = '', changed = '', modified = ''] = stat.trim().split(' ');
    const found = execs(records).find(({ fileName }) => fileName === program);
    expect(found?.executable).toMatchObject({ inode: BigInt(inode), size: BigInt(size), links: 1 });
    expect((found?.executable.changedAtNs ?? 0n) / 1_000_000_000n).toBe(BigInt(changed));
    expect((found?.executable.modifiedAtNs ?? 0n) / 1_000_000_000n).toBe(BigInt(modified));
  });

  test('a script is told with what runs it, a link with where it leads', async () => {
    const script = join(folder, 'script');
    writeFileSync(script, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    symlinkSync(script, join(folder, 'link'));
    const { own: records } = await watched(() => spawnSync(join(folder, 'link'), ['a']));
    const found = execs(records).find(({ fileName }) => fileName === join(folder, 'link'));
    expect(found?.interpreter).toBe('/bin/sh');
    expect(found?.arguments).toEqual(['/bin/sh', join(folder, 'link'), 'a']);
    expect(records).toContainEqual(
      expect.objectContaining({ kind: 'exit', pid: found?.pid, exitCode: 3, signal: null }),
    );
  });

  test('birth, exec and death have one key, and parents are known by theirs', async () => {
    let pid = 0;
    const { own: records } = await watched(async () => {
      const child = spawn('/bin/sh', ['-c', 'kill -9 $$']);
      pid = child.pid ?? 0;
      await once(child, 'exit');
    });
    const mine = records.filter((one) => one.pid === pid && one.kind !== 'call');
    expect(mine.map(({ kind }) => kind).slice(0, 2)).toEqual(['fork', 'exec']);
    expect(mine.at(-1)).toMatchObject({ kind: 'exit', exitCode: null, signal: 9 });
    expect(new Set(mine.map(({ startTicks }) => startTicks)).size).toBe(1);
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    expect(execs(mine)[0]?.parent).toEqual({ pid: process.pid, startTicks: ticks });
    const now = BigInt(Date.now()) * 1_000_000n;
    for (const { timeNs } of mine) expect(now - timeNs).toBeLessThan(600_000_000_000n);
  });

  test('a start that fails is told with its arguments', async () => {
    const { own: records } = await watched(() => spawnSync('/nowhere/at/all', ['one', 'two']));
    expect(callsOf(records, 'execve', 'execveat')).toContainEqual(
      expect.objectContaining({
        result: -2,
        texts: ['/nowhere/at/all'],
        programArguments: ['/nowhere/at/all', 'one', 'two'],
      }),
    );
  });

  test('a program that lives in memory alone is marked', async () => {
    const source = `import os
f = os.memfd_create("hidden")
os.write(f, open("/usr/bin/true", "rb").read())
os.execve(f, ["innocent"], {})`;
    const { own: records } = await watched(() => spawnSync(python, ['-I', '-c', source]));
    const found = execs(records).find(({ executable }) => executable.isMemory);
    expect(found).toMatchObject({
      arguments: ['innocent'],
      executable: { path: { path: 'memfd:hidden', isDetached: true }, isUnlinked: true },
    });
    expect(callsOf(records, 'memfd_create')).toContainEqual(
      expect.objectContaining({ texts: ['hidden'] }),
    );
  });

  test('names and paths of every odd kind', async () => {
    const deep = join(
      folder,
      ...Array.from({ length: 20 }, (_, index) => `ö${'d'.repeat(40)}${index}`),
    );
    mkdirSync(deep, { recursive: true });
    const program = join(deep, 'a\nb "c" \u{1f600}');
    execFileSync('cp', ['/usr/bin/true', program]);
    const { own: records } = await watched(() => spawnSync(program, [], { cwd: deep }));
    const found = execs(records).find(({ fileName }) => fileName === program);
    expect(found?.executable.path?.path).toBe(program);
    expect(found?.workingDirectory?.path).toBe(deep);
  });

  test('a pid that is used again is another process', async () => {
    const source = `import os, time
def child():
    pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0)
    return pid
first = child()
for _ in range(500):
    time.sleep(0.02)
    with open("/proc/sys/kernel/ns_last_pid", "w") as last: last.write(str(first - 1))
    if child() == first: break
print(first)`;
    let pid = 0;
    const { own: records } = await watched(() => {
      pid = Number(spawnSync(python, ['-I', '-c', source], { encoding: 'utf8' }).stdout);
    });
    const forks = records.filter((one) => one.kind === 'fork' && one.pid === pid);
    expect(forks.length).toBeGreaterThanOrEqual(2);
    expect(new Set(forks.map(({ startTicks }) => startTicks)).size).toBe(forks.length);
    const exits = records.filter((one) => one.kind === 'exit' && one.pid === pid);
    expect(exits.map(({ startTicks }) => startTicks)).toEqual(
      forks.map(({ startTicks }) => startTicks),
    );
  });

  test('a storm of starts: all delivered, and the kernel counted as many', async () => {
    const count = 5000;
    const source = `import os
for i in range(${count}):
    os.posix_spawn("/usr/bin/true", ["storm", str(i)], {})
    if i % 64 == 63:
        for _ in range(64): os.wait()
`;
    const {
      own: records,
      losses,
      counters,
    } = await watched(() => spawnSync(python, ['-I', '-c', source]));
    const storm = execs(records).filter(({ arguments: [first] }) => first === 'storm');
    // They start side by side: all are told, in the order in which they came to run.
    expect(new Set(storm.map(({ arguments: given }) => given[1])).size).toBe(count);
    expect(storm.length).toBe(count);
    expect(losses).toEqual([]);
    expect(counters.get('exec')).toMatchObject({ lost: 0 });
    expect(counters.get('exec')?.submitted).toBe(counters.get('exec')?.seen);
  });
});
