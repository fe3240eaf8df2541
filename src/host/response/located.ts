// A container as something can be done to it: found anew for each action, because meanwhile it may have
// ended and its process number may be another's.
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { field, stringField } from '../../base/json.ts';
import type { DockerEngine } from '../docker/index.ts';

export interface Located {
  /** The whole id. */
  readonly id: string;
  /** Of its first process on this machine; null: it does not run, or the engine is elsewhere. */
  readonly pid: number | null;
  readonly state: string;
  /** As the engine says; where none is asked, false. */
  readonly hasHostNetwork: boolean;
  /** Null: only containerd knows it. */
  readonly engine: DockerEngine | null;
}

/** Where containerd's shims of version 2 keep the running containers of a namespace. */
const taskFolder = '/run/containerd/io.containerd.runtime.v2.task';

/**
 * Asks the engines in their order, then containerd's own state.
 *
 * @throws SeaworthyError `not-found` when nobody knows it, `network`, `denied`
 */
export async function locate(id: string, engines: readonly DockerEngine[]): Promise<Located> {
  if (!/^[\w.-]{1,256}$/.test(id)) throw gone(id);
  for (const engine of engines) {
    try {
      const { id: whole, pid, state, raw } = await engine.inspectContainer(id);
      const hasHostNetwork = stringField(field(raw, 'HostConfig'), 'NetworkMode') === 'host';
      return { id: whole, state, engine, hasHostNetwork, pid: engine.local ? pid : null };
    } catch (error) {
      if (!(error instanceof SeaworthyError) || error.code !== 'not-found') throw error;
    }
  }
  const task = findTask(id);
  if (task === null) throw gone(id);
  return { ...task, state: 'running', hasHostNetwork: false, engine: null };
}

function gone(id: string): SeaworthyError {
  return new SeaworthyError('not-found', `the container ${id.slice(0, 64)} is gone`);
}

function findTask(id: string): { readonly id: string; readonly pid: number } | null {
  for (const namespace of listed(taskFolder)) {
    const folder = join(taskFolder, namespace);
    // Twelve characters of an id are what rules tell.
    const names = listed(folder);
    const name = names.find((one) => one === id) ?? names.find((one) => one.startsWith(id));
    if (name === undefined) continue;
    try {
      const pid = Number(readFileSync(join(folder, name, 'init.pid'), 'latin1'));
      if (Number.isSafeInteger(pid) && pid > 1) return { id: name, pid };
    } catch {
      // It ended between the two looks.
    }
  }
  return null;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The control groups of a process by controller; the unified hierarchy is the empty name. */
export function controlGroupsOf(pid: number | 'self'): ReadonlyMap<string, string> {
  try {
    const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
    return new Map(
      lines.flatMap((line) => {
        const [, names = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
        return path === undefined ? [] : names.split(',').map((name) => [name, path] as const);
      }),
    );
  } catch {
    return new Map();
  }
}

/** Whether a process is one of the container: its control groups are named after it. */
export function belongsTo(pid: number | 'self', id: string): boolean {
  return [...controlGroupsOf(pid).values()].some((path) => path.includes(id));
}

/**
 * The process number, when it still is the container's own and not ours.
 *
 * @throws SeaworthyError `unsupported` for an engine elsewhere, `not-found`, `denied` for ourselves
 */
export function ownPid({ id, pid, engine }: Located): number {
  if (pid === null) {
    if (engine?.local === false) {
      throw new SeaworthyError('unsupported', `the engine ${engine.address} is another machine`);
    }
    throw new SeaworthyError('not-found', `the container ${id} does not run`);
  }
  if (!belongsTo(pid, id)) {
    throw new SeaworthyError(
      'not-found',
      `the process ${pid} is not of the container ${id} any more`,
    );
  }
  return pid;
}

/** Seaworthy itself may run in a container: that one is never touched. */
export function refuseOurselves(id: string): void {
  if (!belongsTo('self', id)) return;
  throw new SeaworthyError('denied', 'it is the container that Seaworthy itself runs in');
}

function inodeOf(path: string): string | null {
  try {
    return String(statSync(path).ino);
  } catch {
    return null;
  }
}

/** An open namespace: it stays what it is, whatever becomes of the process. */
export interface OpenNamespace {
  readonly descriptor: number;
  readonly inode: string;
  close(): void;
}

/**
 * The network namespace of a container.
 *
 * @throws SeaworthyError `denied` when it is the machine's own, `not-found` when the container is gone
 */
export function openNetworkNamespace(located: Located): OpenNamespace {
  const pid = ownPid(located);
  const path = `/proc/${pid}/ns/net`;
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isDenied = code === 'EACCES' || code === 'EPERM';
    throw new SeaworthyError(
      isDenied ? 'denied' : 'not-found',
      isDenied ? 'a container\u2019s network needs root' : `${path}: ${messageOf(cause)}`,
      { cause },
    );
  }
  const close = (): void => closeSync(descriptor);
  try {
    // Asked again, now that nobody can exchange what is open.
    ownPid(located);
    const inode = String(fstatSync(descriptor).ino);
    // From within a container, our own is not the machine's; the engine knows who has that one.
    const isOfMachine = ['/proc/1/ns/net', '/proc/self/ns/net'].some(
      (one) => inodeOf(one) === inode,
    );
    if (located.hasHostNetwork || isOfMachine) {
      throw new SeaworthyError('denied', 'it uses the network of the machine itself');
    }
    return { descriptor, inode, close };
  } catch (error) {
    close();
    throw error;
  }
}
