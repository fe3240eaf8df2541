// What must not happen whatever goes wrong: a container that does not start because of us.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type NamingLab,
  namingLabMissing,
  openNamingLab,
  until,
} from '../../../test/naming-lab.ts';
import { type NamedContainer, type NamerProblem, openNamer } from './index.ts';

const door = fileURLToPath(new URL('./index.ts', import.meta.url));
const kernelDoor = fileURLToPath(new URL('../kernel/index.ts', import.meta.url));

/** A namer in a process of its own: prints the pid of its answering process, then names. */
const namerProgram = `
import { openNamer } from ${JSON.stringify(door)};
const namer = await openNamer({ onNamed: ({ identity }) => console.log(identity.name) });
console.log('answers ' + namer.answererPid);
setInterval(() => {}, 1000);
`;

/** Holds every open below a folder by one process for a while: a disk that does not answer. */
const slowDiskProgram = `
import { loadLibrary } from ${JSON.stringify(kernelDoor)};
import { closeSync, read, writeSync } from 'node:fs';
const [folder, pid, holdMs] = process.argv.slice(-3);
const libc = loadLibrary('libc.so.6');
const group = libc.func('int fanotify_init(unsigned int, unsigned int)')(0x4 | 0x1, 0);
const mark = libc.func('int fanotify_mark(int, unsigned int, uint64_t, int, const char *)');
if (mark(group, 1, 0x08010000n, -100, folder) !== 0) throw new Error('no mark');
console.log('holding');
const event = Buffer.alloc(24);
const answer = (descriptor) => {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(descriptor, 0);
  bytes.writeUInt32LE(1, 4);
  writeSync(group, bytes);
  closeSync(descriptor);
};
const next = () =>
  read(group, event, 0, 24, null, (error) => {
    if (error) throw error;
    const descriptor = event.readInt32LE(16);
    // Only this one waits: the engine reads and writes there too.
    if (event.readInt32LE(20) === Number(pid)) setTimeout(answer, Number(holdMs), descriptor);
    else answer(descriptor);
    next();
  });
next();
`;

describe.skipIf(namingLabMissing !== '')(
  `naming when things fail${namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`}`,
  () => {
    let lab: NamingLab;
    const children: ChildProcess[] = [];
    beforeAll(() => {
      lab = openNamingLab('naming-faults');
    });
    afterAll(() => {
      for (const child of children) child.kill('SIGKILL');
      lab?.close();
    });

    const start = async (
      program: string,
      words: readonly string[],
      first: RegExp,
    ): Promise<{ readonly child: ChildProcess; readonly lines: () => string }> => {
      const file = join(lab.folder, `program-${children.length}.ts`);
      writeFileSync(file, program);
      const child = spawn(process.execPath, [file, ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      let text = '';
      child.stdout?.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      await until(() => first.test(text));
      return { child, lines: () => text };
    };
    const runMany = (name: string, count: number): Promise<readonly string[]> =>
      Promise.all(
        Array.from({ length: count }, (_, number) =>
          lab.docker(
            'run',
            '--rm',
            '--network',
            'none',
            '--name',
            `${lab.prefix}-${name}-${number}`,
            `${lab.prefix}:1`,
            '/bin/true',
          ),
        ),
      );

    test('killed -9 while containers start: none hangs, and nothing is left behind', async () => {
      const { child, lines } = await start(namerProgram, [], /answers \d+/);
      const answerer = Number(/answers (\d+)/.exec(lines())?.[1]);
      const runs = runMany('killed', 6);
      await until(() => lines().includes('-killed-'));
      child.kill('SIGKILL');
      expect(await runs).toHaveLength(6);
      await until(() => !isAlive(answerer));
    });

    test('the whole program stopped (Ctrl-Z): containers start, and are named when it goes on', async () => {
      const { child, lines } = await start(namerProgram, [], /answers \d+/);
      child.kill('SIGSTOP');
      await runMany('stopped', 3);
      expect(lines()).not.toContain('-stopped-');
      child.kill('SIGCONT');
      for (const number of [0, 1, 2]) {
        await until(() => lines().includes(`${lab.prefix}-stopped-${number}\n`));
      }
      child.kill('SIGKILL');
    });

    test('the answering process stopped: it is replaced, containers start, the gap is told', async () => {
      const named: NamedContainer[] = [];
      const problems: NamerProblem[] = [];
      const namer = await openNamer({
        onNamed: (container) => void named.push(container),
        onProblem: (problem) => void problems.push(problem),
      });
      try {
        const answerer = namer.answererPid ?? 0;
        process.kill(answerer, 'SIGSTOP');
        await runMany('frozen', 3);
        await until(() => problems.some(({ kind }) => kind === 'gap'));
        expect(problems.filter(({ kind }) => kind === 'gap')).toMatchObject([
          { kind: 'gap', reason: 'stopped' },
        ]);
        expect(isAlive(answerer)).toBe(false);
        await runMany('thawed', 1);
        await until(() =>
          named.some(({ identity }) => identity.name?.includes('-thawed-') === true),
        );
        process.kill(namer.answererPid ?? 0, 'SIGKILL');
        await until(() => problems.filter(({ kind }) => kind === 'gap').length === 2);
        await runMany('again', 1);
        await until(() =>
          named.some(({ identity }) => identity.name?.includes('-again-') === true),
        );
      } finally {
        await namer.close();
      }
    });

    test('a disk that does not answer: the deadline lets the container go, named late', async () => {
      const named: NamedContainer[] = [];
      const problems: NamerProblem[] = [];
      const namer = await openNamer({
        onNamed: (container) => void named.push(container),
        onProblem: (problem) => void problems.push(problem),
      });
      try {
        const name = `${lab.prefix}-slow`;
        const words = ['--network', 'none', '--name', name, `${lab.prefix}:1`, '/bin/true'];
        const id = await lab.docker('create', ...words);
        const root = await lab.docker('info', '--format', '{{.DockerRootDir}}');
        const folder = join(root, 'containers', id);
        const { child } = await start(
          slowDiskProgram,
          [folder, String(namer.answererPid), '700'],
          /holding/,
        );
        await lab.docker('start', '-a', name);
        await until(() => named.some(({ identity }) => identity.name === name));
        child.kill('SIGKILL');
        expect(named.filter(({ identity }) => identity.name === name)).toMatchObject([
          { naming: 'late' },
        ]);
        expect(problems.map(({ kind }) => kind)).toContain('late');
        expect(namer.figures().late).toBeGreaterThan(0);
        await runMany('after-slow', 1);
        await until(() =>
          named.some(({ identity }) => identity.name === `${lab.prefix}-after-slow-0`),
        );
        expect(named.at(-1)).toMatchObject({ naming: 'before-start' });
      } finally {
        await namer.close();
      }
    });
  },
);

function isAlive(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.charAt(text.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return false;
  }
}
