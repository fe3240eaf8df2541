// Descriptors of a process that lives already.
import { readdirSync, readlinkSync } from 'node:fs';
import type { ExistingPlaces } from './existing-places.ts';
import type { ExistingDescriptor } from './record.ts';

/** Told of one process: a server of many flows has more, and the rest comes with its next calls. */
const maxDescriptors = 1024;

/** What /proc/PID/fd shows; empty for a process that is gone or not ours to look into. */
export function readDescriptors(
  pid: number,
  netNamespace: number,
  places: ExistingPlaces,
): ExistingDescriptor[] {
  const descriptors: ExistingDescriptor[] = [];
  for (const name of listDescriptors(pid)) {
    const target = targetOf(`/proc/${pid}/fd/${name}`);
    if (target === null) continue;
    const number = Number(name);
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    const known =
      inode === undefined ? undefined : places.socketTable(pid, netNamespace).get(Number(inode));
    const socket = known === undefined ? null : { ...known, descriptor: number };
    descriptors.push({ number, target, socket });
  }
  return descriptors;
}

function listDescriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).slice(0, maxDescriptors);
  } catch {
    return [];
  }
}

function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
