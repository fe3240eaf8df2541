// Containers in captures: the id from the cgroups of a process, everything else from an event with JSON.
import { asArray, entriesOf, field, parseJson } from '../../base/json.ts';
import type { ContainerFacts, MountFacts } from '../../model/event.ts';
import { unnamedContainer } from '../state/index.ts';

const shortIdLength = 12;

/** The short id of the innermost container of a process; null on the host. */
export function containerOfCgroups(cgroups: readonly string[]): string | null {
  for (const cgroup of cgroups) {
    const ids = cgroup.match(/[0-9a-f]{64}/g);
    const last = ids?.at(-1);
    if (last !== undefined) return last.slice(0, shortIdLength);
  }
  return null;
}

/** Engines by their numbers in captures. */
const engines: ReadonlyMap<number, string> = new Map([
  [0, 'docker'],
  [1, 'lxc'],
  [2, 'libvirt_lxc'],
  [3, 'mesos'],
  [4, 'rkt'],
  [5, 'custom'],
  [6, 'cri'],
  [7, 'containerd'],
  [8, 'cri-o'],
  [9, 'bpm'],
  [10, 'static'],
  [11, 'podman'],
]);

/** The facts of a container event; null when its JSON tells no id. */
export function containerFromJson(text: string): ContainerFacts | null {
  const parsed = parseJson(text);
  const about = parsed.ok ? field(parsed.value, 'container') : undefined;
  const id = textOf(about, 'id');
  if (id === null || id === '') return null;
  const labels = new Map(entriesOf(field(about, 'labels')));
  const label = (name: string): string | null => {
    const value = labels.get(name);
    return typeof value === 'string' ? value : null;
  };
  const type = field(about, 'type');
  const privileged = field(about, 'privileged');
  const createdAt = field(about, 'created_time');
  const hasTime = typeof createdAt === 'number' && Number.isSafeInteger(createdAt) && createdAt > 0;
  return {
    ...unnamedContainer(id.slice(0, shortIdLength)),
    fullId: textOf(about, 'full_id') ?? (id.length > shortIdLength ? id : null),
    name: textOf(about, 'name'),
    engine: typeof type === 'number' ? (engines.get(type) ?? null) : null,
    image: textOf(about, 'image'),
    imageRepository: textOf(about, 'imagerepo'),
    imageTag: textOf(about, 'imagetag'),
    imageDigest: textOf(about, 'imagedigest'),
    imageId: textOf(about, 'imageid'),
    privileged: typeof privileged === 'boolean' ? privileged : null,
    mounts: asArray(field(about, 'Mounts')).map((one) => mountOf(one)),
    startedAtNs: hasTime ? BigInt(createdAt) * 1_000_000_000n : null,
    pod: label('io.kubernetes.pod.name'),
    namespace: label('io.kubernetes.pod.namespace'),
  };
}

function textOf(value: unknown, key: string): string | null {
  const found = field(value, key);
  return typeof found === 'string' && found !== '' ? found : null;
}

function mountOf(value: unknown): MountFacts {
  return {
    source: textOf(value, 'Source') ?? '',
    destination: textOf(value, 'Destination') ?? '',
    mode: textOf(value, 'Mode') ?? '',
    writable: field(value, 'RW') === true,
    propagation: textOf(value, 'Propagation') ?? '',
  };
}
