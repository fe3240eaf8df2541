// Fields of the container and its pod: `container.*`, `k8s.*`. Processes of the host are in the
// container `host`, which has nothing else.
import type { ContainerFacts, MountFacts, RuntimeEvent } from '../../../model/event.ts';
import type { FieldValue } from '../engine/index.ts';
import {
  flagField,
  keyedField,
  numberField,
  ofSubject,
  plainField,
  type SyscallField,
} from './define.ts';
import { compileGlobMatcher } from './glob-matcher.ts';

function of(read: (container: ContainerFacts) => FieldValue): (event: RuntimeEvent) => FieldValue {
  return (event) => {
    const container = event.process?.container ?? null;
    return container === null ? null : read(container);
  };
}

/** `host` for a process that is in no container; missing where the process is not known. */
function onHost(
  read: (container: ContainerFacts) => FieldValue,
): (event: RuntimeEvent) => FieldValue {
  return ({ process: subject }) => {
    if (subject === null) return null;
    return subject.container === null ? 'host' : read(subject.container);
  };
}

function describeMount({ source, destination, mode, writable, propagation }: MountFacts): string {
  return `${source}:${destination}:${mode}:${writable}:${propagation}`;
}

/** What the rules expect of a container whose mounts are known and hold no such one. */
const noMount = 'N/A';

/** `[0]` is a mount by its place, `[/proc*]` one by a glob for its `key`. */
function mountField(
  name: string,
  key: 'source' | 'destination',
  read: (mount: MountFacts) => string,
): SyscallField {
  return keyedField(name, (argument) => {
    const index = /^\d{1,4}$/.test(argument) ? Number(argument) : null;
    const matches = index === null ? compileGlobMatcher(argument) : null;
    if (index === null && matches === null) return null;
    return of(({ mounts }) => {
      if (mounts === null) return null;
      const mount = index === null ? mounts.find((one) => matches?.(one[key])) : mounts[index];
      return mount === undefined ? noMount : read(mount);
    });
  });
}

const fields: readonly SyscallField[] = [
  plainField(
    'container.id',
    onHost(({ id }) => id),
  ),
  plainField(
    'container.full_id',
    of(({ fullId }) => fullId),
  ),
  plainField(
    'container.name',
    onHost(({ name }) => name),
  ),
  plainField(
    'container.type',
    onHost(({ engine }) => engine),
  ),
  plainField(
    'container.image',
    of(({ image }) => image),
  ),
  plainField(
    'container.image.id',
    of(({ imageId }) => imageId),
  ),
  plainField(
    'container.image.repository',
    of(({ imageRepository }) => imageRepository),
  ),
  plainField(
    'container.image.tag',
    of(({ imageTag }) => imageTag),
  ),
  plainField(
    'container.image.digest',
    of(({ imageDigest }) => imageDigest),
  ),
  flagField(
    'container.privileged',
    of(({ privileged }) => privileged),
  ),
  numberField(
    'container.start_ts',
    of(({ startedAtNs }) => startedAtNs),
  ),
  numberField('container.duration', (event) => {
    const startedAtNs = event.process?.container?.startedAtNs ?? null;
    return startedAtNs === null ? null : event.timeNs - startedAtNs;
  }),
  plainField(
    'container.mounts',
    of(({ mounts }) => mounts?.map((one) => describeMount(one)).join(',') ?? null),
  ),
  mountField('container.mount', 'source', describeMount),
  mountField('container.mount.dest', 'source', ({ destination }) => destination),
  mountField('container.mount.source', 'destination', ({ source }) => source),
  mountField('container.mount.mode', 'source', ({ mode }) => mode),
  mountField('container.mount.rdwr', 'source', ({ writable }) => String(writable)),
  mountField('container.mount.propagation', 'source', ({ propagation }) => propagation),
  plainField(
    'k8s.ns.name',
    of(({ namespace }) => namespace),
  ),
  plainField(
    'k8s.pod.name',
    of(({ pod }) => pod),
  ),
];

/** All but the age read only the container of the process. */
export const containerFields = ofSubject(fields, ['container.duration']);
