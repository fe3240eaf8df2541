// The system calls that are told, one row each: number on each processor, and which of its arguments
// are texts or descriptors. What a row says is all that the kernel's program knows of a call.
import { callFlag, compatCalls, recordType } from './layout.ts';

/** Numbers on x86-64, on arm64 and of 32-bit programs on x86-64; null where there is no such call. */
type Numbers = readonly [x64: number | null, arm64: number | null, ia32: number | null];

interface CallTraits {
  readonly flags?: number;
  /** Arguments that are texts, three at most. */
  readonly texts?: readonly number[];
  /** Arguments that are descriptors; the one before a text is where a relative path begins. */
  readonly descriptors?: readonly number[];
}

export interface CallRow {
  readonly name: string;
  readonly numbers: Numbers;
  readonly flags: number;
  readonly texts: number;
  readonly descriptors: number;
}

function bits(list: readonly number[]): number {
  return list.reduce((sum, index) => sum | (1 << index), 0);
}

function call(name: string, numbers: Numbers, traits: CallTraits = {}): CallRow {
  return {
    name,
    numbers,
    flags: traits.flags ?? 0,
    texts: bits(traits.texts ?? []),
    descriptors: bits(traits.descriptors ?? []),
  };
}

/** The argument that holds the flags of an open (7: none, as for creat), or argv of an exec. */
function flagsAt(index: number): number {
  return index << callFlag.flagsShift;
}

/** The order gives the type: the first is 16. New calls are added at the end. */
export const calls: readonly CallRow[] = [
  call('open', [2, null, 5], { flags: callFlag.open | flagsAt(1), texts: [0] }),
  call('openat', [257, 56, 295], {
    flags: callFlag.open | flagsAt(2),
    texts: [1],
    descriptors: [0],
  }),
  call('openat2', [437, 437, 437], {
    flags: callFlag.open | flagsAt(2) | callFlag.openHow,
    texts: [1],
    descriptors: [0],
  }),
  call('creat', [85, null, 8], { flags: callFlag.open | flagsAt(7), texts: [0] }),
  call('execve', [59, 221, 11], { flags: callFlag.exec | flagsAt(1), texts: [0] }),
  call('execveat', [322, 281, 358], {
    flags: callFlag.exec | flagsAt(2),
    texts: [1],
    descriptors: [0],
  }),
  call('rename', [82, null, 38], { texts: [0, 1] }),
  call('renameat', [264, 38, 302], { texts: [1, 3], descriptors: [0, 2] }),
  call('renameat2', [316, 276, 353], { texts: [1, 3], descriptors: [0, 2] }),
  call('link', [86, null, 9], { texts: [0, 1] }),
  call('linkat', [265, 37, 303], { texts: [1, 3], descriptors: [0, 2] }),
  call('symlink', [88, null, 83], { texts: [0, 1] }),
  call('symlinkat', [266, 36, 304], { texts: [0, 2], descriptors: [1] }),
  call('unlink', [87, null, 10], { texts: [0] }),
  call('unlinkat', [263, 35, 301], { texts: [1], descriptors: [0] }),
  call('mkdir', [83, null, 39], { texts: [0] }),
  call('mkdirat', [258, 34, 296], { texts: [1], descriptors: [0] }),
  call('rmdir', [84, null, 40], { texts: [0] }),
  call('chmod', [90, null, 15], { texts: [0] }),
  call('fchmod', [91, 52, 94], { descriptors: [0] }),
  call('fchmodat', [268, 53, 306], { texts: [1], descriptors: [0] }),
  call('fchmodat2', [452, 452, 452], { texts: [1], descriptors: [0] }),
  call('chown', [92, null, 212], { texts: [0] }),
  call('lchown', [94, null, 198], { texts: [0] }),
  call('fchown', [93, 55, 207], { descriptors: [0] }),
  call('fchownat', [260, 54, 298], { texts: [1], descriptors: [0] }),
  call('chdir', [80, 49, 12], {
    flags: callFlag.successOnly | callFlag.workingDirectory,
    texts: [0],
  }),
  call('fchdir', [81, 50, 133], {
    flags: callFlag.successOnly | callFlag.workingDirectory,
    descriptors: [0],
  }),
  call('chroot', [161, 51, 61], { texts: [0] }),
  call('mount', [165, 40, 21], { texts: [0, 1, 2] }),
  call('umount2', [166, 39, 52], { texts: [0] }),
  call('pivot_root', [155, 41, 217], { texts: [0, 1] }),
  call('socket', [41, 198, 359], { flags: callFlag.network | callFlag.newSocket }),
  call('connect', [42, 203, 362], {
    flags: callFlag.network | callFlag.socket | callFlag.socketAddress,
  }),
  call('bind', [49, 200, 361], {
    flags: callFlag.network | callFlag.socket | callFlag.socketAddress,
  }),
  call('listen', [50, 201, 363], { flags: callFlag.network | callFlag.socket }),
  call('accept', [43, 202, null], {
    flags: callFlag.network | callFlag.returnsSocket | callFlag.accept,
  }),
  call('accept4', [288, 242, 364], {
    flags: callFlag.network | callFlag.returnsSocket | callFlag.accept,
  }),
  call('sendto', [44, 206, 369], { flags: callFlag.network | callFlag.transfer }),
  call('sendmsg', [46, 211, 370], {
    flags: callFlag.network | callFlag.transfer | callFlag.message,
  }),
  call('recvfrom', [45, 207, 371], {
    flags: callFlag.network | callFlag.transfer | callFlag.receives,
  }),
  call('recvmsg', [47, 212, 372], {
    flags: callFlag.network | callFlag.transfer | callFlag.message | callFlag.receives,
  }),
  call('dup', [32, 23, 41], { flags: callFlag.standardSocket }),
  call('dup2', [33, null, 63], { flags: callFlag.standardSocket }),
  call('dup3', [292, 24, 330], { flags: callFlag.standardSocket }),
  call('ptrace', [101, 117, 26], { flags: callFlag.ptrace }),
  call('process_vm_writev', [311, 271, 348]),
  call('setns', [308, 268, 346], { descriptors: [0] }),
  call('unshare', [272, 97, 310]),
  call('setuid', [105, 146, 213]),
  call('setgid', [106, 144, 214]),
  call('setresuid', [117, 147, 208]),
  call('capset', [126, 91, 185]),
  call('bpf', [321, 280, 357]),
  call('userfaultfd', [323, 282, 374]),
  call('init_module', [175, 105, 128], { texts: [2] }),
  call('finit_module', [313, 273, 350], { texts: [1], descriptors: [0] }),
  call('delete_module', [176, 106, 129], { texts: [0] }),
  call('memfd_create', [319, 279, 356], { texts: [0] }),
  call('io_uring_setup', [425, 425, 425]),
  call('keyctl', [250, 219, 288]),
  call('kexec_load', [246, 104, 283]),
  call('kexec_file_load', [320, 294, null]),
  call('open_by_handle_at', [304, 265, 342], {
    flags: callFlag.open | flagsAt(2),
    descriptors: [0],
  }),
  call('perf_event_open', [298, 241, 336]),
  call('sethostname', [170, 161, 74]),
  call('move_mount', [429, 429, 429], { texts: [1, 3], descriptors: [0, 2] }),
  call('fsopen', [430, 430, 430], { texts: [0] }),
  call('mknod', [133, null, 14], { texts: [0] }),
  call('mknodat', [259, 33, 297], { texts: [1], descriptors: [0] }),
  call('add_key', [248, 217, 286], { texts: [0, 1] }),
  call('request_key', [249, 218, 287], { texts: [0, 1] }),
  call('splice', [275, 76, 313], { flags: callFlag.regularFile, descriptors: [0] }),
  call('tee', [276, 77, 315], { descriptors: [0] }),
  call('vmsplice', [278, 75, 316]),
  call('sendmmsg', [307, 269, 345], { flags: callFlag.many }),
  call('recvmmsg', [299, 243, 337], { flags: callFlag.many | callFlag.receives }),
];

const typesByName = new Map(calls.map(({ name }, index) => [name, recordType.firstCall + index]));

/** Name of the call of a type; undefined for what is no call or not known. */
export function callName(type: number): string | undefined {
  return calls[type - recordType.firstCall]?.name;
}

/** Type of records of a call, by its name (`openat`); undefined for one that is not told. */
export function callType(name: string): number | undefined {
  return typesByName.get(name);
}

export type Processor = 'x64' | 'arm64';

/** Number of a call in the kernel's table, and its row there. */
export function numberedCalls(
  processor: Processor,
): ReadonlyMap<number, CallRow & { type: number }> {
  const table = new Map<number, CallRow & { type: number }>();
  calls.forEach((row, index) => {
    const [x64, arm64, ia32] = row.numbers;
    const numbered = { ...row, type: recordType.firstCall + index };
    const native = processor === 'x64' ? x64 : arm64;
    if (native !== null) table.set(native, numbered);
    if (processor === 'x64' && ia32 !== null) table.set(compatCalls + ia32, numbered);
  });
  return table;
}
