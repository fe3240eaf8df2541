// A real registry (Debian's docker-registry) on a free loopback port, killed with its test.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Is the tool there? `arguments_` make it exit with 0. In CI (SEAWORTHY_CI=1) every tool counts as
 * there, so that a missing one fails its tests instead of skipping them.
 */
export function hasTool(name: string, ...arguments_: readonly string[]): boolean {
  return process.env['SEAWORTHY_CI'] === '1' || hasOptionalTool(name, ...arguments_);
}

/** The same for tools that CI may lack. */
export function hasOptionalTool(name: string, ...arguments_: readonly string[]): boolean {
  return spawnSync(name, arguments_, { timeout: 20_000 }).status === 0;
}

export const hasRegistry = hasTool('docker-registry', '--version');
export const hasSkopeo = hasTool('skopeo', '--version');

/** The only account of registries that ask for one. */
export const account = { username: 'tester', password: 'correct-horse' };

/** bcrypt of the account's password, cost 5. */
const htpasswd = 'tester:$2y$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS\n';

export interface RegistryProcess {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Where it keeps its blobs. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface RegistryProcessOptions {
  readonly login?: boolean;
  /** PEM files. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Starts a registry with an empty store. */
export async function startRegistry(
  options: RegistryProcessOptions = {},
): Promise<RegistryProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  writeFileSync(join(folder, 'htpasswd'), htpasswd);
  const settings = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'store') } },
    http: { addr: host, ...(options.tls === undefined ? {} : { tls: options.tls }) },
    ...(options.login === true
      ? { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }
      : {}),
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(settings));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2000);
  });
  await answering(port, { child, complaint: () => complaint });
  return { host, folder, stop: () => stop(child, folder) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

interface Starting {
  readonly child: ChildProcess;
  readonly complaint: () => string;
}

async function answering(port: number, { child, complaint }: Starting): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended: ${complaint()}`);
    if (await accepts(port)) return;
    await sleep(25);
  }
  child.kill('SIGKILL');
  throw new Error('docker-registry does not answer');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Reads a file of the registry's folder, for tests that damage it. */
export function storedBlob(registry: RegistryProcess, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  const path = `store/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
  const whole = join(registry.folder, path);
  readFileSync(whole);
  return whole;
}
