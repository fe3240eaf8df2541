// `seaworthy watch` where something is missing: no libbpf, no rights. What is left is seen, and said.
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasContainerd,
  type NamingLab,
  namingLabMissing,
  openNamingLab,
  until,
} from '../naming-lab.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';
import { loadShellImage, startWatching } from '../watch-lab.ts';

const missing = sensorReason || (namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`);

// Needs root, a kernel that has what is taken away, and a Docker engine; the title says what is missing.
describe.skipIf(!hasSensor || namingLabMissing !== '')(`watch without${missing}`, () => {
  let lab: NamingLab;
  let shell: string;

  beforeAll(() => {
    lab = openNamingLab('watch-without');
    shell = `${lab.prefix}-shell:1`;
    loadShellImage(lab.folder, shell);
  }, 60_000);

  afterAll(() => {
    lab.close();
    execFileSync('/usr/bin/docker', ['rmi', '-f', shell], { stdio: 'ignore' });
  });

  test('without libbpf it says what is not seen, and follows programs and the engine', async () => {
    const broken = join(lab.folder, 'libbpf.so.1');
    writeFileSync(broken, 'no library');
    const other = await startWatching(['--no-record'], { LD_LIBRARY_PATH: lab.folder });
    try {
      expect(other.stderr()).toMatch(/libbpf/);
      expect(other.stderr()).toContain('not seen are files, connections and all other calls');
      const name = `${lab.prefix}-blind`;
      await lab
        .docker('run', '--rm', '--name', name, '--network', 'none', lab.reference, '/bin/seven')
        .catch(() => undefined);
      const ended = await other.find((line) => line['name'] === name && line['action'] === 'ended');
      expect(ended).toMatchObject({ exitCode: 7 });
      const intruder = `${lab.prefix}-witness`;
      const about = ['--rm', '--name', intruder, '--network', 'none'];
      const script = 'cp /bin/sleep /tmp/dropped; /tmp/dropped 1';
      await lab.docker('run', ...about, shell, '/bin/bash', '-c', script);
      const drift = await other.find(
        (line) =>
          line.kind === 'detection' &&
          line['rule'] === 'Program that is not of the image started' &&
          (line['container'] as { readonly name: string } | null)?.name === intruder,
      );
      expect(drift['output_fields']).toMatchObject({ 'proc.exepath': '/tmp/dropped' });
    } finally {
      await other.stop();
    }
  });

  test('without rights it says so, and what is left', async () => {
    const launcher = join(import.meta.dirname, '../../bin/seaworthy');
    const words = ['--bounding-set=-all', '--inh-caps=-all', launcher, 'watch', '--no-record'];
    const child = spawn('setpriv', [...words, '--format', 'jsonl'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    let stdout = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.stdout.on('data', (chunk) => (stdout += chunk));
    const closed = new Promise((resolve) => {
      child.on('close', resolve);
    });
    await until(() => stderr.includes('watching containers') || child.exitCode !== null);
    if (hasContainerd) {
      const id = `${lab.prefix}-bundle`;
      const ctr = (...own: readonly string[]) => lab.command('ctr', '-n', lab.prefix, ...own);
      await ctr('images', 'import', join(lab.folder, 'image.tar'));
      try {
        await ctr('run', '-d', lab.reference, id, '/bin/pause');
        await until(() => linesOf(stdout, id, 'started').length === 1);
        await ctr('tasks', 'kill', '-s', 'SIGKILL', id);
        await until(() => linesOf(stdout, id, 'ended').length === 1);
      } finally {
        await ctr('tasks', 'rm', '-f', id).catch(() => undefined);
        await ctr('containers', 'rm', id).catch(() => undefined);
        await ctr('images', 'rm', '--sync', lab.reference);
        await lab.command('ctr', 'namespaces', 'rm', lab.prefix).catch(() => undefined);
      }
      expect(linesOf(stdout, id, 'started')).toMatchObject([
        { engine: 'containerd', image: { reference: lab.reference }, namedBeforeStart: false },
      ]);
    }
    child.kill('SIGINT');
    const code = await closed;
    expect(stderr).toContain('no right to load BPF programs');
    expect(stderr).toContain('not seen are programs');
    expect(stderr).toContain('watching containers');
    expect(code).toBe(0);
  }, 120_000);
});

function linesOf(stdout: string, id: string, action: string): readonly unknown[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n')).split('\n');
  return whole
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter((line) => line.id === id && line.action === action);
}
