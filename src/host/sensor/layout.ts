// The numbers of native/record.h and native/maps.h: a test compares them with those files.

/** Types of records that are no system calls; those of calls are in calls.ts. */
export const recordType = {
  exec: 1,
  fork: 2,
  exit: 3,
  cgroupMkdir: 4,
  cgroupRmdir: 5,
  cgroupAttach: 6,
  tcpEstablished: 7,
  tcpClose: 8,
  capability: 9,
  ioUring: 10,
  datagrams: 11,
  firstCall: 16,
  types: 128,
} as const;

export const headerFlag = { host: 1, compat: 2 } as const;

/** Offsets in the header of each record. */
export const header = {
  type: 0,
  cpu: 2,
  size: 4,
  time: 8,
  pid: 16,
  tid: 20,
  start: 24,
  cgroup: 32,
  result: 40,
  flags: 48,
  mountNamespace: 52,
  uid: 56,
  gid: 60,
  bytes: 64,
} as const;

export const slotKind = {
  path: 1,
  otherPath: 2,
  realPath: 3,
  descriptorPath: 4,
  workingDirectory: 5,
  file: 6,
  socket: 7,
  socketAddress: 8,
  unixAddress: 9,
  data: 10,
  openHow: 11,
  arguments: 12,
  environment: 13,
  command: 14,
  fileName: 15,
  interpreter: 16,
  cgroup: 17,
  cgroupPath: 18,
  parentCommand: 19,
  thirdText: 20,
} as const;

export const pathFlag = { truncated: 1, detached: 2, deleted: 4 } as const;
export const exeFlag = { upper: 1, memfd: 2, unlinked: 4, overlay: 8 } as const;

/** Offsets behind the header. */
export const processFacts = {
  parent: 0,
  virtualPid: 4,
  parentStart: 8,
  session: 16,
  group: 20,
  terminal: 24,
  loginUid: 28,
  euid: 32,
  egid: 36,
  pidNamespace: 40,
  netNamespace: 44,
  bytes: 48,
} as const;

export const execFacts = {
  inheritable: 48,
  permitted: 56,
  effective: 64,
  bounding: 72,
  ambient: 80,
  inode: 88,
  changed: 96,
  modified: 104,
  size: 112,
  device: 120,
  links: 124,
  mode: 128,
  magic: 132,
  exeFlags: 136,
  userNamespace: 140,
  argumentCount: 144,
  argumentBytes: 148,
  environmentCount: 152,
  environmentBytes: 156,
  oldPid: 160,
  bytes: 168,
} as const;

export const exitFacts = { code: 0, virtualPid: 4, parent: 8, command: 16, bytes: 32 } as const;
export const forkFacts = { command: 48, bytes: 64 } as const;

export const socketFacts = {
  family: 0,
  type: 2,
  protocol: 4,
  state: 6,
  localPort: 8,
  remotePort: 10,
  descriptor: 12,
  local: 16,
  remote: 32,
  bytes: 48,
} as const;

export const flowFacts = {
  sent: 48,
  received: 56,
  opened: 64,
  isServer: 72,
  oldState: 76,
  bytes: 80,
} as const;

export const capabilityFacts = { number: 0, userNamespace: 4, command: 8, bytes: 24 } as const;

export const fileFacts = {
  inode: 0,
  device: 8,
  mode: 12,
  links: 16,
  flags: 20,
  bytes: 24,
} as const;

/** Six arguments of eight bytes lie between the header and the slots of a call. */
export const callArguments = 6;
export const callSlots = header.bytes + callArguments * 8;

export const configFlag = { dropHost: 1, cgroupV1: 2, lengths: 4 } as const;
export const configBytes = 48;
export const callBytes = 8;
export const counterBytes = 48;
/** Numbers of 32-bit calls of x86-64 lie behind this. */
export const compatCalls = 1024;

export const callFlag = {
  successOnly: 2,
  open: 4,
  openHow: 8,
  socket: 16,
  returnsSocket: 32,
  socketAddress: 64,
  transfer: 128,
  message: 256,
  standardSocket: 512,
  newSocket: 1024,
  ptrace: 2048,
  workingDirectory: 4096,
  exec: 8192,
  network: 16384,
  accept: 32768,
  regularFile: 65536,
  receives: 131_072,
  many: 262_144,
  flagsShift: 24,
} as const;
