// Containers for tests of responses: an image of this machine's own shell and a few programs, and a
// network of one cable, so that neither a registry nor the engine's bridge is needed.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildImage, dockerArchive } from './image-builder.ts';
import { hasTool } from './registry-process.ts';

const run = promisify(execFile);
const docker = '/usr/bin/docker';

/** What the tests need and this machine lacks; empty: nothing. */
export const responseLabMissing =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'root on Linux'
    : !hasTool(docker, 'version')
      ? 'a Docker engine'
      : spawnSync('nft', ['--version']).status !== 0
        ? 'nftables'
        : spawnSync('ip', ['-V']).status !== 0
          ? 'iproute2'
          : '';

const programs = ['bash', 'cp', 'cat', 'sleep', 'timeout', 'true', 'chmod', 'ls', 'rm'];

/** The programs with the libraries that they are linked with, as files of a layer. */
function files(): { name: string; mode: number; content: Buffer }[] {
  const paths = new Map<string, string>();
  for (const program of programs) {
    const path =
      ['/usr/bin', '/bin'].map((folder) => join(folder, program)).find(exists) ?? program;
    paths.set(`bin/${program}`, path);
    const text = execFileSync('ldd', [path], { encoding: 'utf8' });
    for (const [, library = ''] of text.matchAll(/(\/\S+)\s+\(0x/g)) {
      paths.set(library.slice(1), library);
    }
  }
  return [...paths].map(([name, path]) => ({ name, mode: 0o755, content: readFileSync(path) }));
}

function exists(path: string): boolean {
  return spawnSync('test', ['-x', path]).status === 0;
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words);
}

export interface ResponseLab {
  readonly folder: string;
  readonly image: string;
  /** Starts a container that sleeps; its id. */
  start(name: string, ...words: readonly string[]): Promise<string>;
  /** Runs a shell line in it; its exit code and what it printed. */
  shell(id: string, line: string): Promise<{ readonly code: number; readonly text: string }>;
  docker(...words: readonly string[]): Promise<string>;
  /** Lays a cable into the container's network; the address of this machine on it. */
  cable(id: string): Promise<string>;
  close(): void;
}

/** Loads the image. */
export function openResponseLab(task: string): ResponseLab {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-response-'));
  const prefix = `response-${task}-${process.pid}`;
  const image = `${prefix}:1`;
  const archive = join(folder, 'image.tar');
  const built = buildImage(
    [[...files(), { name: 'tmp/.keep', mode: 0o644, content: Buffer.alloc(0) }]],
    {
      settings: { User: '', Env: ['PATH=/bin'] },
    },
  );
  writeFileSync(archive, dockerArchive(built, 'plain', [image]));
  execFileSync(docker, ['load', '-q', '-i', archive]);
  const command = async (...words: readonly string[]): Promise<string> =>
    (await run(docker, words, { timeout: 60_000 })).stdout.trim();
  let cables = 0;
  return {
    folder,
    image,
    docker: command,
    start: (name, ...words) => {
      const options = ['--network', 'none', '--init', '--name', `${prefix}-${name}`, ...words];
      return command('run', '-d', ...options, image, '/bin/sleep', '600');
    },
    shell: async (id, line) => {
      try {
        const { stdout, stderr } = await run(docker, ['exec', id, '/bin/bash', '-c', line], {
          timeout: 60_000,
        });
        return { code: 0, text: stdout + stderr };
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, text: stdout + stderr };
      }
    },
    cable: async (id) => {
      const pid = await command('inspect', '-f', '{{.State.Pid}}', id);
      cables += 1;
      const net = `10.213.${process.pid % 250}`;
      const here = `swr${process.pid % 10_000}${cables}`;
      const inside = (...words: readonly string[]): void => {
        execFileSync('nsenter', ['-t', pid, '-n', 'ip', ...words]);
      };
      ip('link', 'add', here, 'type', 'veth', 'peer', 'name', 'eth9', 'netns', pid);
      ip('addr', 'add', `${net}.${cables * 4 + 1}/30`, 'dev', here);
      ip('link', 'set', here, 'up');
      inside('addr', 'add', `${net}.${cables * 4 + 2}/30`, 'dev', 'eth9');
      inside('link', 'set', 'eth9', 'up');
      inside('link', 'set', 'lo', 'up');
      return `${net}.${cables * 4 + 1}`;
    },
    close: () => {
      const list = ['ps', '-aq', '--filter', `name=${prefix}`];
      const ids = execFileSync(docker, list, { encoding: 'utf8' }).split('\n').filter(Boolean);
      if (ids.length > 0) execFileSync(docker, ['rm', '-f', ...ids], { stdio: 'ignore' });
      spawnSync(docker, ['rmi', '-f', image], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
