// Measures whole processes: wall time from start to exit, and the peak of their resident memory.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Run {
  readonly wallMs: number;
  /** Null where neither GNU time nor /proc tells it. */
  readonly peakMB: number | null;
  readonly stdout: string;
}

export interface Command {
  readonly command: string;
  readonly words: readonly string[];
  /** What stdout is for: read as text, or thrown away (large reports). */
  readonly keepOutput?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Working folder. */
  readonly folder?: string;
  /** Exit codes that are well; default 0. */
  readonly codes?: readonly number[];
}

const gnuTime = '/usr/bin/time';
const deadlineMs = 10 * 60_000;

/** Runs it once. Throws with what it said when it fails or does not end. */
export async function runOnce(options: Command): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'));
  try {
    return await timed(options, join(folder, 'memory'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * GNU time forks the command from its own small process. Asking the kernel about a child of this
 * one would tell the memory of this one as well: a fork starts with the pages of its parent.
 */
async function timed(options: Command, memoryFile: string): Promise<Run> {
  const { command, words, keepOutput = false, environment = {}, codes = [0] } = options;
  const hasTime = existsSync(gnuTime);
  const [program, all] = hasTime
    ? [gnuTime, ['-f', '%M', '-o', memoryFile, command, ...words]]
    : [command, words];
  const started = performance.now();
  const child = spawn(program, all, {
    stdio: ['ignore', keepOutput ? 'pipe' : 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  let peakKiB: number | null = null;
  const watch = hasTime ? null : setInterval(() => (peakKiB = highWater(child.pid) ?? peakKiB), 10);
  const [stdout, stderr, { code, wallMs }] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<{ code: number | null; wallMs: number }>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve({ code, wallMs: performance.now() - started }));
    }),
  ]).finally(() => {
    clearTimeout(deadline);
    if (watch !== null) clearInterval(watch);
  });
  if (code === null || !codes.includes(code)) {
    throw new Error(`${command} ${words[0] ?? ''} ended with ${code}: ${lastLine(stderr)}`);
  }
  if (hasTime) peakKiB = Number(readFileSync(memoryFile, 'utf8').trim().split('\n').at(-1));
  return { wallMs, peakMB: peakKiB === null ? null : (peakKiB * 1024) / 1e6, stdout };
}

async function textOf(stream: AsyncIterable<unknown> | null): Promise<string> {
  if (stream === null) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

/** The kernel's own high-water mark, as long as the process is there. */
function highWater(id: number | undefined): number | null {
  try {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
    return line === null ? null : Number(line[1]);
  } catch {
    // It has ended between two looks.
    return null;
  }
}

/** The largest peak of several runs. */
export function largestPeak(runs: readonly Run[]): number | undefined {
  const peaks = runs.flatMap((run) => run.peakMB ?? []);
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}

/** Whether a command can be run at all. */
export function answers(command: string, words: readonly string[]): boolean {
  return spawnSync(command, words, { stdio: 'ignore', timeout: 60_000 }).status === 0;
}
