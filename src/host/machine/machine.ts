// What audits ask of a machine: owners and modes of files, small texts, groups, mounts, listeners.
// Nothing is changed, nothing is started but `auditctl -l`.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileWindow } from '../../base/file-access.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import { readText } from '../filesystem/index.ts';
import { type AuditRules, readAuditRules } from './audit-rules.ts';
import { pathInside } from './inside.ts';
import type { OwnedFile } from './owned-file.ts';

export interface Machine {
  /** Null: it is not there; undefined: it may not be asked. Links are followed. */
  file(path: string): OwnedFile | null | undefined;
  /** Files below a folder, 1000 at most; empty where there is none. */
  filesBelow(folder: string): readonly OwnedFile[];
  /** Null: not there, not readable, or larger than `limitBytes`. */
  text(path: string, limitBytes?: number): string | null;
  /** Names in a folder, sorted; empty where it cannot be listed. At most `most`. */
  entries(folder: string, most?: number): readonly string[];
  /** Where a link leads, as written; null: it is none, or cannot be read. */
  linkTarget(path: string): string | null;
  /** What `read` makes of the bytes of a regular file; null: there is none that can be read. */
  withFile<Result>(path: string, read: (file: RandomAccess) => Result): Result | null;
  /** Null: not known. */
  mountPoints(): readonly string[] | null;
  /** Mounts with type and options; null: not known. */
  mounts(): readonly Mount[] | null;
  /** Members of a group, those whose first group it is included; null: there is no such group. */
  members(group: string): readonly string[] | null;
  /** Local TCP addresses that something listens on: `0.0.0.0:2377`, `[::]:22`; null: not known. */
  listeners(): readonly string[] | null;
  /** Null: there is no audit system. */
  auditRules(): AuditRules | null;
}

/** A line of mountinfo (proc(5)). */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** `nosuid`, `nodev`, `ro` ... of the mount and of its file system. */
  readonly options: readonly string[];
}

/** Accounts, groups and mounts of the largest machines. */
const textBytes = 16 * 1024 * 1024;
const filesMost = 1000;
/** Processes of the largest machines. */
const entriesMost = 100_000;
const depthMost = 8;

/** @param root of the machine: `/`, or where the host is mounted in a container */
export function openMachine(root: string = '/'): Machine {
  const text = (path: string, limitBytes: number = textBytes): string | null => {
    try {
      const inside = pathInside(root, path);
      return inside === null ? null : readText(inside, limitBytes);
    } catch {
      return null;
    }
  };
  const names = { users: namesOf(text('/etc/passwd')), groups: namesOf(text('/etc/group')) };
  const file = (path: string): OwnedFile | null | undefined => ownedFile(root, path, names);
  return {
    file,
    filesBelow: (folder) => filesBelow(root, folder, file),
    text,
    entries: (folder, most = filesMost) => namesIn(root, folder).slice(0, most),
    linkTarget: (path) => linkTarget(root, path),
    withFile: (path, read) => withFile(root, path, read),
    mounts: () => {
      const table = text('/proc/self/mountinfo');
      return table === null ? null : table.split('\n').flatMap((line) => mountOf(line) ?? []);
    },
    mountPoints: () => {
      const table = text('/proc/self/mountinfo');
      return table === null ? null : table.split('\n').flatMap((line) => mountPointOf(line) ?? []);
    },
    members: (group) => membersOf(group, text('/etc/group'), text('/etc/passwd')),
    listeners: () => {
      const tables = [text('/proc/net/tcp'), text('/proc/net/tcp6')];
      if (tables.every((table) => table === null)) return null;
      return tables.flatMap((table) =>
        (table ?? '').split('\n').flatMap((line) => listenerOf(line)),
      );
    },
    auditRules: () =>
      readAuditRules({ root, text, file, filesBelow: (one) => filesBelow(root, one, file) }),
  };
}

interface Names {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** `name:x:id:...`, as passwd(5) and group(5) have it. */
function namesOf(table: string | null): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of (table ?? '').split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (name !== '' && /^\d+$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

function ownedFile(root: string, path: string, names: Names): OwnedFile | null | undefined {
  try {
    const inside = pathInside(root, path);
    const stat = inside === null ? undefined : statSync(inside, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    const kind = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isSocket()
          ? 'socket'
          : 'other';
    return {
      path,
      kind,
      owner: names.users.get(stat.uid) ?? String(stat.uid),
      group: names.groups.get(stat.gid) ?? String(stat.gid),
      mode: stat.mode & 0o7777,
    };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? null : undefined;
  }
}

function filesBelow(root: string, folder: string, file: Machine['file']): OwnedFile[] {
  const found: OwnedFile[] = [];
  const open = [{ path: folder, depth: 0 }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const name of namesIn(root, one.path).slice(0, filesMost)) {
      const path = join(one.path, name);
      const fact = file(path);
      if (fact?.kind === 'directory' && one.depth < depthMost) {
        open.push({ path, depth: one.depth + 1 });
      } else if (fact?.kind === 'file') found.push(fact);
      if (found.length >= filesMost) return found;
    }
  }
  return found;
}

function namesIn(root: string, folder: string): readonly string[] {
  try {
    const inside = pathInside(root, folder);
    return inside === null ? [] : readdirSync(inside).sort().slice(0, entriesMost);
  } catch {
    return [];
  }
}

/** Links are read where they stand: folders above them may be links, they themselves are not followed. */
function linkTarget(root: string, path: string): string | null {
  try {
    const cut = path.lastIndexOf('/');
    const folder = pathInside(root, path.slice(0, cut) || '/');
    return folder === null ? null : readlinkSync(join(folder, path.slice(cut + 1)));
  } catch {
    return null;
  }
}

function withFile<Result>(
  root: string,
  path: string,
  read: (file: RandomAccess) => Result,
): Result | null {
  try {
    const inside = pathInside(root, path);
    if (inside === null) return null;
    const descriptor = openSync(inside, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      return stat.isFile() ? read(fileWindow(descriptor, 0, stat.size)) : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

function mountOf(line: string): Mount | null {
  const point = mountPointOf(line);
  const [before = '', after = ''] = line.split(' - ');
  const [type = '', , superOptions = ''] = after.split(' ');
  if (point === null || type === '') return null;
  const own = before.split(' ')[5] ?? '';
  return { point, type, options: [...new Set([...own.split(','), ...superOptions.split(',')])] };
}

/** Field 5 of mountinfo (proc(5)); spaces are written as `\040`. */
function mountPointOf(line: string): string | null {
  const point = line.split(' ')[4];
  if (point === undefined) return null;
  return point.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function membersOf(
  group: string,
  groups: string | null,
  users: string | null,
): readonly string[] | null {
  const line = (groups ?? '').split('\n').find((one) => one.startsWith(`${group}:`));
  if (line === undefined) return null;
  const [, , id = '', listed = ''] = line.split(':');
  const first = (users ?? '').split('\n').flatMap((one) => {
    const [name = '', , , gid] = one.split(':');
    return gid === id && id !== '' ? [name] : [];
  });
  return [...new Set([...listed.split(',').filter((one) => one !== ''), ...first])];
}

/** A line of /proc/net/tcp in state LISTEN (0A); addresses are words of 32 bits in host order. */
function listenerOf(line: string): readonly string[] {
  const [, local = '', , state] = line.trim().split(/\s+/);
  if (state !== '0A') return [];
  const [hex = '', port = ''] = local.split(':');
  const address = addressOfHex(hex);
  if (address === null) return [];
  return [`${address.includes(':') ? `[${address}]` : address}:${Number.parseInt(port, 16)}`];
}

/** An address of /proc/net/tcp{,6}: words of 32 bits in host order. Null: it is none. */
export function addressOfHex(hex: string): string | null {
  if (hex.length === 8) return [...Buffer.from(hex, 'hex').reverse()].join('.');
  if (hex.length !== 32) return null;
  const bytes = Buffer.from(hex, 'hex').swap32();
  if (bytes.every((byte) => byte === 0)) return '::';
  const isLoopback = bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
  return isLoopback ? '::1' : (bytes.toString('hex').match(/.{4}/g)?.join(':') ?? null);
}
