// `seaworthy watch` over engines in surroundings of their own: cgroup v2 alone with Docker and Podman (runc
// and crun), and Docker in Docker. Real engines, real containers.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cgroup2Host, openCgroup2Host, startInnerEngine } from '../engine-lab.ts';
import {
  hasPodman,
  type NamingLab,
  namingLabMissing,
  openNamingLab,
  until,
} from '../naming-lab.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';
import { type Line, type RunningWatch, startWatching } from '../watch-lab.ts';
import { seaworthy } from './run.ts';

const missing = sensorReason || (namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`);
const quiet = ['--network', 'none'];

/** crun wants to lift a limit for its program of devices, which needs this right. */
function maySetLimits(): boolean {
  const text = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return ((BigInt(`0x${text ?? '0'}`) >> 24n) & 1n) === 1n;
}

function lifeOf(watch: RunningWatch, name: string) {
  const of = (action: string): Promise<Line> =>
    watch.find((line) => line['name'] === name && line['action'] === action);
  return { named: () => of('named'), started: () => of('started'), ended: () => of('ended') };
}

// Needs root, the sensor and a Docker engine; the title says what is missing.
describe.skipIf(!hasSensor || namingLabMissing !== '')(`watch and engines${missing}`, () => {
  let lab: NamingLab;
  beforeAll(() => {
    lab = openNamingLab('watch-engines');
  });
  afterAll(() => lab?.close());

  describe('cgroup v2 alone', () => {
    let host: Cgroup2Host;
    let watch: RunningWatch;
    const docker = (...words: readonly string[]) =>
      lab.docker('-H', `unix://${host.socket}`, ...words);

    beforeAll(async () => {
      host = await openCgroup2Host(lab.folder);
      await docker('load', '-i', join(lab.folder, 'image.tar'));
      const environment = { DOCKER_HOST: `unix://${host.socket}` };
      const words = ['--data', join(lab.folder, 'data2')];
      watch = await startWatching(words, environment, host.prefix);
    }, 120_000);
    afterAll(async () => {
      await watch?.stop();
      await host?.close();
    }, 60_000);

    test('Docker: named before the start, started, ended with their codes', async () => {
      expect(watch.stderr()).toContain('watching processes, files, connections, containers');
      expect(await docker('info', '--format', '{{.CgroupVersion}}')).toBe('2');
      const name = `${lab.prefix}-two`;
      await docker('run', '--name', name, ...quiet, `${lab.prefix}:1`, '/bin/seven').catch(
        () => undefined,
      );
      const life = lifeOf(watch, name);
      expect(await life.started()).toMatchObject({ namedBeforeStart: true });
      expect(await life.ended()).toMatchObject({ exitCode: 7 });
      await docker('rm', name);
    }, 60_000);

    test('a process is known by its cgroup of version 2, one that is executed too', async () => {
      const name = `${lab.prefix}-two-exec`;
      await docker('run', '-d', '--name', name, ...quiet, `${lab.prefix}:1`, '/bin/pause');
      const { id } = (await lifeOf(watch, name).started()) as Line & { readonly id: string };
      const pid = await docker('inspect', '-f', '{{.State.Pid}}', name);
      expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`0::/docker/${id}`);
      await docker('rm', '-f', name);
      expect(await lifeOf(watch, name).ended()).toMatchObject({ exitCode: 137 });
    }, 60_000);

    test('one that cannot be started ends, and ran never', async () => {
      const name = `${lab.prefix}-unstarted`;
      const words = ['--name', name, ...quiet, `${lab.prefix}:1`, '/bin/absent'];
      await docker('run', ...words).catch(() => undefined);
      const ended = await lifeOf(watch, name).ended();
      expect(ended).toMatchObject({ startedAt: null, namedBeforeStart: true });
      const words2 = ['containers', '--name', name, '--data', join(lab.folder, 'data2')];
      await until(async () => {
        const { stdout } = await seaworthy([...words2, '--format', 'json']);
        return JSON.parse(stdout)[0]?.running === false;
      });
      expect((await seaworthy(words2)).stdout).toContain('never started');
      await docker('rm', name);
    }, 60_000);

    test.skipIf(!hasPodman)(
      `Podman with runc and with crun${hasPodman ? '' : ' (needs Podman)'}`,
      async () => {
        const [program = '', ...rest] = host.prefix;
        const podman = (...words: readonly string[]) => {
          const folders = ['--root', join(lab.folder, 'storage'), '--runroot', lab.folder];
          const drivers = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'];
          return lab.command(program, ...rest, 'podman', ...folders, ...drivers, ...words);
        };
        await podman('load', '-i', join(lab.folder, 'image.tar'));
        // Limits of a user who may not lift them.
        const limits = ['nofile', 'nproc'].flatMap((one) => ['--ulimit', `${one}=1024:1024`]);
        const about = ['--rm', '--pids-limit', '0', ...limits, ...quiet];
        for (const runtime of ['runc', 'crun']) {
          const name = `${lab.prefix}-podman-${runtime}`;
          const hasCgroup = runtime === 'runc' || maySetLimits();
          const own = hasCgroup ? [] : ['--cgroups=disabled'];
          const words = ['run', ...about, ...own, '--name', name, `${lab.prefix}:1`, '/bin/true'];
          await podman('--runtime', runtime, ...words);
          const named = await lifeOf(watch, name).named();
          expect(named).toMatchObject({ namedBeforeStart: true, image: { id: lab.imageId } });
          // Without a cgroup its processes are not its own in the kernel's eyes, and it ends all the same.
          const ended = await lifeOf(watch, name).ended();
          if (hasCgroup) expect(ended).toMatchObject({ exitCode: 0 });
        }
        await podman('rmi', '-f', `${lab.prefix}:1`);
      },
      120_000,
    );
  });

  test('Docker in Docker: named, told apart, and of whoever runs its engine', async () => {
    const outer = `${lab.prefix}-outer`;
    const watch = await startWatching(['--data', join(lab.folder, 'data1')]);
    try {
      const engine = await startInnerEngine(lab.folder, outer, `${lab.prefix}:1`);
      const about = await lifeOf(watch, outer).started();
      copyFileSync(join(lab.folder, 'image.tar'), join(lab.folder, 'inner/image.tar'));
      engine.docker('load', '-i', '/var/lib/docker/image.tar');
      const run = async (number: number) => {
        const name = `${lab.prefix}-inner-${number}`;
        engine.docker('run', '-d', '--name', name, ...quiet, `${lab.prefix}:1`, '/bin/pause');
        return { name, started: await lifeOf(watch, name).started() };
      };
      // Its runtime is marked when the sensor sees it first: the first containers may be faster.
      let { name, started } = await run(0);
      for (let number = 1; number < 5 && started['namedBeforeStart'] !== true; number += 1) {
        ({ name, started } = await run(number));
      }
      expect(started).toMatchObject({
        namedBeforeStart: true,
        image: { reference: `${lab.prefix}:1`, id: lab.imageId },
        workload: { team: 'harbour' },
      });
      expect(started['id']).not.toBe(about['id']);
      // Told with its start, or when its name came after that.
      const told = await watch.find(
        (line) => line['name'] === name && (line['startedBy'] ?? null) !== null,
      );
      expect(told['startedBy']).toMatchObject({ user: 'root' });
      expect((told['startedBy'] as { command: string }).command).toContain(`--name ${name}`);
      engine.docker('rm', '-f', name);
      expect(await lifeOf(watch, name).ended()).toMatchObject({ exitCode: 137 });
    } finally {
      await watch.stop();
      execFileSync('/usr/bin/docker', ['rm', '-f', outer], { stdio: 'ignore' });
    }
  }, 180_000);
});
