// How long containers are held for their names, and what that is beside their whole start: Docker runs
// a program of one instruction, with and without a namer by turns. Needs root and a Docker engine.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { openNamer } from '../../src/host/naming/index.ts';
import { namingLabMissing, openNamingLab } from '../../test/naming-lab.ts';

const rounds = Number(process.argv[2] ?? 30);
/** By turns: so many without, so many with the same namer. */
const blockRuns = 10;

/** Runs the comparison and gives its lines. */
async function measure(): Promise<readonly string[]> {
  const lab = openNamingLab('naming-bench');
  const held: number[] = [];
  const sums: number[] = [];
  const withNamer: number[] = [];
  const without: number[] = [];
  let cpuMs = 0;
  let answered = 0;
  try {
    const runOnce = (): number => {
      const begun = performance.now();
      const words = ['run', '--rm', '--network', 'none', `${lab.prefix}:1`, '/bin/true'];
      execFileSync('/usr/bin/docker', words);
      return performance.now() - begun;
    };
    for (let warm = 0; warm < 3; warm += 1) runOnce();
    for (let block = 0; block < rounds / blockRuns; block += 1) {
      for (let run = 0; run < blockRuns; run += 1) without.push(runOnce());
      const namer = await openNamer({ onNamed: ({ heldMs }) => void held.push(heldMs) });
      const startMs = cpuOf(namer.answererPid);
      let before = 0;
      for (let run = 0; run < blockRuns; run += 1) {
        withNamer.push(runOnce());
        // Its figures come once a second.
        await new Promise((resolve) => {
          setTimeout(resolve, 1100);
        });
        const { heldMsSum } = namer.figures();
        sums.push(heldMsSum - before);
        before = heldMsSum;
      }
      cpuMs += cpuOf(namer.answererPid) - startMs;
      answered += namer.figures().answered;
      await namer.close();
    }
  } finally {
    lab.close();
  }
  return [
    `containers with a namer: ${withNamer.length}, named before their start: ${held.length}`,
    `attempts answered for one container: ${(answered / withNamer.length).toFixed(1)}`,
    `the naming attempt held for      ${line(held)}`,
    `all attempts of a container held ${line(sums)}`,
    `docker run with a namer          ${line(withNamer)}`,
    `docker run without               ${line(without)}`,
    `CPU of the answering process: ${(cpuMs / withNamer.length).toFixed(1)} ms for a container`,
    `load of the machine: ${loadavg()[0]?.toFixed(2)}`,
  ];
}

function line(values: readonly number[]): string {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(
      2,
    );
  return `median ${at(0.5)} ms, p90 ${at(0.9)} ms, maximum ${at(1)} ms`;
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
  for (const text of await measure()) process.stdout.write(`${text}\n`);
}
