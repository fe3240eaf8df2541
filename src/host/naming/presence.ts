// Which containers have processes here: of their own, or those that prepare and keep them. One walk over
// all processes answers for all containers that are asked about.
import { readdirSync } from 'node:fs';
import type { Pace } from '../../base/retry.ts';
import { wordsOf } from '../identity/index.ts';
import { readProcess } from './bounded-read.ts';
import { containerOfProcess } from './identify.ts';
import { runStateOfProcess } from './resolve-attempt.ts';

/** As many processes as Linux numbers by default, times three. */
const processesRead = 100_000;
/** After so many the event loop has its turn: some milliseconds. */
const processesAtOnce = 100;
/** proc_pid_stat(5) counts in USER_HZ, which is 100 on every architecture that Node runs on. */
const nsPerTick = 10_000_000n;

/** By the container's id: when its oldest process began, nanoseconds since 1970. */
export async function oldestProcesses(pace: Pace): Promise<ReadonlyMap<string, bigint>> {
  const starts = new Map<string, bigint>();
  const bootNs = bootNsOf(pace);
  if (bootNs === null) return starts;
  for await (const pid of eachProcess(pace)) {
    const container = containerOfProcess(Number(pid));
    const atNs = container === null ? null : startOfProcess(pid, bootNs);
    if (container === null || atNs === null) continue;
    const known = starts.get(container.id);
    if (known === undefined || atNs < known) starts.set(container.id, atNs);
  }
  return starts;
}

/**
 * Those of the containers that somebody is there for: when their own program began, or null where only
 * a shim, a monitor or a runtime is there, or the runtime's first process that waits.
 */
export async function findPresent(
  ids: ReadonlySet<string>,
  pace: Pace,
): Promise<ReadonlyMap<string, bigint | null>> {
  const present = new Map<string, bigint | null>();
  const bootNs = bootNsOf(pace);
  for await (const pid of eachProcess(pace)) {
    const id = containerOfProcess(Number(pid))?.id ?? null;
    if (id !== null && ids.has(id) && runStateOfProcess(pid) === 'running') {
      const atNs = bootNs === null ? null : startOfProcess(pid, bootNs);
      const known = present.get(id) ?? null;
      present.set(id, known === null || (atNs !== null && atNs < known) ? atNs : known);
      continue;
    }
    const named = wordsOf(readProcess(pid, 'cmdline') ?? '').find((word) => ids.has(word));
    for (const one of [id, named]) {
      if (one !== null && one !== undefined && ids.has(one) && !present.has(one)) {
        present.set(one, null);
      }
    }
  }
  return present;
}

/** When a process began, nanoseconds since 1970; null: it is gone. */
export function startOfProcess(pid: string, bootNs: bigint): bigint | null {
  const stat = readProcess(pid, 'stat') ?? '';
  // Field 22; the name of the program may hold anything, so they are counted from its last bracket.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return /^\d{1,18}$/.test(ticks) ? bootNs + BigInt(ticks) * nsPerTick : null;
}

/** When the machine began, nanoseconds since 1970. */
export function bootNsOf(pace: Pace): bigint | null {
  const seconds = /^(\d{1,15})\.(\d\d)/.exec(readProcess('.', 'uptime') ?? '');
  if (seconds === null) return null;
  return BigInt(pace.now()) * 1_000_000n - BigInt(`${seconds[1]}${seconds[2]}`) * nsPerTick;
}

/** On a full machine a walk takes a second: in pieces, so that nobody waits for it. */
async function* eachProcess(pace: Pace): AsyncGenerator<string> {
  let read = 0;
  for (const name of namesIn('/proc')) {
    if (!/^[1-9]\d{0,9}$/.test(name)) continue;
    read += 1;
    if (read > processesRead) return;
    if (read % processesAtOnce === 0) await pace.sleep(0);
    yield name;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
