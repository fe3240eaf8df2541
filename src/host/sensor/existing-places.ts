// Where processes that live already belong: cgroup with its number, overlay. Each is asked once
// for all processes that share it.
import { readFileSync, statSync } from 'node:fs';
import {
  type CgroupHierarchy,
  cgroupMountPoint,
  cgroupPathOf,
  containerHierarchy,
} from './host-facts.ts';

export class ExistingPlaces {
  private readonly hierarchy: CgroupHierarchy = containerHierarchy();
  private readonly mountPoint: string | null = cgroupMountPoint(this.hierarchy);
  private readonly cgroupIds = new Map<string, number>();
  private readonly overlays = new Map<number, string | null>();

  cgroup(pid: number): { readonly path: string; readonly id: number } {
    const text = readText(`/proc/${pid}/cgroup`);
    const path = text === null ? null : cgroupPathOf(text, this.hierarchy);
    if (path === null) return { path: '', id: 0 };
    let id = this.cgroupIds.get(path);
    if (id === undefined) {
      id = this.mountPoint === null ? 0 : inodeOf(this.mountPoint + path);
      this.cgroupIds.set(path, id);
    }
    return { path, id };
  }

  /** The writable folder of the overlay that is the root of a mount namespace; null for no overlay. */
  overlay(pid: number, mountNamespace: number): string | null {
    const known = this.overlays.get(mountNamespace);
    if (known !== undefined) return known;
    const found = upperFolder(readText(`/proc/${pid}/mountinfo`) ?? '');
    this.overlays.set(mountNamespace, found);
    return found;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The inode of a cgroup's folder is its number in the kernel (64-bit machines). */
function inodeOf(path: string): number {
  try {
    return statSync(path).ino;
  } catch {
    return 0;
  }
}

/** Of the last overlay on `/` in a mountinfo; paths with blanks are written as octal. */
export function upperFolder(mountinfo: string): string | null {
  let found: string | null = null;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    if (before.split(' ')[4] !== '/') continue;
    const [type, , options = ''] = after.split(' ');
    const upper = options.split(',').find((option) => option.startsWith('upperdir='));
    found = type === 'overlay' && upper !== undefined ? plain(upper.slice(9)) : null;
  }
  return found;
}

function plain(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
