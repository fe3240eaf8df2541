// Fields of the descriptor that an event speaks of: `fd.*`.
import type {
  DescriptorFacts,
  DescriptorKind,
  EndpointFacts,
  RuntimeEvent,
} from '../../../model/event.ts';
import type { FieldShape, FieldType, FieldValue } from '../engine/index.ts';
import { flagField, numberField, plainField, type SyscallField } from './define.ts';

/** The word and the letter of each kind. */
const kinds: Readonly<Record<DescriptorKind, readonly [string, string]>> = {
  file: ['file', 'f'],
  directory: ['directory', 'd'],
  ipv4: ['ipv4', '4'],
  ipv6: ['ipv6', '6'],
  unix: ['unix', 'u'],
  pipe: ['pipe', 'p'],
  event: ['event', 'e'],
  signal: ['signalfd', 's'],
  timer: ['timerfd', 't'],
  inotify: ['inotify', 'i'],
  eventpoll: ['eventpoll', 'l'],
  netlink: ['netlink', 'n'],
  bpf: ['bpf', 'b'],
  memory: ['memfd', 'm'],
  userfault: ['userfaultfd', 'u'],
  io_uring: ['io_uring', 'r'],
  unknown: ['unknown', 'o'],
};

function of(
  read: (descriptor: DescriptorFacts) => FieldValue,
): (event: RuntimeEvent) => FieldValue {
  return ({ descriptor }) => (descriptor === null ? null : read(descriptor));
}

function isPath({ kind }: DescriptorFacts): boolean {
  return kind === 'file' || kind === 'directory';
}

/** The folder of a path; that of a folder is itself. */
function directoryOf(descriptor: DescriptorFacts): string | null {
  const { name, kind } = descriptor;
  if (name === null || !isPath(descriptor)) return null;
  if (kind === 'directory') return name;
  const end = name.lastIndexOf('/');
  return end === 0 ? '/' : name.slice(0, Math.max(0, end));
}

function fileNameOf(descriptor: DescriptorFacts): string | null {
  const { name } = descriptor;
  return name === null || !isPath(descriptor) ? null : name.slice(name.lastIndexOf('/') + 1);
}

function familyOf({ kind }: DescriptorFacts): string | null {
  if (kind === 'ipv4' || kind === 'ipv6') return 'ip';
  return kind === 'unix' ? 'unix' : null;
}

type End = (descriptor: DescriptorFacts) => EndpointFacts | null;

const localEnd: End = ({ local }) => local;
const remoteEnd: End = ({ remote }) => remote;
const clientEnd: End = ({ isServer, local, remote }) =>
  isServer === null ? null : isServer ? remote : local;
const serverEnd: End = ({ isServer, local, remote }) =>
  isServer === null ? null : isServer ? local : remote;

/** The fields of one end under a letter: `fd.sip`, `fd.snet`, `fd.sport`, `fd.sip.name`. */
function endFields(letter: string, end: End): readonly SyscallField[] {
  const address = of((one) => end(one)?.address ?? null);
  return [
    plainField(`fd.${letter}ip`, address, { type: 'address' }),
    plainField(`fd.${letter}net`, address, { type: 'address' }),
    numberField(
      `fd.${letter}port`,
      of((one) => end(one)?.port ?? null),
    ),
    plainField(
      `fd.${letter}ip.name`,
      of((one) => end(one)?.hostName ?? null),
    ),
  ];
}

function bothEnds(
  read: (end: EndpointFacts) => string | null,
): (event: RuntimeEvent) => FieldValue {
  return of(({ local, remote }) => {
    const near = local === null ? null : read(local);
    const far = remote === null ? null : read(remote);
    if (near === null) return far === null ? null : [far];
    return far === null ? [near] : [near, far];
  });
}

/** Either end may match. */
function eitherField(
  name: string,
  type: FieldType,
  read: (end: EndpointFacts) => string | null,
): SyscallField {
  const many: FieldShape['many'] = 'either';
  return plainField(name, bothEnds(read), { type, many, effort: 'compute' });
}

/** Ports of both ends; checked as texts would fail typed comparison, so each is tried in turn. */
const portField: SyscallField = eitherField('fd.port', 'text', ({ port }) =>
  port === null ? null : String(port),
);

export const descriptorFields: readonly SyscallField[] = [
  numberField(
    'fd.num',
    of(({ number }) => number),
  ),
  plainField(
    'fd.name',
    of(({ name }) => name),
  ),
  plainField(
    'fd.nameraw',
    of(({ rawName, name }) => rawName ?? name),
  ),
  plainField(
    'fd.type',
    of(({ kind }) => kinds[kind][0]),
  ),
  plainField(
    'fd.typechar',
    of(({ kind }) => kinds[kind][1]),
  ),
  plainField('fd.directory', of(directoryOf), { effort: 'compute' }),
  plainField('fd.filename', of(fileNameOf), { effort: 'compute' }),
  plainField('fd.sockfamily', of(familyOf)),
  plainField(
    'fd.l4proto',
    of(({ protocol }) => protocol),
  ),
  flagField(
    'fd.connected',
    of(({ connected }) => connected),
  ),
  flagField(
    'fd.name_changed',
    of(({ nameChanged }) => nameChanged),
  ),
  flagField(
    'fd.is_server',
    of(({ isServer }) => isServer),
  ),
  eitherField('fd.ip', 'address', ({ address }) => address),
  eitherField('fd.net', 'address', ({ address }) => address),
  portField,
  ...endFields('c', clientEnd),
  ...endFields('s', serverEnd),
  ...endFields('l', localEnd),
  ...endFields('r', remoteEnd),
];
