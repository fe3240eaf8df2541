// A second Docker engine, away from everybody else's, with an authorisation plugin where one is wanted.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildImage, dockerArchive } from './image-builder.ts';
import { inOwnNetwork } from './own-network.ts';
import { hasTool } from './registry-process.ts';
import { endingProgram, hasTinyProgram, tinyProgram } from './tiny-program.ts';

const docker = '/usr/bin/docker';

/** What it needs and this machine lacks; empty: nothing. */
export const secondEngineMissing = !hasTinyProgram
  ? 'Linux on x86-64'
  : process.getuid?.() !== 0
    ? 'root'
    : !hasTool('dockerd', '--version') || !hasTool(docker, 'version')
      ? 'a Docker engine'
      : '';

/** `/bin/true` and `/bin/pause`. */
const image = buildImage(
  [
    [
      { name: 'bin/true', mode: 0o755, content: endingProgram(0) },
      { name: 'bin/pause', mode: 0o755, content: tinyProgram() },
    ],
  ],
  { settings: { User: '' } },
);

export interface SecondEngine {
  /** A folder of its own, removed at the end. */
  readonly folder: string;
  readonly socket: string;
  stop(): Promise<void>;
}

/** The archive of its image, as `docker load` takes it. */
export function writeSmallImage(file: string, reference: string): void {
  writeFileSync(file, dockerArchive(image, 'plain', [reference]));
}

/** Starts an engine in a network of its own, without bridges; throws where it does not answer within 20 s. */
export async function startSecondEngine(plugin: string | null): Promise<SecondEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'sw-engine-'));
  const socket = join(folder, 'd.sock');
  const words = [
    ['--data-root', join(folder, 'data')],
    ['--exec-root', join(folder, 'exec')],
    ['--pidfile', join(folder, 'pid')],
    ['-H', `unix://${socket}`],
    ['--bridge', 'none'],
    ['--iptables=false'],
    ['--storage-driver', 'vfs'],
    ...(plugin === null ? [] : [['--authorization-plugin', plugin]]),
  ].flat();
  const own = inOwnNetwork('dockerd', words);
  const daemon = spawn(own.program, own.words, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (daemon.exitCode === null) {
      const gone = new Promise((resolve) => {
        daemon.once('exit', resolve);
      });
      daemon.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (existsSync(socket) && (await answers(socket))) return { folder, socket, stop };
    await sleep(200);
  }
  await stop();
  throw new Error('the second engine does not answer');
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', agent: false });
    call.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('error', () => resolve(false));
    call.end();
  });
}
