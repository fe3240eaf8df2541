// How long the kernel needs to execute programs, from the call to the new program's first instruction:
// the kernel's own trace (tracefs), which whoever holds an execution cannot change. Needs root.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that was executed, in the order of their ends. */
export interface Execution {
  readonly path: string;
  /** Milliseconds from `execve` to the program's beginning. */
  readonly ms: number;
}

export interface ExecTrace {
  /** What was executed since the last call, on the whole machine. */
  take(): readonly Execution[];
  close(): void;
}

const usualFolder = '/sys/kernel/tracing';
const bufferKilobytes = 4096;

/** Begins to trace, in an instance of its own beside whatever others trace. */
export function openExecTrace(): ExecTrace {
  const isMounted = existsSync(join(usualFolder, 'instances'));
  const root = isMounted ? usualFolder : mkdtempSync(join(tmpdir(), 'seaworthy-trace-'));
  if (!isMounted) execFileSync('mount', ['-t', 'tracefs', 'nodev', root]);
  const folder = join(root, 'instances', `seaworthy-${process.pid}`);
  mkdirSync(folder);
  const set = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  set('trace_clock', 'mono');
  set('buffer_size_kb', String(bufferKilobytes));
  set('events/syscalls/sys_enter_execve/enable', '1');
  set('events/syscalls/sys_enter_execveat/enable', '1');
  set('events/sched/sched_process_exec/enable', '1');
  return {
    take: () => {
      const text = readFileSync(join(folder, 'trace'), 'utf8');
      set('trace', '');
      return parseExecTrace(text);
    },
    close: () => {
      set('events/enable', '0');
      rmdirSync(folder);
      if (isMounted) return;
      execFileSync('umount', [root]);
      rmdirSync(root);
    },
  };
}

const line = /-(\d+)\s+\[\d+\] \S+\s+(\d+\.\d+): (sys_execve(?:at)?|sched_process_exec)(.*)/;
const program = /filename=(\S+) pid=\d+ old_pid=(\d+)/;

/** The executions of a trace's text; those whose call is not in it are left out. */
export function parseExecTrace(text: string): readonly Execution[] {
  const calls = new Map<string, number>();
  return text.split('\n').flatMap((row) => {
    const [, thread = '', seconds = '', event, rest = ''] = line.exec(row) ?? [];
    const atMs = Number(seconds) * 1000;
    if (event?.startsWith('sys_') === true) calls.set(thread, atMs);
    const [, path = '', caller = ''] = program.exec(rest) ?? [];
    const calledMs = calls.get(caller);
    if (event !== 'sched_process_exec' || calledMs === undefined) return [];
    calls.delete(caller);
    return [{ path, ms: atMs - calledMs }];
  });
}
