// What the audit of a host is told: collected beforehand, so that controls are pure.
import type { KernelState } from '../../host/machine/index.ts';

/** Parts of a container host whose flaws are known. */
export const componentNames = [
  'kernel',
  'runc',
  'containerd',
  'docker',
  'docker-desktop',
  'buildkit',
  'cri-o',
  'kubelet',
  'kube-proxy',
  'nvidia-toolkit',
] as const;
export type ComponentName = (typeof componentNames)[number];

/** What the distribution says about one flaw of one of its packages. */
export interface DistributionWord {
  readonly state: 'fixed' | 'affected';
  /** Where it stands: a changelog with its entry, an advisory. */
  readonly source: string;
  /** Version that has the fix; null: there is none yet. */
  readonly fixedIn: string | null;
}

export interface Component {
  readonly name: ComponentName;
  /** The program or package that was looked at, for people. */
  readonly place: string;
  /** Upstream's version as found, `1.1.5`; null: it does not say. */
  readonly version: string | null;
  /** The package of the distribution that it is from; null: it came another way. */
  readonly package: { readonly name: string; readonly version: string } | null;
  /** By CVE. */
  readonly words: ReadonlyMap<string, DistributionWord>;
  /** What of the distribution was asked, and from which year on it tells; empty: nothing could be. */
  readonly asked: readonly { readonly what: string; readonly sinceYear: number }[];
  /** Whether a process runs it: `old` where the file was replaced since. */
  readonly running: 'yes' | 'no' | 'old' | 'unknown';
}

/** One running container as the kernel sees it. */
export interface ConfinedContainer {
  readonly id: string;
  readonly name: string;
  /** Some process has no seccomp filter, or its profile is not the engine's own. */
  readonly seccomp: 'off' | 'custom' | 'filter' | 'unknown';
  /** Of all its processes together. */
  readonly capabilities: bigint;
  /** A process is root inside. */
  readonly hasRoot: boolean;
  /** That root is root of the host as well: no user namespace in between. */
  readonly isHostRoot: boolean;
  readonly sharesNetwork: boolean;
  /** AppArmor or SELinux label; null: none. */
  readonly label: string | null;
  readonly usesGpu: boolean;
}

export interface SocketFact {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  /** People of its group; null: there is no such group. */
  readonly members: readonly string[] | null;
}

export interface PendingUpdate {
  readonly package: string;
  readonly installed: string;
  readonly fixedIn: string;
  readonly flaws: readonly string[];
  readonly isExploited: boolean;
  readonly severity: string;
}

export interface EngineFacts {
  readonly address: string;
  readonly version: string;
  /** Null: the engine does not say. */
  readonly authorizationPlugins: readonly string[] | null;
  readonly isRootless: boolean;
  /** Root of its containers is another user of the host. */
  readonly remapsUsers: boolean;
  /** Containers that ask for nothing else get its seccomp profile. */
  readonly filtersCalls: boolean;
  readonly dataRoot: string;
}

export interface HostFacts {
  /** Null: no operating system could be recognised. */
  readonly system: {
    readonly name: string;
    /** ISO date; null: not known. */
    readonly endOfLife: string | null;
  } | null;
  readonly now: Date;
  /** False: a root file system that does not run, so nothing is known of its kernel and processes. */
  readonly isLive: boolean;
  readonly kernel: KernelState;
  readonly components: readonly Component[];
  /** Running containers; null: the process table could not be read. */
  readonly containers: readonly ConfinedContainer[] | null;
  /** Accounts besides root that may log in, and users of processes outside of containers. */
  readonly otherUsers: readonly string[];
  /** Null: no engine answers. */
  readonly engine: EngineFacts | null;
  readonly sockets: readonly SocketFact[];
  /** Null: not known. */
  readonly mounts:
    | readonly {
        readonly point: string;
        readonly options: readonly string[];
      }[]
    | null;
  /** Programs that run. */
  readonly programs: ReadonlySet<string> | null;
  /** Programs whose file was replaced since they started. */
  readonly replacedPrograms: readonly string[];
  /** Files that were asked for and are there, with their text where it is short. */
  readonly files: ReadonlyMap<string, string>;
  /** Swap areas in use; null: not known. */
  readonly swaps: readonly string[] | null;
  /** Release of the newest kernel on disk; null: none is there. */
  readonly newestKernel: string | null;
  /** Null: could not be asked, and why in `updatesProblem`. */
  readonly updates: readonly PendingUpdate[] | null;
  readonly updatesProblem: string;
  /** What the answer about updates rests on, `the advisories of 2026-11-01`. */
  readonly updatesSource: string;
}
