// Which container a cgroup is, and what is known of it. Names come late at times: whoever asked for an
// unknown one gets the answer when it is there.
import { parseCgroupPath } from '../../host/identity/index.ts';
import type { ContainerIdentity } from '../../model/container.ts';
import type { ContainerFacts } from '../../model/event.ts';
import { unnamedContainer } from '../state/index.ts';

const shortCharacters = 12;

/** Twelve characters of an engine's id; a name that somebody chose stays whole. */
export function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, shortCharacters) : id;
}

/** What rules know of a container. */
export function containerFacts(identity: ContainerIdentity): ContainerFacts {
  const { id, name, engine, image, mounts, privileged, pod, createdAtNs } = identity;
  const reference = image.reference ?? '';
  const plain = reference.includes('@') ? reference.slice(0, reference.indexOf('@')) : reference;
  const colon = plain.lastIndexOf(':');
  const hasTag = colon > plain.lastIndexOf('/');
  return {
    ...unnamedContainer(shortId(id)),
    fullId: id,
    name,
    engine,
    image: reference === '' ? null : reference,
    imageRepository: plain === '' ? null : hasTag ? plain.slice(0, colon) : plain,
    imageTag: hasTag ? plain.slice(colon + 1) : null,
    imageDigest: image.digest,
    imageId: image.id?.replace(/^sha256:/, '') ?? null,
    privileged,
    mounts,
    startedAtNs: createdAtNs,
    pod: pod?.name ?? null,
    namespace: pod?.namespace ?? null,
  };
}

/** Cgroups that are remembered: far more than a machine has at once. */
const cgroupsAtMost = 65_536;
/** Paths without an id in them, for engines whose users choose names. */
const pathsAtMost = 4096;

/** Sets an entry; the one that was set longest ago makes room. */
export function keep<K, V>(map: Map<K, V>, key: K, value: V, atMost: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > atMost ? map.keys().next() : null;
  if (oldest?.done === false) map.delete(oldest.value);
}

export class CgroupContainers {
  /** Null: no container. */
  private readonly ids = new Map<number, string | null>();
  private readonly unknownPaths = new Map<string, number>();
  private readonly chosen = new Map<string, string>();

  /** The whole id of a cgroup's container; null on the host, undefined when nobody told of it. */
  known(cgroupId: number): string | null | undefined {
    return this.ids.get(cgroupId);
  }

  /** A cgroup with its path: the id that the path, or a namer, tells. */
  seen(cgroupId: number, path: string): string | null {
    const known = this.ids.get(cgroupId);
    if (known !== undefined && known !== null) return known;
    const id = parseCgroupPath(path)?.id ?? this.chosen.get(path) ?? null;
    keep(this.ids, cgroupId, id, cgroupsAtMost);
    if (id === null) keep(this.unknownPaths, path, cgroupId, pathsAtMost);
    return id;
  }

  /** A namer tells whose a path is. @returns the cgroup that was seen before as nobody's */
  named(path: string, id: string): number | null {
    if (parseCgroupPath(path) !== null || !path.startsWith('/')) return null;
    keep(this.chosen, path, id, pathsAtMost);
    const cgroupId = this.unknownPaths.get(path) ?? null;
    if (cgroupId !== null) keep(this.ids, cgroupId, id, cgroupsAtMost);
    return cgroupId;
  }
}
