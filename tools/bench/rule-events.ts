// Events for the bench of the rules: a small node with containers, whose processes open, connect and
// start what such processes do. Paths are decoded from bytes for every event, as a sensor must.
import type {
  ContainerFacts,
  DescriptorFacts,
  EventArgument,
  ProcessFacts,
  RuntimeEvent,
} from '../../src/model/event.ts';

export interface SampleStream {
  readonly name: string;
  readonly make: (index: number) => RuntimeEvent;
}

function containerOf(index: number): ContainerFacts {
  const id = (0x9dbcbd0c435f + index).toString(16).slice(0, 12);
  const repository = ['nginx', 'redis', 'registry.example.com/shop/api', 'postgres'][index % 4];
  return {
    id,
    fullId: id.repeat(6).slice(0, 64),
    name: `web-${index}`,
    engine: 'docker',
    image: `${repository}:1.2`,
    imageRepository: repository ?? null,
    imageTag: '1.2',
    imageDigest: null,
    imageId: null,
    privileged: false,
    mounts: [],
    startedAtNs: 1767387240123456789n,
    pod: `pod-${index}`,
    namespace: 'shop',
  };
}

interface Program {
  readonly name: string;
  readonly path: string;
  readonly words: readonly string[];
}

const programs: readonly Program[] = [
  { name: 'nginx', path: '/usr/sbin/nginx', words: ['-g', 'daemon off;'] },
  { name: 'node', path: '/usr/local/bin/node', words: ['/app/server.js', '--port', '8080'] },
  { name: 'postgres', path: '/usr/lib/postgresql/16/bin/postgres', words: ['-D', '/var/lib/pg'] },
  { name: 'python3', path: '/usr/bin/python3', words: ['-m', 'http.server'] },
  { name: 'containerd-shim', path: '/usr/bin/containerd-shim-runc-v2', words: ['-id', 'abc'] },
  { name: 'cron', path: '/usr/sbin/cron', words: ['-f'] },
];

function processOf(index: number, parent: ProcessFacts | null): ProcessFacts {
  const { name, path, words } = programs[index % programs.length] ?? {
    name: 'init',
    path: '/sbin/init',
    words: [],
  };
  const pid = 1000 + index;
  return {
    pid,
    tid: pid,
    parentPid: parent?.pid ?? 1,
    namespacePid: index % 7 === 0 ? 1 : 20 + index,
    parent,
    name,
    executable: path,
    executablePath: path,
    arguments: words,
    workingDirectory: '/',
    environment: ['PATH=/usr/bin', 'HOME=/root'],
    terminal: 0,
    sessionId: 1,
    sessionName: 'init',
    isGroupLeader: true,
    user: { id: index % 3 === 0 ? 0 : 1000, name: index % 3 === 0 ? 'root' : 'app' },
    group: { id: 0, name: 'root' },
    loginUser: { id: -1, name: null },
    capabilitiesEffective: ['CAP_CHOWN'],
    capabilitiesPermitted: ['CAP_CHOWN'],
    startedAtNs: 1767387240123456789n,
    isUpperLayer: false,
    isFromMemory: false,
    executableInode: null,
    container: index % 4 === 3 ? null : containerOf(index % 40),
  };
}

const init = processOf(5, null);
const shims = Array.from({ length: 40 }, (_, index) => processOf(index * 6 + 4, init));
const processes = Array.from({ length: 200 }, (_, index) =>
  processOf(index, shims[index % shims.length] ?? null),
);

const folders = [
  '/usr/lib/x86_64-linux-gnu/',
  '/proc/self/',
  '/app/node_modules/express/lib/',
  '/var/lib/postgresql/16/main/base/',
  '/etc/',
  '/tmp/',
  '/usr/share/zoneinfo/',
  '/sys/fs/cgroup/',
];
const paths = Array.from({ length: 4000 }, (_, index) =>
  Buffer.from(`${folders[index % folders.length]}file-${index}.so`, 'latin1'),
);

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('an empty list');
  return found;
}

const nothing: ReadonlyMap<string, EventArgument> = new Map();

function eventOf(index: number, rest: Partial<RuntimeEvent> & { type: string }): RuntimeEvent {
  return {
    number: index + 1,
    timeNs: 1767387241123456789n,
    cpu: 0,
    result: 0,
    arguments: nothing,
    buffer: null,
    openedForReading: null,
    openedForWriting: null,
    createdExecutable: null,
    process: pick(processes, index * 7),
    descriptor: null,
    ...rest,
  };
}

function pathAt(index: number): string {
  const bytes = pick(paths, index * 13);
  return bytes.toString('latin1');
}

function file(number: number, name: string): DescriptorFacts {
  return {
    number,
    kind: 'file',
    name,
    rawName: name,
    nameChanged: null,
    connected: null,
    protocol: null,
    local: null,
    remote: null,
    isServer: null,
  };
}

function open(type: string, writes: boolean): (index: number) => RuntimeEvent {
  return (index) => {
    const name = pathAt(index);
    return eventOf(index, {
      type,
      result: 7,
      openedForReading: !writes,
      openedForWriting: writes,
      createdExecutable: false,
      descriptor: file(7, name),
    });
  };
}

function socket(type: string): (index: number) => RuntimeEvent {
  const ends = Array.from({ length: 64 }, (_, index) => ({
    local: { address: `10.0.0.${index}`, port: 40_000 + index, hostName: null },
    remote: {
      address: `${index % 2 === 0 ? '10.1.2' : '93.184.216'}.${index}`,
      port: [443, 53, 5432, 80][index % 4] ?? 443,
      hostName: null,
    },
  }));
  return (index) => {
    const { local, remote } = pick(ends, index * 5);
    const descriptor: DescriptorFacts = {
      ...file(5, `${local.address}:${local.port}->${remote.address}:${remote.port}`),
      kind: 'ipv4',
      protocol: remote.port === 53 ? 'udp' : 'tcp',
      connected: true,
      nameChanged: true,
      local,
      remote,
      isServer: false,
    };
    return eventOf(index, { type, descriptor, buffer: new Uint8Array(40) });
  };
}

function call(type: string, ...names: readonly string[]): (index: number) => RuntimeEvent {
  return (index) =>
    eventOf(index, {
      type,
      arguments: new Map(names.map((name, offset) => [name, pathAt(index + offset)])),
    });
}

/** What is measured: one stream for each kind of event. */
export function sampleStream(): readonly SampleStream[] {
  return [
    { name: 'open, read', make: open('open', false) },
    { name: 'openat, read', make: open('openat', false) },
    { name: 'openat, write', make: open('openat', true) },
    { name: 'execve', make: call('execve', 'filename') },
    { name: 'connect', make: socket('connect') },
    { name: 'sendto', make: socket('sendto') },
    { name: 'recvfrom', make: socket('recvfrom') },
    { name: 'accept4', make: socket('accept4') },
    { name: 'unlinkat', make: call('unlinkat', 'name') },
    { name: 'rename', make: call('rename', 'oldpath', 'newpath') },
    { name: 'symlinkat', make: call('symlinkat', 'target', 'linkpath') },
    { name: 'chmod', make: call('chmod', 'filename', 'mode') },
    { name: 'close', make: open('close', false) },
  ];
}
