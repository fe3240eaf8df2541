// `seaworthy watch` as a user starts it, seen from outside: its lines, its threads' time, its memory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { launcherFile } from './context.ts';

/** A line of `--format jsonl`, with the moment when it was read (milliseconds since 1970). */
export interface ToldLine {
  readonly readMs: number;
  readonly line: {
    readonly kind: string;
    readonly rule?: string;
    readonly time?: string;
    readonly count?: number | null;
  };
}

export interface WatchProcess {
  /** From the start of the process to the line that says that it watches. */
  readonly startMs: number;
  /** CPU (user and system) of all processes until then. */
  readonly startCpuMs: number;
  readonly lines: readonly ToldLine[];
  /** Events that were told as lost. */
  lost(): number;
  /** CPU so far of all threads, or of those of one name; with the naming process. */
  cpuMs(thread?: string): number;
  /** Resident memory now: the watching process, the naming process. */
  residentMB(): readonly [number, number];
  /** Of both together, what is shared with others counted in parts (PSS). */
  shareMB(): number;
  stop(): Promise<void>;
}

const readyLine = /ready after \d+ ms/;
const deadlineMs = 120_000;

/** Starts it; resolves when it watches. */
export async function startWatchProcess(words: readonly string[]): Promise<WatchProcess> {
  const began = performance.now();
  const bundle = join(dirname(launcherFile()), '../dist/seaworthy.mjs');
  const all = ['watch', '--format', 'jsonl', '--no-inventory', ...words];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', bundle, ...all], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: ToldLine[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const readMs = performance.timeOrigin + performance.now();
    lines.push({ readMs, line: JSON.parse(text) as ToldLine['line'] });
  });
  await watching(child);
  const startMs = performance.now() - began;
  const pid = child.pid ?? 0;
  return {
    startMs,
    startCpuMs: cpuOf(pid),
    lines,
    lost: () =>
      lines.reduce((sum, { line }) => (line.kind === 'lost' ? sum + (line.count ?? 1) : sum), 0),
    cpuMs: (thread) => cpuOf(pid, thread),
    residentMB: () => {
      const [naming] = childrenOf(pid);
      return [residentOf(pid), naming === undefined ? 0 : residentOf(naming)];
    },
    shareMB: () => [pid, ...childrenOf(pid)].reduce((sum, one) => sum + shareOf(one), 0),
    stop: async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
    },
  };
}

async function watching(child: ChildProcess): Promise<void> {
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (readyLine.test(said)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`watch ended with ${code}: ${said.trim()}`)));
  });
  await Promise.race([
    ready,
    pause(deadlineMs, undefined, { ref: false }).then(() => {
      throw new Error(`watch does not begin: ${said.trim()}`);
    }),
  ]);
  if (!said.includes('watching processes')) throw new Error(`no sensor: ${said.trim()}`);
}

function childrenOf(pid: number): readonly number[] {
  return readText(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** CPU (user and system) of a process and its children, in milliseconds; of one kind of thread where named. */
export function cpuOf(pid: number, thread?: string): number {
  const own = threadsOf(pid)
    .filter((folder) => thread === undefined || readText(`${folder}/comm`).trim() === thread)
    .reduce((sum, folder) => sum + Number(readText(`${folder}/schedstat`).split(' ')[0]) / 1e6, 0);
  if (thread !== undefined) return own;
  return childrenOf(pid).reduce((sum, one) => sum + cpuOf(one), own);
}

function threadsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).map((name) => join(folder, name));
}

function residentOf(pid: number): number {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return (Number(kib ?? 0) * 1024) / 1e6;
}

function shareOf(pid: number): number {
  const kib = /^Pss:\s*(\d+) kB$/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1];
  return (Number(kib ?? 0) * 1024) / 1e6;
}

/** Empty when the thread or process is gone. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
