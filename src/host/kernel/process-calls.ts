// What the kernel says of a process in one call each: node:fs needs three times as long for it, and
// somebody waits for the answer.
import { loadLibrary } from './ffi.ts';

export interface ProcessCalls {
  /** The process group (getpgid(2)); -1: the process is gone. */
  groupOf(pid: number): number;
  /** The working folder, as far as it can be seen from our root; null: gone, or not ours to ask. */
  folderOf(pid: number): string | null;
}

/** SCHED_RR, and SCHED_RESET_ON_FORK: no child would have it. */
const roundRobin = 2 | 0x4000_0000;
/** Of 99 priorities the least: still before all ordinary work. */
const priority = 1;

/**
 * From now on the calling thread goes before whatever else is busy (sched(7)). Without the right to it
 * (CAP_SYS_NICE, `RestrictRealtime=`, a control group without real time) it stays as it was.
 */
export function goFirst(): void {
  const setScheduler: (thread: number, policy: number, parameter: Uint8Array) => number =
    loadLibrary('libc.so.6').func(
      'int sched_setscheduler(int thread, int policy, const void *parameter)',
    );
  const parameter = Buffer.alloc(4);
  parameter.writeInt32LE(priority);
  setScheduler(0, roundRobin, parameter);
}

/** PATH_MAX. */
const pathBytes = 4096;

/** The calls, bound for this thread. Throws SeaworthyError `unsupported` without koffi or glibc. */
export function bindProcessCalls(): ProcessCalls {
  const library = loadLibrary('libc.so.6');
  const readlink: (path: string, into: Uint8Array, bytes: number) => number = library.func(
    'long readlink(const char *path, void *into, unsigned long bytes)',
  );
  const path = Buffer.alloc(pathBytes);
  return {
    groupOf: library.func('int getpgid(int pid)'),
    folderOf: (pid) => {
      const length = readlink(`/proc/${pid}/cwd`, path, pathBytes);
      return length < 0 ? null : path.toString('utf8', 0, length);
    },
  };
}
