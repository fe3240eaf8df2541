// What the sensor must know of its machine: the host's mount namespace and where container cgroups are.
import { readFileSync, readlinkSync } from 'node:fs';

/** The hierarchy whose names are those of containers. */
export interface CgroupHierarchy {
  /** 0 is cgroup v2. */
  readonly id: number;
  readonly isV1: boolean;
  /** Of v1: the controller that marks the line of /proc/PID/cgroup. */
  readonly controller: string | null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

/** Of /proc/cgroups: the pids controller's where it is on v1, else memory's, else v2. */
export function containerHierarchy(
  cgroups: string | null = readText('/proc/cgroups'),
): CgroupHierarchy {
  for (const controller of ['pids', 'memory']) {
    const line = cgroups?.split('\n').find((one) => one.startsWith(`${controller}\t`));
    const id = Number(line?.split('\t')[1] ?? 0);
    if (id > 0) return { id, isV1: true, controller };
    // The kernel's program looks at the first of the two that the kernel has.
    if (line !== undefined) break;
  }
  return { id: 0, isV1: false, controller: null };
}

/** The path in /proc/PID/cgroup that names the container; null when there is no such line. */
export function cgroupPathOf(text: string, { controller }: CgroupHierarchy): string | null {
  for (const line of text.split('\n')) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (first < 0 || second < 0) continue;
    const controllers = line.slice(first + 1, second).split(',');
    const isWanted =
      controller === null ? line.startsWith('0::') : controllers.includes(controller);
    if (isWanted) return line.slice(second + 1);
  }
  return null;
}

/** Where that hierarchy is mounted, or null. */
export function cgroupMountPoint(
  { controller }: CgroupHierarchy,
  mounts: string | null = readText('/proc/self/mounts'),
): string | null {
  for (const line of mounts?.split('\n') ?? []) {
    const [, point, type, options] = line.split(' ');
    if (point === undefined || options === undefined) continue;
    if (controller === null ? type === 'cgroup2' : options.split(',').includes(controller)) {
      if (type === 'cgroup2' || type === 'cgroup') return point;
    }
  }
  return null;
}

/** Number of a namespace from its link: `mnt:[4026531841]`; 0 when it cannot be read. */
export function namespaceNumber(pid: number | 'self', name: string): number {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/${name}`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Of the machine: that of process 1; ours where that one is not ours to look into. */
export function hostMountNamespace(): number {
  return namespaceNumber(1, 'mnt') || namespaceNumber('self', 'mnt');
}
