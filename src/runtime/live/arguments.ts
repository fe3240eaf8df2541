// The arguments of a system call by the names that rules know (those of Falco's event table), numbers in
// words where rules compare words.
import type { RawCall } from '../../host/sensor/index.ts';
import type { EventArgument } from '../../model/event.ts';
import {
  type ArgumentContext,
  address,
  group,
  low,
  number,
  octal,
  openFlags,
  openMode,
  path,
  type Row,
  result,
  text,
  user,
  words,
} from './readers.ts';
import { bpfWord, familyWord, keyWord, nodeModeWords, ptraceWord } from './words.ts';

const renameRow: Row = [
  ['res', result],
  ['oldpath', path(0)],
  ['newpath', path(1)],
];
const renameAtRow: Row = [
  ['res', result],
  ['olddirfd', number(0)],
  ['oldpath', path(0, 0)],
  ['newdirfd', number(2)],
  ['newpath', path(1, 2)],
];
const chownRow: Row = [
  ['res', result],
  ['path', path(0)],
  ['uid', user(1)],
  ['gid', group(2)],
];
const chmodAtRow: Row = [
  ['res', result],
  ['dirfd', number(0)],
  ['filename', path(0, 0)],
  ['mode', words('permission', 2)],
];
const transferRow: Row = [
  ['res', result],
  ['fd', number(0)],
  ['size', number(2)],
  ['tuple', address],
];
const accepted: Row = [['fd', result]];
const duplicated: Row = [
  ['res', result],
  ['oldfd', number(0)],
];
const keyRow: Row = [['res', result]];

const rows: ReadonlyMap<string, Row> = new Map(
  Object.entries<Row>({
    open: [
      ['fd', result],
      ['name', path(0)],
      ['flags', openFlags],
      ['mode', openMode],
    ],
    openat: [
      ['fd', result],
      ['dirfd', number(0)],
      ['name', path(0, 0)],
      ['flags', openFlags],
      ['mode', openMode],
    ],
    openat2: [
      ['fd', result],
      ['dirfd', number(0)],
      ['name', path(0, 0)],
      ['flags', openFlags],
      ['mode', openMode],
    ],
    creat: [
      ['fd', result],
      ['name', path(0)],
      ['mode', openMode],
    ],
    open_by_handle_at: [
      ['fd', result],
      ['mountfd', number(0)],
      ['flags', openFlags],
      ['path', ({ realPath }) => realPath?.path ?? null],
    ],
    execve: [
      ['res', result],
      ['filename', path(0)],
    ],
    execveat: [
      ['res', result],
      ['dirfd', number(0)],
      ['pathname', path(0, 0)],
    ],
    rename: renameRow,
    renameat: renameAtRow,
    renameat2: [...renameAtRow, ['flags', number(4)]],
    link: renameRow,
    linkat: [
      ['res', result],
      ['olddir', number(0)],
      ['oldpath', path(0, 0)],
      ['newdir', number(2)],
      ['newpath', path(1, 2)],
      ['flags', number(4)],
    ],
    symlink: [
      ['res', result],
      ['target', text(0)],
      ['linkpath', path(1)],
    ],
    symlinkat: [
      ['res', result],
      ['target', text(0)],
      ['linkdirfd', number(1)],
      ['linkpath', path(1, 1)],
    ],
    unlink: [
      ['res', result],
      ['path', path(0)],
    ],
    unlinkat: [
      ['res', result],
      ['dirfd', number(0)],
      ['name', path(0, 0)],
      ['flags', words('unlink', 2)],
    ],
    mkdir: [
      ['res', result],
      ['mode', octal(1)],
      ['path', path(0)],
    ],
    mkdirat: [
      ['res', result],
      ['dirfd', number(0)],
      ['path', path(0, 0)],
      ['mode', octal(2)],
    ],
    rmdir: [
      ['res', result],
      ['path', path(0)],
    ],
    chmod: [
      ['res', result],
      ['filename', path(0)],
      ['mode', words('permission', 1)],
    ],
    fchmod: [
      ['res', result],
      ['fd', number(0)],
      ['mode', words('permission', 1)],
    ],
    fchmodat: chmodAtRow,
    fchmodat2: chmodAtRow,
    chown: chownRow,
    lchown: chownRow,
    fchown: [
      ['res', result],
      ['fd', number(0)],
      ['uid', user(1)],
      ['gid', group(2)],
    ],
    fchownat: [
      ['res', result],
      ['dirfd', number(0)],
      ['pathname', path(0, 0)],
      ['uid', user(2)],
      ['gid', group(3)],
    ],
    chdir: [
      ['res', result],
      ['path', path(0)],
    ],
    fchdir: [
      ['res', result],
      ['fd', number(0)],
    ],
    chroot: [
      ['res', result],
      ['path', path(0)],
    ],
    mount: [
      ['res', result],
      ['dev', text(0)],
      ['dir', path(1)],
      ['type', text(2)],
      ['flags', words('mount', 3)],
    ],
    umount2: [
      ['res', result],
      ['name', path(0)],
      ['flags', number(1)],
    ],
    move_mount: [
      ['res', result],
      ['dev', path(0, 0)],
      ['dir', path(1, 2)],
    ],
    fsopen: [
      ['fd', result],
      ['fsname', text(0)],
    ],
    pivot_root: [
      ['res', result],
      ['new_root', path(0)],
      ['put_old', path(1)],
    ],
    mknod: [
      ['res', result],
      ['path', path(0)],
      ['mode', (call) => nodeModeWords(low(call, 1))],
      ['dev', number(2)],
    ],
    mknodat: [
      ['res', result],
      ['dirfd', number(0)],
      ['path', path(0, 0)],
      ['mode', (call) => nodeModeWords(low(call, 2))],
      ['dev', number(3)],
    ],
    socket: [
      ['fd', result],
      ['domain', (call) => familyWord(low(call, 0))],
      ['type', number(1)],
      ['proto', number(2)],
    ],
    connect: [
      ['res', result],
      ['fd', number(0)],
      ['addr', address],
    ],
    bind: [
      ['res', result],
      ['fd', number(0)],
      ['addr', address],
    ],
    listen: [
      ['res', result],
      ['fd', number(0)],
      ['backlog', number(1)],
    ],
    accept: accepted,
    accept4: [...accepted, ['flags', number(3)]],
    sendto: transferRow,
    sendmsg: transferRow,
    recvfrom: transferRow,
    recvmsg: transferRow,
    dup: duplicated,
    dup2: [...duplicated, ['newfd', number(1)]],
    dup3: [...duplicated, ['newfd', number(1)]],
    ptrace: [
      ['res', result],
      ['request', (call) => ptraceWord(low(call, 0))],
      ['pid', number(1)],
    ],
    process_vm_writev: [
      ['res', result],
      ['pid', number(0)],
    ],
    setns: [
      ['res', result],
      ['fd', number(0)],
      ['nstype', words('clone', 1)],
    ],
    unshare: [
      ['res', result],
      ['flags', words('clone', 0)],
    ],
    setuid: [
      ['res', result],
      ['uid', user(0)],
    ],
    setgid: [
      ['res', result],
      ['gid', group(0)],
    ],
    setresuid: [
      ['res', result],
      ['ruid', user(0)],
      ['euid', user(1)],
      ['suid', user(2)],
    ],
    bpf: [
      ['fd', result],
      ['cmd', (call) => bpfWord(low(call, 0))],
    ],
    userfaultfd: [
      ['res', result],
      ['flags', number(0)],
    ],
    init_module: [
      ['res', result],
      ['length', number(1)],
      ['uargs', text(0)],
    ],
    finit_module: [
      ['res', result],
      ['fd', number(0)],
      ['uargs', text(0)],
      ['flags', number(2)],
    ],
    delete_module: [
      ['res', result],
      ['name', text(0)],
      ['flags', number(1)],
    ],
    memfd_create: [
      ['fd', result],
      ['name', text(0)],
      ['flags', words('memory', 1)],
    ],
    io_uring_setup: [
      ['res', result],
      ['entries', number(0)],
    ],
    keyctl: [
      ['res', result],
      ['cmd', (call) => keyWord(low(call, 0))],
    ],
    add_key: [...keyRow, ['type', text(0)], ['description', text(1)]],
    request_key: [...keyRow, ['type', text(0)], ['description', text(1)]],
    splice: [
      ['res', result],
      ['fd_in', number(0)],
      ['fd_out', number(2)],
    ],
    tee: [
      ['res', result],
      ['fd_in', number(0)],
      ['fd_out', number(1)],
    ],
    vmsplice: [
      ['res', result],
      ['fd', number(0)],
    ],
    sethostname: [['res', result]],
  }),
);

/** The arguments of a call; the result alone of one that has no row. */
export function argumentsOf(
  call: RawCall,
  context: ArgumentContext,
): ReadonlyMap<string, EventArgument> {
  const given = new Map<string, EventArgument>();
  for (const [name, read] of rows.get(call.name) ?? keyRow) {
    const value = read(call, context);
    if (value !== null) given.set(name, value);
  }
  return given;
}
