// Which container a cgroup belongs to: engine and id out of the path, for each engine's layout under
// both cgroup drivers and both cgroup versions.
import type { ContainerEngine } from '../../model/container.ts';

export interface CgroupContainer {
  /** `unknown` where two engines write the same path (cgroupfs below a pod: containerd, cri-dockerd). */
  readonly engine: ContainerEngine;
  readonly id: string;
  /** The pod's uid in Kubernetes, or the id of Podman's pod. */
  readonly podId: string | null;
  /** Containers around it (Docker in Docker, kind), outermost first. */
  readonly outerIds: readonly string[];
  /** The user of a rootless engine. */
  readonly rootlessUserId: number | null;
  /** containerd's namespace, where the path tells it (`ctr` and nerdctl with cgroupfs). */
  readonly namespace: string | null;
}

/** Longer than the kernel's PATH_MAX is no path. */
const pathCharacters = 4096;
/** cgroup.max.depth is unlimited by default; engines nest below ten deep. */
const pathParts = 64;

const enginesByPrefix: ReadonlyMap<string, ContainerEngine> = new Map([
  ['docker', 'docker'],
  ['cri-containerd', 'containerd'],
  ['nerdctl', 'containerd'],
  ['libpod', 'podman'],
  ['crio', 'cri-o'],
]);

const named = /^(?:([a-z-]{1,24})-)?([0-9a-f]{64})(?:\.scope)?$/;
const kubernetesPod =
  /^(?:kubepods(?:-burstable|-besteffort)?-)?pod([0-9a-f_-]{32,36})(?:\.slice)?$/;
const podmanPod = /^machine-libpod_pod_([0-9a-f]{64})\.slice$/;

/** The innermost container of a cgroup path, or null: the host, or a container's monitor (conmon). */
export function parseCgroupPath(path: string): CgroupContainer | null {
  if (path.length > pathCharacters) return null;
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length > pathParts) return null;
  const ids: string[] = [];
  let engine: ContainerEngine = 'unknown';
  let namespace: string | null = null;
  let podId: string | null = null;
  let rootlessUserId: number | null = null;
  for (const [index, part] of parts.entries()) {
    const user = /^user-(\d{1,10})\.slice$/.exec(part)?.[1];
    if (user !== undefined) rootlessUserId = Number(user);
    const pod = kubernetesPod.exec(part)?.[1]?.replaceAll('_', '-') ?? podmanPod.exec(part)?.[1];
    if (pod !== undefined) podId = pod;
    const match = named.exec(part);
    const id = match?.[2];
    if (id === undefined) continue;
    const prefix = match?.[1];
    // The monitor of a container lives beside it and is not of it.
    if (prefix?.endsWith('conmon') === true) return null;
    const known = prefix === undefined ? undefined : enginesByPrefix.get(prefix);
    if (prefix !== undefined && known === undefined) continue;
    ids.push(id);
    const above = parts[index - 1];
    namespace = null;
    if (known !== undefined) engine = known;
    else if (above === 'docker') engine = 'docker';
    else if (above !== undefined && index === 1) {
      engine = 'containerd';
      namespace = above;
    } else engine = 'unknown';
  }
  const id = ids.at(-1);
  if (id === undefined) return null;
  return { engine, id, podId, outerIds: ids.slice(0, -1), rootlessUserId, namespace };
}

/** Lines of `/proc/PID/cgroup` beyond this are not read: cgroup v1 has about a dozen hierarchies. */
const hierarchies = 64;
/** Most telling first: the unified hierarchy, then controllers that every engine makes folders for. */
const preferred = ['', 'pids', 'memory', 'name=systemd'];

/** The paths in `/proc/PID/cgroup`, those of the unified hierarchy and of `pids` first. */
export function cgroupPathsOf(text: string): readonly string[] {
  const found: { readonly rank: number; readonly path: string }[] = [];
  for (const line of text.split('\n', hierarchies)) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (first === -1 || second === -1) continue;
    const controllers = line.slice(first + 1, second).split(',');
    const ranks = controllers.map((one) => preferred.indexOf(one)).filter((rank) => rank !== -1);
    found.push({
      rank: ranks.length === 0 ? preferred.length : Math.min(...ranks),
      path: line.slice(second + 1),
    });
  }
  return found.toSorted((left, right) => left.rank - right.rank).map(({ path }) => path);
}

/** The container of a process by its `/proc/PID/cgroup`; null on the host. */
export function parseProcessCgroups(text: string): CgroupContainer | null {
  for (const path of cgroupPathsOf(text)) {
    const container = parseCgroupPath(path);
    if (container !== null) return container;
  }
  return null;
}
