// Records of the kernel as state, events and timeline: calls as rules see them, containers by their
// cgroups, and opens that are looked at once.
import { describe, expect, test } from 'vitest';
import {
  type RawCall,
  type RawExec,
  type RawOrigin,
  type RawPath,
  RecordView,
} from '../../host/sensor/index.ts';
import { argumentsOf } from './arguments.ts';
import { CgroupContainers, containerFacts, shortId } from './containers.ts';
import { descriptorOf } from './descriptor.ts';
import { LiveState } from './live-state.ts';
import { OpenMemory } from './open-memory.ts';
import { Recent } from './recent.ts';
import { Timeline } from './timeline.ts';
import { bpfWord, familyWord, flagWords, keyWord, nodeModeWords, ptraceWord } from './words.ts';

const id = 'ab'.repeat(32);
const origin: RawOrigin = {
  timeNs: 1_700_000_000_000_000_000n,
  cpu: 0,
  pid: 100,
  tid: 100,
  startTicks: 7,
  cgroupId: 5,
  uid: 0,
  gid: 0,
  mountNamespace: 2,
  isHost: false,
  is32Bit: false,
};

function real(path: string): RawPath {
  return { path, isTruncated: false, isDetached: false, isDeleted: false };
}

function call(name: string, given: Partial<RawCall> = {}): RawCall {
  return {
    kind: 'call',
    ...origin,
    name,
    result: 0,
    arguments: [],
    texts: [],
    realPath: null,
    file: null,
    descriptorPaths: new Map(),
    workingDirectory: null,
    socket: null,
    socketAddress: null,
    unixPath: null,
    data: null,
    openHow: null,
    programArguments: null,
    ...given,
  };
}

function exec(given: Partial<RawExec> = {}): RawExec {
  return {
    kind: 'exec',
    ...origin,
    parent: { pid: 50, startTicks: 3 },
    virtualPid: 1,
    sessionId: 1,
    groupId: 1,
    terminal: 0,
    loginUid: -1,
    effectiveUid: 0,
    effectiveGid: 0,
    pidNamespace: 9,
    netNamespace: 9,
    isExisting: false,
    command: 'sh',
    parentCommand: 'runc',
    executable: {
      path: real('/bin/dash'),
      inode: 4n,
      device: 1,
      size: 100n,
      mode: 0o100755,
      links: 1,
      changedAtNs: 1n,
      modifiedAtNs: 1n,
      isUpperLayer: false,
      isOverlay: true,
      isMemory: false,
      isUnlinked: false,
    },
    fileName: '/bin/sh',
    interpreter: null,
    arguments: ['sh', '-c', 'x'],
    areArgumentsCut: false,
    environment: [],
    isEnvironmentCut: false,
    workingDirectory: real('/srv'),
    standardInput: null,
    cgroupPath: `/docker/${id}`,
    capabilities: { inheritable: 0n, permitted: 0n, effective: 0n, bounding: 0n, ambient: 0n },
    userNamespace: 1,
    ...given,
  };
}

const context = {
  workingDirectory: '/srv',
  userName: (uid: number) => (uid === 33 ? 'www' : null),
};

describe('words', () => {
  test.each([
    [flagWords('clone', 0x1002_0000), 'CLONE_NEWNS|CLONE_NEWUSER'],
    [flagWords('mount', 0x1000 | 0x4000), 'BIND|REC'],
    [
      flagWords('permission', 0o4755),
      'S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR|S_IRGRP|S_IXGRP|S_IROTH|S_IXOTH',
    ],
    [flagWords('unlink', 0), '0'],
    [nodeModeWords(0o060600), 'S_IFBLK|S_IRUSR|S_IWUSR'],
    [familyWord(38), 'AF_ALG'],
    [familyWord(33), 'AF_RXRPC'],
    [familyWord(40), 'AF_VSOCK'],
    [familyWord(999), '999'],
    [ptraceWord(0x4206), 'PTRACE_SEIZE'],
    [bpfWord(5), 'BPF_PROG_LOAD'],
    [keyWord(11), 'KEYCTL_READ'],
  ])('%s', (told, wanted) => expect(told).toBe(wanted));
});

describe('arguments', () => {
  test.each([
    [
      'a path from a descriptor',
      call('unlinkat', {
        arguments: [4n, 0n, 0x200n],
        texts: ['../b'],
        descriptorPaths: new Map([[4, real('/data/a')]]),
      }),
      { name: '/data/b', flags: 'AT_REMOVEDIR' },
    ],
    [
      'a path from the working directory',
      call('openat', { arguments: [0xffff_ff9cn, 0n, 0o1102n, 0o755n], texts: ['f'], result: 3 }),
      { name: '/srv/f', flags: 'O_RDWR|O_CREAT|O_TRUNC', mode: '0755', fd: 3 },
    ],
    [
      'two paths',
      call('renameat', { arguments: [0xffff_ff9cn, 0n, 0xffff_ff9cn], texts: ['a', '/b'] }),
      { oldpath: '/srv/a', newpath: '/b' },
    ],
    ['a user', call('setuid', { arguments: [33n] }), { uid: 'www' }],
    [
      'no user',
      call('setresuid', { arguments: [0xffff_ffffn, 0n, 7n] }),
      { ruid: '-1', euid: 0, suid: 7 },
    ],
    [
      'a mount',
      call('mount', { arguments: [0n, 0n, 0n, 0x1000n], texts: ['/dev/sda', 'mnt', 'ext4'] }),
      { dev: '/dev/sda', dir: '/srv/mnt', type: 'ext4', flags: 'BIND' },
    ],
    ['a node', call('mknod', { arguments: [0n, 0o60644n], texts: ['/x'] }), { path: '/x' }],
    ['a call without a row', call('perf_event_open', { result: -1 }), { res: -1 }],
  ])('%s', (_what, made, wanted) => {
    expect(Object.fromEntries(argumentsOf(made, context))).toMatchObject(wanted);
  });
});

describe('descriptors', () => {
  const listened = new Set([8080]);
  const socket = {
    family: 2,
    type: 1,
    protocol: 6,
    state: 1,
    localAddress: '10.0.0.2',
    localPort: 4000,
    remoteAddress: '10.0.0.9',
    remotePort: 443,
    descriptor: 5,
  };

  test('an open is what was opened, and what was written is kept', () => {
    const made = call('openat', {
      arguments: [0xffff_ff9cn, 0n, 0n],
      texts: ['/proc/1/root/etc/shadow'],
      result: 3,
      realPath: real('/etc/shadow'),
    });
    expect(descriptorOf(made, { workingDirectory: null, listened })).toMatchObject({
      number: 3,
      kind: 'file',
      name: '/etc/shadow',
      rawName: '/proc/1/root/etc/shadow',
      nameChanged: true,
    });
  });

  test('one that failed has the number that rules ask for', () => {
    const made = call('open', { texts: ['x'], result: -13, arguments: [0n, 0n] });
    const found = descriptorOf(made, { workingDirectory: '/srv', listened });
    expect(found).toMatchObject({ number: -1, name: '/srv/x' });
  });

  test.each([
    ['connect', { socket }, '10.0.0.2:4000->10.0.0.9:443', false],
    ['accept4', { socket: { ...socket, localPort: 8080 } }, '10.0.0.9:443->10.0.0.2:8080', true],
    ['sendto', { socket: { ...socket, localPort: 8080 } }, '10.0.0.9:443->10.0.0.2:8080', true],
    [
      'connect',
      {
        result: -111,
        socket: { ...socket, remotePort: 0, remoteAddress: '0.0.0.0' },
        socketAddress: { family: 2, address: '10.9.9.9', port: 22, path: null },
      },
      '10.0.0.2:4000->10.9.9.9:22',
      false,
    ],
  ])('ends of %s', (name, given, tuple, isServer) => {
    const found = descriptorOf(call(name, given), { workingDirectory: null, listened });
    expect(found).toMatchObject({ kind: 'ipv4', name: tuple, isServer, protocol: 'tcp' });
  });
});

describe('containers', () => {
  const named = {
    id,
    engine: 'docker' as const,
    name: 'web',
    image: { reference: 'reg:5000/shop/api:1.2', id: `sha256:${'c'.repeat(64)}`, digest: null },
    labels: new Map(),
    mounts: [],
    capabilities: null,
    privileged: false,
    network: { mode: null, addresses: [], ports: [] },
    user: null,
    command: null,
    pidMode: null,
    pod: null,
    createdAtNs: null,
  };

  test('facts for rules', () => {
    expect(containerFacts(named)).toMatchObject({
      id: id.slice(0, 12),
      fullId: id,
      imageRepository: 'reg:5000/shop/api',
      imageTag: '1.2',
      imageId: 'c'.repeat(64),
    });
    expect(shortId('chosen')).toBe('chosen');
  });

  test('a name that somebody chose is told by the namer, also afterwards', () => {
    const containers = new CgroupContainers();
    expect(containers.seen(3, '/default/web')).toBeNull();
    expect(containers.named('/default/web', 'web')).toBe(3);
    expect(containers.known(3)).toBe('web');
    expect(containers.seen(4, '/user.slice')).toBeNull();
  });

  test('a runtime that prepares a container is none of it; what escapes stays of it', () => {
    const state = new LiveState({
      names: { user: () => null, group: () => null },
      bootOffsetNs: 0n,
    });
    expect(state.exec(exec({ isHost: true, command: 'runc' })).containerId).toBeNull();
    expect(state.exec(exec()).containerId).toBe(id);
    expect(state.exec(exec({ isHost: true })).containerId).toBe(id);
    state.named(named, null);
    const { event } = state.call(call('unlink', { texts: ['f'] }));
    expect(event.process?.container?.name).toBe('web');
    expect(event.arguments.get('path')).toBe('/srv/f');
  });

  test('what goes into the record', () => {
    const state = new LiveState({
      names: { user: () => null, group: () => null },
      bootOffsetNs: 0n,
    });
    const timeline = new Timeline();
    const started = exec();
    expect(timeline.exec(state.exec(started), started)).toMatchObject({
      containerId: id,
      path: '/bin/dash',
      arguments: ['sh', '-c', 'x'],
      startedAtNs: 70_000_000n,
    });
    const file = {
      inode: 1n,
      device: 1,
      mode: 0o100644,
      links: 1,
      isUpperLayer: true,
      isMemory: false,
    };
    const told = (path: string, flags: bigint) => {
      const one = call('openat', {
        arguments: [0xffff_ff9cn, 0n, flags],
        texts: [path],
        result: 3,
        realPath: real(path),
        file,
      });
      return timeline.call(state.call(one), one);
    };
    expect(told('/data/x', 0o101n)).toMatchObject({ kind: 'file', action: 'created' });
    expect(told('/data/x', 0o101n)).toBeNull();
    expect(told('/lib/libc.so.6', 0n)).toMatchObject({ kind: 'library', path: '/lib/libc.so.6' });
    expect(told('/etc/hosts', 0n)).toBeNull();
    expect(told('/dev/null', 1n)).toBeNull();
  });
});

test('what was told a moment ago is not new', () => {
  const recent = new Recent(2, 10n);
  expect(recent.isNew('a', 0n)).toBe(true);
  expect(recent.isNew('a', 9n)).toBe(false);
  expect(recent.isNew('a', 10n)).toBe(true);
});

test('opens are told apart by everything but their time and result', () => {
  const memory = new OpenMemory([1, 2]);
  const bytes = 160;
  const keyWith = (change: (view: DataView) => void): number => {
    const view = new DataView(new ArrayBuffer(bytes));
    for (let at = 0; at < bytes; at += 1) view.setUint8(at, at);
    change(view);
    return memory.keyOf(new RecordView().place(view, 0, bytes), 2);
  };
  const key = keyWith(() => undefined);
  for (const at of [8, 12, 40, 44, 16, 2]) {
    expect(keyWith((view) => view.setUint8(at, 255))).toBe(key);
  }
  for (const at of [24, 32, 48, 52, 56, 80, 112, 159]) {
    expect(keyWith((view) => view.setUint8(at, 255))).not.toBe(key);
  }
  memory.remember(100, key, 1);
  expect(memory.isQuiet(100, key)).toBe(true);
  expect(memory.isQuiet(101, key)).toBe(false);
  memory.forget(100);
  expect(memory.isQuiet(100, key)).toBe(false);
});
