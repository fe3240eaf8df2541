// Containers for tests of naming: an image of three tiny programs in every engine that is here.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildImage, dockerArchive } from './image-builder.ts';
import { hasOptionalTool, hasTool } from './registry-process.ts';
import { endingProgram, hasTinyProgram, tinyProgram } from './tiny-program.ts';

const run = promisify(execFile);

/** By full path: a shell's alias or wrapper is not what is tested. */
const dockerProgram = '/usr/bin/docker';
const isRoot = process.getuid?.() === 0;

/** What the tests need and this machine lacks; empty: nothing. */
export const namingLabMissing = !hasTinyProgram
  ? 'Linux on x86-64'
  : !isRoot
    ? 'root'
    : !hasTool(dockerProgram, 'version')
      ? 'a Docker engine'
      : '';
export const hasPodman = namingLabMissing === '' && hasOptionalTool('podman', '--version');
export const hasContainerd = namingLabMissing === '' && hasOptionalTool('ctr', 'version');

/** `/bin/true`, `/bin/seven` (ends with 7), `/bin/pause`. */
const image = buildImage(
  [
    [
      { name: 'bin/true', mode: 0o755, content: endingProgram(0) },
      { name: 'bin/seven', mode: 0o755, content: endingProgram(7) },
      { name: 'bin/pause', mode: 0o755, content: tinyProgram() },
    ],
  ],
  { settings: { User: '' } },
);

export interface NamingLab {
  readonly folder: string;
  /** Prefix of everything that is made. */
  readonly prefix: string;
  readonly reference: string;
  readonly imageId: string;
  /** Runs `docker` and gives what it prints. */
  docker(...words: readonly string[]): Promise<string>;
  /** Runs any program and gives what it prints. */
  command(program: string, ...words: readonly string[]): Promise<string>;
  close(): void;
}

async function command(program: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await run(program, words, { timeout: 50_000 });
  return stdout.trim();
}

/** Loads the image into Docker, and into containerd and Podman where asked for. */
export function openNamingLab(name: string): NamingLab {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-naming-'));
  const prefix = `${name}-${process.pid}`;
  const reference = `docker.io/library/${prefix}:1`;
  const archive = join(folder, 'image.tar');
  writeFileSync(archive, dockerArchive(image, 'plain', [`${prefix}:1`]));
  execFileSync(dockerProgram, ['load', '-q', '-i', archive]);
  return {
    folder,
    prefix,
    reference,
    imageId: image.configDigest,
    docker: (...words) => command(dockerProgram, ...words),
    command,
    close: () => {
      const left = execFileSync(dockerProgram, ['ps', '-aq', '--filter', `name=${prefix}`], {
        encoding: 'utf8',
      }).split('\n');
      const ids = left.filter((id) => id !== '');
      if (ids.length > 0) execFileSync(dockerProgram, ['rm', '-f', ...ids], { stdio: 'ignore' });
      execFileSync(dockerProgram, ['rmi', '-f', `${prefix}:1`], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A machine under load is slow; only what never comes may end a wait. */
const patienceMs = 60_000;

/** Waits until the condition holds; throws after a minute. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < patienceMs) {
    if (await holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error('what the test waits for did not happen');
}
