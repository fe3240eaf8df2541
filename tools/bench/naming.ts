// How much later containers start because of their names: Docker runs a program of one instruction, with
// and without a namer by turns, and the kernel's trace tells how long every execution of a runtime took
// until the container's own program began. Needs root and a Docker engine.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { type NamerProblem, openNamer } from '../../src/host/naming/index.ts';
import { namingLabMissing, openNamingLab } from '../../test/naming-lab.ts';
import { type ExecTrace, openExecTrace } from './exec-trace.ts';

/** By turns: so many without, so many with the same namer. */
const blockRuns = 10;
/** A namer's own start is over by then. */
const settleMs = 5000;
const pauseMs = 1100;

const own = '/bin/true';
/** runc executes itself by a descriptor too. */
const runtimePrograms = /runc|shim|^\/proc\/self|^\/dev\/fd|^\d+$/;

/** One `docker run`. */
export interface Run {
  readonly wholeMs: number;
  /** All executions of shims and runtimes before the container's program. */
  readonly executedMs: number;
}

/** What was measured with and without a namer. */
export interface NamingCost {
  readonly withNamer: readonly Run[];
  readonly without: readonly Run[];
  /** By the namer's own clock: the attempt that named, and all attempts of a container. */
  readonly held: readonly number[];
  readonly sums: readonly number[];
  /** Of the answering process, for all containers. */
  readonly cpuMs: number;
  readonly answered: number;
}

/** How much later a container's program begins, milliseconds at the median. */
export function delayOf({ withNamer, without }: NamingCost): number {
  return median(executedOf(withNamer)) - median(executedOf(without));
}

function executedOf(runs: readonly Run[]): readonly number[] {
  return runs.map((run) => run.executedMs);
}

function wholeOf(runs: readonly Run[]): readonly number[] {
  return runs.map((run) => run.wholeMs);
}

/**
 * Starts `rounds` containers without and as many with a namer, by turns.
 *
 * @throws Error when something went wrong meanwhile, or a container was not named
 */
export async function measureNaming(rounds: number): Promise<NamingCost> {
  const lab = openNamingLab('naming-bench');
  const trace = openExecTrace();
  const held: number[] = [];
  const sums: number[] = [];
  const withNamer: Run[] = [];
  const without: Run[] = [];
  const problems: NamerProblem[] = [];
  let cpuMs = 0;
  let answered = 0;
  try {
    const words = ['run', '--rm', '--network', 'none', `${lab.prefix}:1`, own];
    for (let warm = 0; warm < 3; warm += 1) runOnce(words, trace);
    for (let block = 0; block < rounds / blockRuns; block += 1) {
      for (let run = 0; run < blockRuns; run += 1) {
        without.push(runOnce(words, trace));
        await sleep(pauseMs);
      }
      const namer = await openNamer({
        onNamed: ({ heldMs }) => void held.push(heldMs),
        onProblem: (problem) => void problems.push(problem),
      });
      await sleep(settleMs);
      const startMs = cpuOf(namer.answererPid);
      let before = 0;
      for (let run = 0; run < blockRuns; run += 1) {
        withNamer.push(runOnce(words, trace));
        // Its figures come once a second.
        await sleep(pauseMs);
        const { heldMsSum } = namer.figures();
        sums.push(heldMsSum - before);
        before = heldMsSum;
      }
      cpuMs += cpuOf(namer.answererPid) - startMs;
      answered += namer.figures().answered;
      await namer.close();
    }
  } finally {
    trace.close();
    lab.close();
  }
  if (problems.length > 0) throw new Error(`it did not go well: ${JSON.stringify(problems)}`);
  if (held.length !== withNamer.length) throw new Error(`${held.length} were named`);
  return { withNamer, without, held, sums, cpuMs, answered };
}

function linesOf(cost: NamingCost): readonly string[] {
  const { withNamer, without, held, sums, cpuMs, answered } = cost;
  return [
    `containers with a namer: ${withNamer.length}, named before their start: ${held.length}`,
    `executions before the program, with a namer ${line(executedOf(withNamer))}`,
    `executions before the program, without      ${line(executedOf(without))}`,
    `a container starts later by ${delayOf(cost).toFixed(2)} ms at the median`,
    `attempts answered for one container, also after its end: ${(answered / withNamer.length).toFixed(1)}`,
    `the naming attempt held for      ${line(held)}`,
    `all attempts of a container held ${line(sums)}`,
    `docker run with a namer          ${line(wholeOf(withNamer))}`,
    `docker run without               ${line(wholeOf(without))}`,
    `CPU of the answering process: ${(cpuMs / withNamer.length).toFixed(1)} ms for a container`,
    `load of the machine: ${loadavg()[0]?.toFixed(2)}`,
  ];
}

function runOnce(words: readonly string[], trace: ExecTrace): Run {
  trace.take();
  const begun = performance.now();
  execFileSync('/usr/bin/docker', words);
  const wholeMs = performance.now() - begun;
  const executions = trace.take();
  const end = executions.findIndex(({ path }) => path === own);
  if (end === -1) throw new Error(`the trace does not show ${own}`);
  const executedMs = executions
    .slice(0, end)
    .filter(({ path }) => runtimePrograms.test(path))
    .reduce((sum, { ms }) => sum + ms, 0);
  return { wholeMs, executedMs };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return at(values, 0.5);
}

function line(values: readonly number[]): string {
  const [middle, most, all] = [0.5, 0.9, 1].map((share) => at(values, share).toFixed(2));
  return `median ${middle} ms, p90 ${most} ms, maximum ${all} ms`;
}

/** User and system time of a process in milliseconds (proc(5), fields 14 and 15, 100 a second). */
function cpuOf(pid: number | null): number {
  if (pid === null) return 0;
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

if (import.meta.main) {
  if (namingLabMissing !== '') throw new Error(`measuring needs ${namingLabMissing}`);
  const cost = await measureNaming(Number(process.argv[2] ?? 30));
  for (const text of linesOf(cost)) process.stdout.write(`${text}\n`);
}
