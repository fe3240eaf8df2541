// A PostgreSQL of a test's own: made by initdb in a temporary folder, on a Unix socket, ended by pid.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const versions = '/usr/lib/postgresql';

/** The folder of its programs; null when PostgreSQL is not installed. */
function programs(): string | null {
  if (!existsSync(versions)) return null;
  const folders = readdirSync(versions).map((version) => join(versions, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** Why there is no PostgreSQL for tests; null when there is one. In CI a missing one fails instead. */
export function missingPostgres(): string | null {
  if (programs() !== null) return null;
  return process.env['SEAWORTHY_CI'] === '1' ? null : 'needs PostgreSQL (package postgresql)';
}

export interface PostgresCluster {
  /** Of a new, empty database. */
  database(): string;
  pid(): number;
  /** Ends it at once, as a fallen machine would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Made and started; `settings` as in postgresql.conf. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresCluster> {
  const bin = programs();
  if (bin === null) throw new Error('PostgreSQL is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-pg-'));
  const user = account();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const as = user ?? {};
  const init = ['-D', data, '-U', 'seaworthy', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'];
  execFileSync(join(bin, 'initdb'), init, { ...as, cwd: folder, stdio: 'pipe' });
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    [
      `listen_addresses = ''`,
      `unix_socket_directories = '${folder}'`,
      'max_connections = 60',
      ...settings,
      '',
    ].join('\n'),
  );
  let server: ChildProcess | null = null;
  const socket = `host=${encodeURIComponent(folder)}`;
  const run = (sql: string): void => {
    const words = ['-h', folder, '-U', 'seaworthy', '-d', 'postgres', '-qc', sql];
    execFileSync(join(bin, 'psql'), words, { stdio: 'pipe' });
  };
  const start = async (): Promise<void> => {
    server = spawn(join(bin, 'postgres'), ['-D', data], { ...as, cwd: folder, stdio: 'ignore' });
    for (let tries = 0; tries < 300; tries += 1) {
      try {
        run('SELECT 1');
        return;
      } catch {
        await pause(100);
      }
    }
    throw new Error('PostgreSQL did not start');
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null) return;
    await new Promise((resolve) => {
      ending.once('exit', resolve);
      ending.kill(signal);
    });
  };
  await start();
  return {
    database() {
      const name = `t${randomBytes(6).toString('hex')}`;
      run(`CREATE DATABASE ${name}`);
      return `postgres://seaworthy@/${name}?${socket}`;
    },
    pid: () => server?.pid ?? 0,
    kill: () => end('SIGQUIT'),
    start,
    stop: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function account(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  return { uid: numberOf('-u'), gid: numberOf('-g') };
}

function numberOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
