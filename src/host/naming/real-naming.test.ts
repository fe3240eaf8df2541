// Naming on a real kernel, with real engines and real containers.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasContainerd,
  hasPodman,
  type NamingLab,
  namingLabMissing,
  openNamingLab,
  until,
} from '../../../test/naming-lab.ts';
import { present } from '../../../test/present.ts';
import { createIdentifier, type NamedContainer, type Namer, openNamer } from './index.ts';

describe.skipIf(namingLabMissing !== '')(
  `naming before the start${namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`}`,
  () => {
    let lab: NamingLab;
    let namer: Namer;
    const named: NamedContainer[] = [];
    const problems: unknown[] = [];
    const called = (name: string): readonly NamedContainer[] =>
      named.filter(({ identity }) => identity.name === name);

    beforeAll(async () => {
      lab = openNamingLab('naming');
      namer = await openNamer({
        onNamed: (container) => void named.push(container),
        onProblem: (problem) => void problems.push(problem),
      });
    });
    afterAll(async () => {
      await namer?.close();
      lab?.close();
    });

    test('30 containers of one instruction, one after the other: all named, and whole', async () => {
      for (let number = 0; number < 30; number += 1) {
        const name = `${lab.prefix}-row-${number}`;
        await lab.docker(
          'run',
          '--rm',
          '--network',
          'none',
          '--name',
          name,
          '--user',
          '5:6',
          '--label',
          `number=${number}`,
          '--volume',
          `${lab.folder}:/data:ro`,
          '--cap-drop',
          'ALL',
          '--cap-add',
          'NET_ADMIN',
          `${lab.prefix}:1`,
          '/bin/true',
          'x y',
        );
      }
      await until(() => called(`${lab.prefix}-row-29`).length > 0);
      for (let number = 0; number < 30; number += 1) {
        const [one, ...more] = called(`${lab.prefix}-row-${number}`);
        expect(more).toEqual([]);
        expect(one).toMatchObject({
          naming: 'before-start',
          namespace: 'moby',
          identity: {
            engine: 'docker',
            image: { reference: `${lab.prefix}:1`, id: lab.imageId },
            labels: new Map([['number', String(number)]]),
            mounts: [{ source: lab.folder, destination: '/data', mode: 'ro', writable: false }],
            capabilities: ['CAP_NET_ADMIN'],
            privileged: false,
            network: { mode: 'none', addresses: [], ports: [] },
            user: '5:6',
            command: ['/bin/true', 'x y'],
            pidMode: 'private',
            pod: null,
          },
        });
        const { identity, namedAtNs } = present(one);
        expect(identity.id).toMatch(/^[0-9a-f]{64}$/);
        expect(present(identity.createdAtNs)).toBeLessThanOrEqual(namedAtNs + 1_000_000n);
      }
    });

    test('the name is there before the engine says that the container started', async () => {
      const name = `${lab.prefix}-order`;
      await lab.docker('run', '--name', name, '--network', 'none', `${lab.prefix}:1`, '/bin/true');
      const started = await lab.docker('inspect', '--format', '{{.State.StartedAt}}', name);
      const [one] = called(name);
      expect(Number(present(one).namedAtNs / 1_000_000n)).toBeLessThan(Date.parse(started));
    });

    test.each([
      ['dots.and_underscores-', 'a.b_c-d.'],
      ['one that is long', 'x'.repeat(180)],
    ])('names: %s', async (_, rest) => {
      const name = `${lab.prefix}-${rest}`;
      await lab.docker(
        'run',
        '--rm',
        '--network',
        'none',
        '--name',
        name,
        `${lab.prefix}:1`,
        '/bin/true',
      );
      await until(() => called(name).length > 0);
      expect(called(name)).toMatchObject([{ naming: 'before-start' }]);
    });

    test('labels and arguments with anything that a process may be given', async () => {
      const name = `${lab.prefix}-odd`;
      const odd = 'line\nfeed \u001b[31m \u202e "quoted" \\ 日本語 \u{1f6a2} {"json": [1]}';
      await lab.docker(
        'run',
        '--rm',
        '--network',
        'none',
        '--name',
        name,
        '--label',
        `odd=${odd}`,
        '--label',
        '__proto__=evil',
        '--label',
        `日本語/\u202e=key`,
        `${lab.prefix}:1`,
        '/bin/true',
        odd,
        '',
      );
      await until(() => called(name).length > 0);
      const { identity } = present(called(name)[0]);
      expect(identity.labels.get('odd')).toBe(odd);
      expect(identity.labels.get('__proto__')).toBe('evil');
      expect(identity.labels.get('日本語/\u202e')).toBe('key');
      expect(identity.command).toEqual(['/bin/true', odd, '']);
    });

    test('privileged, in the host’s namespaces', async () => {
      const name = `${lab.prefix}-host`;
      // Where the machine itself lacks capabilities the runtime gives up, but it was named by then.
      const words = ['--rm', '--privileged', '--pid', 'host', '--network', 'host', '--name', name];
      await lab.docker('run', ...words, `${lab.prefix}:1`, '/bin/true').catch(() => undefined);
      await until(() => called(name).length > 0);
      const { identity } = present(called(name)[0]);
      expect(identity).toMatchObject({
        privileged: true,
        pidMode: 'host',
        network: { mode: 'host' },
      });
      expect(identity.capabilities).toContain('CAP_SYS_ADMIN');
    });

    test('a restarted container is a second run; exec and stop are none', async () => {
      const name = `${lab.prefix}-again`;
      await lab.docker(
        'run',
        '-d',
        '--network',
        'none',
        '--name',
        name,
        `${lab.prefix}:1`,
        '/bin/pause',
      );
      await lab.docker('exec', name, '/bin/true');
      await lab.docker('kill', name);
      expect(called(name)).toHaveLength(1);
      await lab.docker('start', name);
      await until(() => called(name).length > 1);
      await lab.docker('rm', '-f', name);
      const [first, second, ...more] = called(name);
      expect(more).toEqual([]);
      expect(second).toMatchObject({
        naming: 'before-start',
        identity: { id: first?.identity.id },
      });
      expect(second?.stamp).not.toBe(first?.stamp);
    });

    test('20 at once', async () => {
      const names = Array.from({ length: 20 }, (_, number) => `${lab.prefix}-flock-${number}`);
      await Promise.all(
        names.map((name) =>
          lab.docker(
            'run',
            '--rm',
            '--network',
            'none',
            '--name',
            name,
            `${lab.prefix}:1`,
            '/bin/true',
          ),
        ),
      );
      await until(() => names.every((name) => called(name).length > 0));
      const runs = names.flatMap((name) => called(name));
      expect(runs.map(({ identity }) => identity.name)).toEqual(names);
      // Twenty engines' helpers on two cores: the deadline may pass for one, and then it says so.
      const late = runs.filter(({ naming }) => naming === 'late');
      const inTime = runs.filter(({ naming }) => naming === 'before-start');
      expect(inTime.length + late.length).toBe(names.length);
      expect(late.length).toBeLessThan(5);
    });

    test('one that runs already is named when the namer comes, and by its process and cgroup', async () => {
      const name = `${lab.prefix}-before`;
      await lab.docker(
        'run',
        '-d',
        '--network',
        'none',
        '--name',
        name,
        `${lab.prefix}:1`,
        '/bin/pause',
      );
      const late: NamedContainer[] = [];
      const second = await openNamer({ onNamed: (container) => void late.push(container) });
      try {
        await until(() => late.some(({ identity }) => identity.name === name));
        await lab.docker('exec', name, '/bin/true');
        const found = late.filter(({ identity }) => identity.name === name);
        expect(found).toMatchObject([{ naming: 'after-start' }]);
      } finally {
        await second.close();
      }
      const pid = Number(await lab.docker('inspect', '--format', '{{.State.Pid}}', name));
      const identifier = createIdentifier();
      const path = present(/:pids:(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1]);
      for (const subject of [
        { kind: 'process', pid },
        { kind: 'cgroup', path },
      ] as const) {
        const identity = await identifier.identify(subject);
        expect(identity).toMatchObject({ name, engine: 'docker', image: { id: lab.imageId } });
      }
      expect(await identifier.identify({ kind: 'process', pid: process.pid })).toBeNull();
      await lab.docker('rm', '-f', name);
    });

    test('a runtime by hand: its second look at itself tells', async () => {
      const bundle = join(lab.folder, 'bundle');
      mkdirSync(join(bundle, 'rootfs'), { recursive: true });
      await lab.command(
        'sh',
        '-c',
        `docker export $(docker create ${lab.prefix}:1 x) | tar x -C ${bundle}/rootfs`,
      );
      await lab.command('runc', 'spec', '--bundle', bundle);
      const spec = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
      spec.process.args = ['/bin/true'];
      spec.process.terminal = false;
      spec.annotations = { by: 'hand' };
      writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
      await lab.command('runc', 'run', '--bundle', bundle, `${lab.prefix}-hand`);
      await until(() => called(`${lab.prefix}-hand`).length > 0);
      expect(called(`${lab.prefix}-hand`)).toMatchObject([
        { naming: 'before-start', bundle, identity: { command: ['/bin/true'], user: '0:0' } },
      ]);
      expect(present(called(`${lab.prefix}-hand`)[0]).identity.labels.get('by')).toBe('hand');
    });

    test.skipIf(!hasContainerd)(
      `ctr run${hasContainerd ? '' : ' (needs containerd)'}`,
      async () => {
        const id = `${lab.prefix}-ctr`;
        const archive = join(lab.folder, 'image.tar');
        await lab.command('ctr', '-n', lab.prefix, 'images', 'import', archive);
        try {
          await lab.command(
            'ctr',
            '-n',
            lab.prefix,
            'run',
            '--rm',
            '--label',
            'team=blue',
            lab.reference,
            id,
            '/bin/true',
          );
          await until(() => called(id).length > 0);
          const [one] = called(id);
          expect(one).toMatchObject({
            naming: 'before-start',
            namespace: lab.prefix,
            identity: { id, engine: 'containerd', image: { reference: lab.reference } },
          });
          expect(one?.identity.image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
          expect(one?.identity.labels.get('team')).toBe('blue');
        } finally {
          await lab.command('ctr', '-n', lab.prefix, 'images', 'rm', '--sync', lab.reference);
          await lab.command('ctr', 'namespaces', 'rm', lab.prefix).catch(() => undefined);
        }
      },
    );

    test.skipIf(!hasPodman)(`podman run${hasPodman ? '' : ' (needs Podman)'}`, async () => {
      const name = `${lab.prefix}-podman`;
      const storage = join(lab.folder, 'storage');
      const podman = (...words: readonly string[]) =>
        lab.command('podman', '--root', storage, '--runroot', join(lab.folder, 'run'), ...words);
      // Plain storage for any disk, runc because crun refuses cgroup hierarchies of both versions.
      const options = ['--storage-driver', 'vfs', '--runtime', 'runc'];
      await podman(...options, 'load', '-i', join(lab.folder, 'image.tar'));
      await podman(
        ...options,
        'run',
        '--rm',
        '--network',
        'none',
        '--name',
        name,
        '--label',
        'team=red',
        '--ulimit',
        'nofile=1024:1024',
        '--ulimit',
        'nproc=1024:1024',
        `${lab.prefix}:1`,
        '/bin/true',
      );
      await until(() => called(name).length > 0);
      const [one] = called(name);
      expect(one).toMatchObject({
        naming: 'before-start',
        identity: {
          engine: 'podman',
          image: { reference: expect.stringContaining(lab.prefix), id: lab.imageId },
          network: { mode: 'none' },
          command: ['/bin/true'],
        },
      });
      expect(one?.identity.labels.get('team')).toBe('red');
      await podman(...options, 'rmi', '-f', `${lab.prefix}:1`);
    });

    test('figures count, and nothing went wrong meanwhile', async () => {
      await until(() => namer.figures().named >= 60);
      const figures = namer.figures();
      expect(figures.answered).toBeGreaterThan(figures.named);
      expect(figures).toMatchObject({ unresolved: 0 });
      expect(problems.filter((problem) => !isLate(problem))).toEqual([]);
    });
  },
);

function isLate(problem: unknown): boolean {
  return (problem as { kind?: string }).kind === 'late';
}
