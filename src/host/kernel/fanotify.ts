// Permission events of fanotify(7) on programs: whoever opens one to execute it waits in the kernel
// until we answer. The kernel lets everybody through when the group's last descriptor is closed, so
// the death of its owner holds nobody.
import { SeaworthyError } from '../../base/error.ts';
import { closeDescriptor, errorName, lastErrorNumber, loadLibrary } from './ffi.ts';

/** One attempt to execute a marked program. It goes on when `allow` was called. */
export interface ExecAttempt {
  /** The event's own descriptor: of the program, names the event in the answer, must be closed. */
  readonly descriptor: number;
  /** Who executes; its command line is still that of what it was before. */
  readonly pid: number;
}

export interface ExecGuard {
  /** Of the group; threads of this process may `attachExecGuard` to it. */
  readonly descriptor: number;
  /** Marks the program that lies at `path` now. Throws SeaworthyError `not-found`, `denied`. */
  mark(path: string): void;
  /** Marks, or unmarks, all programs of the file system or of the one mount that `path` lies in. */
  markWhole(path: string, scope: 'filesystem' | 'mount', unmark?: boolean): void;
  /** Waits until an attempt can be read; false after `timeoutMs` (-1: for ever) or a signal. */
  wait(timeoutMs: number): boolean;
  /** The next attempt, or null when there is none; never waits. */
  next(): ExecAttempt | null;
  /** Lets an attempt go on; once for each. */
  allow(attempt: ExecAttempt): void;
  /** Refuses an attempt: its execve fails with EPERM; once for each, instead of `allow`. */
  deny(attempt: ExecAttempt): void;
  /** Closes the descriptor of an attempt, after its answer. */
  release(attempt: ExecAttempt): void;
  close(): void;
}

const classContent = 0x04;
const closeOnExec = 0x01;
const nonBlocking = 0x02;
const unlimitedQueue = 0x10;
const unlimitedMarks = 0x20;
const readOnlyLargeFile = 0o100000;
const markAdd = 0x01;
const markRemove = 0x02;
const markMount = 0x10;
const markFilesystem = 0x100;
const openExecPermission = 0x40000;
const currentFolder = -100;
const answerAllow = 0x01;
const answerDeny = 0x02;
const metadataBytes = 24;
const answerBytes = 8;
const metadataVersion = 3;
const pollIn = 0x01;

interface Calls {
  readonly init: (flags: number, eventFlags: number) => number;
  readonly mark: (...words: readonly (number | bigint | string)[]) => number;
  readonly poll: (descriptors: Uint8Array, count: number, timeoutMs: number) => number;
  // Node's own need a third longer, and somebody waits.
  readonly read: (descriptor: number, into: Uint8Array, bytes: number) => number;
  readonly write: (descriptor: number, from: Uint8Array, bytes: number) => number;
}

let bound: Calls | undefined;

function calls(): Calls {
  if (bound !== undefined) return bound;
  const library = loadLibrary('libc.so.6');
  bound = {
    init: library.func('int fanotify_init(unsigned int flags, unsigned int event_flags)'),
    mark: library.func(
      'int fanotify_mark(int group, unsigned int flags, uint64_t mask, int folder, const char *path)',
    ),
    poll: library.func('int poll(void *descriptors, unsigned long count, int timeout)'),
    read: library.func('long read(int descriptor, void *into, unsigned long bytes)'),
    write: library.func('long write(int descriptor, const void *from, unsigned long bytes)'),
  };
  return bound;
}

/**
 * A new group for permission events, of unlimited queue and marks.
 *
 * @throws SeaworthyError `denied` without CAP_SYS_ADMIN, `unsupported` when the kernel has no fanotify
 *   permission events (CONFIG_FANOTIFY_ACCESS_PERMISSIONS), `limit` beyond 128 groups of one user
 */
export function openExecGuard(): ExecGuard {
  const flags = classContent | unlimitedQueue | unlimitedMarks | closeOnExec | nonBlocking;
  const descriptor = calls().init(flags, readOnlyLargeFile);
  if (descriptor >= 0) return attachExecGuard(descriptor);
  const name = errorName(lastErrorNumber());
  if (name === 'EPERM') {
    throw new SeaworthyError('denied', 'fanotify needs root (CAP_SYS_ADMIN)', {
      advice: 'run as root, or rely on the events of the engine',
    });
  }
  const code = name === 'EMFILE' ? 'limit' : 'unsupported';
  throw new SeaworthyError(code, `the kernel refuses a fanotify group (${name})`);
}

/** The group of another thread of this process. */
export function attachExecGuard(descriptor: number): ExecGuard {
  const { mark, poll } = calls();
  const waiting = Buffer.alloc(8);
  waiting.writeInt32LE(descriptor, 0);
  waiting.writeInt16LE(pollIn, 4);
  // Room for one event: what this thread has read and not answered, no other thread can answer.
  const metadata = Buffer.alloc(metadataBytes);
  return {
    descriptor,
    mark: (path) => {
      if (mark(descriptor, markAdd, openExecPermission, currentFolder, path) === 0) return;
      throw markProblem(path);
    },
    markWhole: (path, scope, unmark = false) => {
      const where = scope === 'filesystem' ? markFilesystem : markMount;
      const flags = (unmark ? markRemove : markAdd) | where;
      if (mark(descriptor, flags, openExecPermission, currentFolder, path) === 0) return;
      throw markProblem(path);
    },
    wait: (timeoutMs) => poll(waiting, 1, timeoutMs) > 0,
    next: () => readAttempt(descriptor, metadata),
    allow: (attempt) => respond(descriptor, attempt, answerAllow),
    deny: (attempt) => respond(descriptor, attempt, answerDeny),
    release: (attempt) => closeDescriptor(attempt.descriptor),
    close: () => closeDescriptor(descriptor),
  };
}

/** Of the thread: nothing is allocated while somebody waits. */
const answer = Buffer.alloc(answerBytes);

function respond(group: number, attempt: ExecAttempt, response: number): void {
  answer.writeInt32LE(attempt.descriptor, 0);
  answer.writeUInt32LE(response, 4);
  if (calls().write(group, answer, answerBytes) === answerBytes) return;
  throw new SeaworthyError(
    'unsupported',
    `fanotify takes no answer (${errorName(lastErrorNumber())})`,
  );
}

function markProblem(path: string): SeaworthyError {
  const name = errorName(lastErrorNumber());
  const code = name === 'ENOENT' || name === 'ENOTDIR' ? 'not-found' : 'denied';
  return new SeaworthyError(code, `${path} cannot be watched with fanotify (${name})`);
}

function readAttempt(descriptor: number, metadata: Buffer): ExecAttempt | null {
  const count = calls().read(descriptor, metadata, metadataBytes);
  if (count < 0) {
    const name = errorName(lastErrorNumber());
    if (name === 'EAGAIN' || name === 'EINTR') return null;
    throw new SeaworthyError('unsupported', `fanotify cannot be read (${name})`);
  }
  if (count < metadataBytes) return null;
  if (metadata.readUInt8(4) !== metadataVersion) {
    throw new SeaworthyError('unsupported', 'the kernel speaks another version of fanotify');
  }
  const attempt = { descriptor: metadata.readInt32LE(16), pid: metadata.readInt32LE(20) };
  // Without a descriptor it is the note that the queue was full, which an unlimited one never is.
  return attempt.descriptor < 0 ? null : attempt;
}
