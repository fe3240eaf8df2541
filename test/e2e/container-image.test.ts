// The container image as it is shipped: built without a daemon, loaded into a real engine, and its
// sensor run with the rights and mounts that the DaemonSet asks for.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { bundle } from '../../tools/build/bundle.ts';
import { until } from '../naming-lab.ts';
import { hasTool } from '../registry-process.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';

const run = promisify(execFile);
const docker = '/usr/bin/docker';
const root = fileURLToPath(new URL('../..', import.meta.url));
const hasParts = hasTool(docker, 'version') && hasTool('buildah', '--version');
const tag = `seaworthy-shipped:${process.pid}`;
const sensor = `seaworthy-shipped-${process.pid}`;
let folder = '';

interface Sensor {
  readonly args: readonly string[];
  readonly securityContext: {
    readonly runAsUser: number;
    readonly capabilities: { readonly add: readonly string[] };
  };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

interface DaemonSet {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly Sensor[];
        readonly volumes: readonly {
          readonly name: string;
          readonly hostPath?: { readonly path: string };
        }[];
      };
    };
  };
}

/** What the DaemonSet says of the sensor, as words of `docker run`. */
async function sensorWords(): Promise<readonly string[]> {
  const text = readFileSync(join(root, 'deploy/kubernetes/seaworthy.yaml'), 'utf8');
  const all = parseAllDocuments(text).map((one) => one.toJS() as DaemonSet);
  const pod = all.find(({ kind }) => kind === 'DaemonSet')?.spec.template.spec;
  const own = pod?.containers[0];
  if (pod === undefined || own === undefined) throw new Error('no DaemonSet');
  const mounts = own.volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
    const path = pod.volumes.find((one) => one.name === name)?.hostPath?.path;
    // The node's data folder stays as it is: this is a test.
    if (path === undefined || mountPath === '/data') return ['--tmpfs', mountPath];
    return ['-v', `${path}:${mountPath}${readOnly === true ? ':ro' : ''}`];
  });
  const { capabilities, runAsUser } = own.securityContext;
  const given = [];
  for (const one of capabilities.add) if (await isKnown(one)) given.push('--cap-add', one);
  const rights = ['--cap-drop', 'ALL', ...given, '--security-opt', 'seccomp=unconfined'];
  const bounds = ['--security-opt', 'apparmor=unconfined', '--pid', 'host', '--read-only'];
  return [...rights, ...bounds, '--user', String(runAsUser), ...mounts, tag, ...own.args];
}

/** Docker 20.10 has no names for BPF and PERFMON; there SYS_ADMIN, which is asked for too, stands for both. */
async function isKnown(capability: string): Promise<boolean> {
  const words = ['run', '--rm', '--network', 'none', '--cap-add', capability, tag, '--version'];
  return run(docker, words).then(
    () => true,
    (error: { stderr: string }) => {
      expect(error.stderr).toContain('unknown capability');
      return false;
    },
  );
}

describe.skipIf(!hasParts)(
  `the image as it is shipped${hasParts ? '' : ' (needs a Docker engine and buildah)'}`,
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'seaworthy-shipped-'));
      const dist = join(folder, 'dist');
      await bundle(dist);
      const storage = join(folder, 'storage');
      await run('sh', [join(root, 'deploy/build-image.sh'), `localhost/${tag}`], {
        env: { ...process.env, SEAWORTHY_DIST: dist, STORAGE_ROOT: storage },
      });
      const archive = join(folder, 'image.tar');
      const target = `docker-archive:${archive}:${tag}`;
      const buildah = ['--root', storage, '--storage-driver', 'vfs'];
      await run('buildah', [...buildah, 'push', `localhost/${tag}`, target]);
      await run(docker, ['load', '-q', '-i', archive]);
    }, 300_000);
    afterAll(() => {
      execFileSync(docker, ['rm', '-f', sensor], { stdio: 'ignore' });
      execFileSync(docker, ['rmi', '-f', tag, `localhost/${tag}`], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    });

    test('runs as nobody in particular, and has no shell', async () => {
      const words = ['run', '--rm', '--network', 'none', '--read-only'];
      const ran = await run(docker, [...words, tag, '--version']);
      expect(ran.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      const inspected = await run(docker, ['inspect', '-f', '{{.Config.User}}', tag]);
      expect(inspected.stdout.trim()).toBe('65532:65532');
      const shell = run(docker, [...words, '--entrypoint', '/bin/sh', tag, '-c', 'true']);
      await expect(shell).rejects.toThrow('no such file');
    });

    test.skipIf(!hasSensor)(
      `its sensor names a container before it starts${sensorReason && ` (needs ${sensorReason})`}`,
      async () => {
        const words = ['run', '-d', '--network', 'none', '--name', sensor];
        await run(docker, [...words, ...(await sensorWords())]);
        const told = async (): Promise<{ stdout: string; stderr: string }> =>
          run(docker, ['logs', sensor], { maxBuffer: 1 << 28 });
        await until(async () => /ready after/.test((await told()).stderr));
        expect((await told()).stderr).toContain('watching processes, files, connections');
        const child = `${sensor}-child`;
        const quiet = ['run', '--rm', '--network', 'none', '--name', child];
        await run(docker, [...quiet, tag, '--version']);
        const ended = (line: string): boolean =>
          line.includes(`"name":"${child}"`) && line.includes('"action":"ended"');
        const lines = async (): Promise<readonly string[]> => (await told()).stdout.split('\n');
        await until(async () => (await lines()).some(ended));
        const line = (await lines()).find(ended) ?? '';
        expect(JSON.parse(line)).toMatchObject({ namedBeforeStart: true, exitCode: 0 });
      },
      240_000,
    );
  },
);
