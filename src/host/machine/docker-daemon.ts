// Which dockerd listens on a socket, how it was started, and what its settings file says.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { parseJson } from '../../base/json.ts';
import type { Machine } from './machine.ts';

export interface FoundDaemon {
  /** Null: not found, or not readable. */
  readonly arguments: readonly string[] | null;
  readonly file: string;
  /** Null: there is no such file, or `problem`. */
  readonly settings: unknown;
  readonly problem: string | null;
}

/** Processes of one machine that are looked at. */
const processesMost = 100_000;
const descriptorsMost = 100_000;

/** Finds the daemon of the Unix socket `address`; never throws. */
export function findDaemon(machine: Machine, address: string, root: string = '/'): FoundDaemon {
  const proc = root === '/' ? '/proc' : `${root}/proc`;
  const words = wordsOfDaemon(proc, address);
  const file = settingsFile(words ?? []);
  if (machine.file(file) === null) return { arguments: words, file, settings: null, problem: null };
  const text = machine.text(file);
  if (text === null) {
    return { arguments: words, file, settings: null, problem: `${file} cannot be read` };
  }
  const parsed = parseJson(text);
  if (parsed.ok) return { arguments: words, file, settings: parsed.value, problem: null };
  return { arguments: words, file, settings: null, problem: `${file}: ${parsed.reason}` };
}

/** `--config-file` of the command line, else where the engine looks. */
function settingsFile(words: readonly string[]): string {
  const flag = '--config-file';
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const value =
    words[at]?.startsWith(`${flag}=`) === true ? words[at].slice(flag.length + 1) : words[at + 1];
  return at === -1 || value === undefined ? '/etc/docker/daemon.json' : value;
}

/** The command line of the dockerd that holds the socket; where only one runs it is that one. */
function wordsOfDaemon(proc: string, address: string): readonly string[] | null {
  const found = namesIn(proc, processesMost)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const words = commandLine(`${proc}/${pid}/cmdline`);
      const program = words[0]?.split('/').at(-1);
      return program === 'dockerd' || program === 'docker-daemon' ? [{ pid, words }] : [];
    });
  if (found.length <= 1) return found[0]?.words ?? null;
  const inodes = inodesOf(proc, address);
  const holder = found.find(({ pid }) => {
    const descriptors = namesIn(`${proc}/${pid}/fd`, descriptorsMost);
    return descriptors.some((one) => inodes.has(linkOf(`${proc}/${pid}/fd/${one}`)));
  });
  return holder?.words ?? null;
}

function commandLine(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\0').slice(0, -1);
  } catch {
    // The process ended in between.
    return [];
  }
}

/** `socket:[123]` of all sockets that are bound to the path (/proc/net/unix). */
function inodesOf(proc: string, address: string): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const line of textOf(`${proc}/net/unix`).split('\n')) {
    const [, , , , , , inode = '', path = ''] = line.trim().split(/\s+/);
    if (withoutVar(path) === withoutVar(address)) inodes.add(`socket:[${inode}]`);
  }
  return inodes;
}

/** `/var/run` is a link to `/run`; sockets keep the name that they were bound by. */
function withoutVar(path: string): string {
  return path.startsWith('/var/run/') ? path.slice('/var'.length) : path;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function namesIn(folder: string, most: number): readonly string[] {
  try {
    return readdirSync(folder).slice(0, most);
  } catch {
    return [];
  }
}
