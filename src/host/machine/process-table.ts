// The processes of a machine as audits need them: program, user, confinement, container, namespaces.
import { parseProcessCgroups } from '../identity/index.ts';
import type { Machine } from './machine.ts';

export interface MachineProcess {
  readonly pid: number;
  /** Program without its folder, as the process calls itself. */
  readonly program: string;
  readonly words: readonly string[];
  /** Path of its program; null: a thread of the kernel, or not readable. */
  readonly executable: string | null;
  /** The file of the program was replaced or removed since it started. */
  readonly isReplaced: boolean;
  /** Of the host's view. */
  readonly userId: number;
  /** As the processes of its own user namespace see it; root there is 0. */
  readonly isRootInside: boolean;
  /** 0 off, 1 strict, 2 filter; null: not told. */
  readonly seccomp: number | null;
  readonly capabilities: bigint;
  readonly noNewPrivileges: boolean;
  /** AppArmor or SELinux label; null: none. */
  readonly label: string | null;
  readonly containerId: string | null;
  /** `net:[4026531840]`; null: not readable. */
  readonly networkNamespace: string | null;
  readonly userNamespace: string | null;
}

/** The namespaces that the host itself lives in. */
export interface HostNamespaces {
  readonly network: string | null;
  readonly user: string | null;
}

/**
 * Of process 1, or where nobody may look at that one, of the oldest process that is in no container:
 * engines, shells and services of the host live there as well.
 */
export function hostNamespaces(processes: readonly MachineProcess[]): HostNamespaces {
  const ordered = processes.filter(({ containerId }) => containerId === null);
  const known = ordered
    .toSorted((a, b) => a.pid - b.pid)
    .find(
      ({ networkNamespace, userNamespace }) => networkNamespace !== null && userNamespace !== null,
    );
  return { network: known?.networkNamespace ?? null, user: known?.userNamespace ?? null };
}

const statusBytes = 64 * 1024;

/** All processes but threads of the kernel; null: there is no process table. */
export function readProcesses(machine: Machine): readonly MachineProcess[] | null {
  const pids = machine.entries('/proc', 100_000).filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return null;
  return pids.flatMap((pid) => processOf(machine, pid) ?? []);
}

function processOf(machine: Machine, pid: string): MachineProcess | null {
  const place = `/proc/${pid}`;
  const words = (machine.text(`${place}/cmdline`, 4 * 1024 * 1024) ?? '').split('\0').slice(0, -1);
  const status = statusOf(machine.text(`${place}/status`, statusBytes) ?? '');
  // A thread of the kernel has no command line; a process that just ended has nothing.
  if (words.length === 0 || status.size === 0) return null;
  const target = machine.linkTarget(`${place}/exe`);
  const userId = Number((status.get('Uid') ?? '').split(/\s+/)[0]);
  const seccomp = status.get('Seccomp');
  const label = machine.text(`${place}/attr/current`, statusBytes)?.replaceAll('\0', '').trim();
  return {
    pid: Number(pid),
    program: words[0]?.split('/').at(-1) ?? '',
    words,
    executable: target?.replace(/ \(deleted\)$/, '') ?? null,
    isReplaced: target?.endsWith(' (deleted)') === true,
    userId: Number.isInteger(userId) ? userId : -1,
    isRootInside: isRootInside(machine.text(`${place}/uid_map`, statusBytes), userId),
    seccomp: seccomp === undefined ? null : Number(seccomp),
    capabilities: capabilitiesOf(status.get('CapEff') ?? '0'),
    noNewPrivileges: status.get('NoNewPrivs') === '1',
    label: label === undefined || label === '' ? null : label,
    containerId:
      parseProcessCgroups(machine.text(`${place}/cgroup`, statusBytes) ?? '')?.id ?? null,
    networkNamespace: machine.linkTarget(`${place}/ns/net`),
    userNamespace: machine.linkTarget(`${place}/ns/user`),
  };
}

/** Lines `Name:\tvalue` of /proc/PID/status. */
function statusOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const cut = line.indexOf(':');
    if (cut > 0) found.set(line.slice(0, cut), line.slice(cut + 1).trim());
  }
  return found;
}

function capabilitiesOf(hex: string): bigint {
  return /^[0-9a-f]{1,16}$/i.test(hex) ? BigInt(`0x${hex}`) : 0n;
}

/** Lines `inside outside count` (user_namespaces(7)). */
function isRootInside(map: string | null, userId: number): boolean {
  for (const line of (map ?? '').split('\n')) {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    if (inside === 0 && outside !== undefined && count !== undefined && count > 0) {
      return userId === outside;
    }
  }
  return userId === 0;
}
