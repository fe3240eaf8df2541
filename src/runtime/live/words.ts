// Numbers of Linux in the words that rules compare: flags, modes, families, requests. Names are those
// of Falco's event parameters, so that published rules fit.

type Bits = readonly (readonly [bit: number, word: string])[];

function bitsOf(first: number, names: string): Bits {
  return names.split(/\s+/).map((name, index) => [first * 2 ** index, name] as const);
}

const cloneBits: Bits = [
  ...bitsOf(0x80, 'CLONE_NEWTIME'),
  ...bitsOf(0x100, 'CLONE_VM CLONE_FS CLONE_FILES CLONE_SIGHAND'),
  ...bitsOf(0x2000, 'CLONE_PTRACE CLONE_VFORK CLONE_PARENT CLONE_THREAD CLONE_NEWNS CLONE_SYSVSEM'),
  [0x0200_0000, 'CLONE_NEWCGROUP'],
  [0x0400_0000, 'CLONE_NEWUTS'],
  [0x0800_0000, 'CLONE_NEWIPC'],
  [0x1000_0000, 'CLONE_NEWUSER'],
  [0x2000_0000, 'CLONE_NEWPID'],
  [0x4000_0000, 'CLONE_NEWNET'],
];

const permissionBits = bitsOf(
  1,
  'S_IXOTH S_IWOTH S_IROTH S_IXGRP S_IWGRP S_IRGRP S_IXUSR S_IWUSR S_IRUSR S_ISVTX S_ISGID S_ISUID',
).toReversed();

const mountBits: Bits = [
  ...bitsOf(1, 'RDONLY NOSUID NODEV NOEXEC SYNCHRONOUS REMOUNT MANDLOCK DIRSYNC'),
  ...bitsOf(1024, 'NOATIME NODIRATIME BIND MOVE REC SILENT'),
  ...bitsOf(1 << 17, 'UNBINDABLE PRIVATE SLAVE SHARED RELATIME'),
  [1 << 24, 'STRICTATIME'],
];

const unlinkBits: Bits = [[0x200, 'AT_REMOVEDIR']];
const memoryBits = bitsOf(1, 'MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB MFD_NOEXEC_SEAL MFD_EXEC');

const tables = {
  clone: cloneBits,
  permission: permissionBits,
  mount: mountBits,
  unlink: unlinkBits,
  memory: memoryBits,
};

/** `CLONE_NEWUSER|CLONE_NEWNS`; `0` for none. */
export function flagWords(kind: keyof typeof tables, flags: number): string {
  const words = tables[kind].filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
  return words.length === 0 ? '0' : words.join('|');
}

const fileTypes: ReadonlyMap<number, string> = new Map([
  [0o010000, 'S_IFIFO'],
  [0o020000, 'S_IFCHR'],
  [0o040000, 'S_IFDIR'],
  [0o060000, 'S_IFBLK'],
  [0o100000, 'S_IFREG'],
  [0o120000, 'S_IFLNK'],
  [0o140000, 'S_IFSOCK'],
]);

/** A mode of mknod: type and permissions, `S_IFBLK|S_IRUSR`. */
export function nodeModeWords(mode: number): string {
  const type = fileTypes.get(mode & 0o170000) ?? 'S_IFREG';
  const rights = flagWords('permission', mode & 0o7777);
  return rights === '0' ? type : `${type}|${rights}`;
}

/** Families of sockets (include/linux/socket.h), from 0. */
const families =
  `UNSPEC LOCAL INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI
SECURITY KEY NETLINK PACKET ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH
IUCV RXRPC ISDN PHONET IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP MCTP`.split(/\s+/);

/** `AF_INET`, or the number of a family that is not known. */
export function familyWord(family: number): string {
  const name = families[family];
  return name === undefined ? String(family) : `AF_${name}`;
}

const ptraceRequests: ReadonlyMap<number, string> = new Map([
  [0, 'PTRACE_TRACEME'],
  [1, 'PTRACE_PEEKTEXT'],
  [2, 'PTRACE_PEEKDATA'],
  [3, 'PTRACE_PEEKUSR'],
  [4, 'PTRACE_POKETEXT'],
  [5, 'PTRACE_POKEDATA'],
  [6, 'PTRACE_POKEUSR'],
  [12, 'PTRACE_GETREGS'],
  [13, 'PTRACE_SETREGS'],
  [14, 'PTRACE_GETFPREGS'],
  [15, 'PTRACE_SETFPREGS'],
  [16, 'PTRACE_ATTACH'],
  [17, 'PTRACE_DETACH'],
  [0x4204, 'PTRACE_GETREGSET'],
  [0x4205, 'PTRACE_SETREGSET'],
  [0x4206, 'PTRACE_SEIZE'],
]);

/** `PTRACE_ATTACH`. */
export function ptraceWord(request: number): string {
  return ptraceRequests.get(request) ?? String(request);
}

/** Commands of bpf(2) (include/uapi/linux/bpf.h), from 0. */
const bpfCommands =
  `MAP_CREATE MAP_LOOKUP_ELEM MAP_UPDATE_ELEM MAP_DELETE_ELEM MAP_GET_NEXT_KEY PROG_LOAD
OBJ_PIN OBJ_GET PROG_ATTACH PROG_DETACH PROG_TEST_RUN PROG_GET_NEXT_ID MAP_GET_NEXT_ID PROG_GET_FD_BY_ID
MAP_GET_FD_BY_ID OBJ_GET_INFO_BY_FD PROG_QUERY RAW_TRACEPOINT_OPEN BTF_LOAD BTF_GET_FD_BY_ID TASK_FD_QUERY
MAP_LOOKUP_AND_DELETE_ELEM MAP_FREEZE BTF_GET_NEXT_ID MAP_LOOKUP_BATCH MAP_LOOKUP_AND_DELETE_BATCH
MAP_UPDATE_BATCH MAP_DELETE_BATCH LINK_CREATE LINK_UPDATE LINK_GET_FD_BY_ID LINK_GET_NEXT_ID ENABLE_STATS
ITER_CREATE LINK_DETACH PROG_BIND_MAP TOKEN_CREATE`.split(/\s+/);

/** `BPF_PROG_LOAD`. */
export function bpfWord(command: number): string {
  const name = bpfCommands[command];
  return name === undefined ? String(command) : `BPF_${name}`;
}

/** Operations of keyctl(2) (include/uapi/linux/keyctl.h), from 0. */
const keyCommands =
  `GET_KEYRING_ID JOIN_SESSION_KEYRING UPDATE REVOKE CHOWN SETPERM DESCRIBE CLEAR LINK
UNLINK SEARCH READ INSTANTIATE NEGATE SET_REQKEY_KEYRING SET_TIMEOUT ASSUME_AUTHORITY GET_SECURITY
SESSION_TO_PARENT REJECT INSTANTIATE_IOV INVALIDATE GET_PERSISTENT`.split(/\s+/);

/** `KEYCTL_READ`. */
export function keyWord(command: number): string {
  const name = keyCommands[command];
  return name === undefined ? String(command) : `KEYCTL_${name}`;
}
