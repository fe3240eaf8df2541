// When containers began that ran before anybody looked: the age of the oldest process in their cgroup,
// and, for engines of another machine, what they say themselves.
import { readdirSync } from 'node:fs';
import { field, stringField } from '../../base/json.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import type { DockerEngine } from '../docker/index.ts';
import { nanosecondsOf } from '../identity/index.ts';
import { readProcess } from './bounded-read.ts';
import { containerOfProcess } from './identify.ts';

export interface RunningStarts {
  /** Nanoseconds since 1970; null: nobody knows, or it does not run. */
  readonly startOf: (id: string) => Promise<bigint | null>;
}

/** One look at all processes answers for all containers that are asked about in a row. */
const lookEveryMs = 1000;
/** As many processes as Linux numbers by default, times three. */
const processesRead = 100_000;
/** After so many the event loop has its turn: some milliseconds. */
const processesAtOnce = 100;
/** proc_pid_stat(5) counts in USER_HZ, which is 100 on every architecture that Node runs on. */
const nsPerTick = 10_000_000n;

/** @param engine asked for containers whose processes are not here; null: there is none */
export function createRunningStarts(
  engine: () => Promise<DockerEngine | null>,
  pace: Pace = realPace,
): RunningStarts {
  let starts: Promise<ReadonlyMap<string, bigint>> = Promise.resolve(new Map());
  let lookedMs = -Infinity;
  return {
    startOf: async (id) => {
      const now = pace.now();
      if (now - lookedMs >= lookEveryMs) {
        // Who asks while it is looked waits for the same look.
        lookedMs = Infinity;
        starts = oldestProcesses(pace).finally(() => {
          lookedMs = pace.now();
        });
      }
      return (await starts).get(id) ?? (await toldStart(id, engine));
    },
  };
}

/** By the container's id. On a full machine it takes a second: in pieces, so that nobody waits for it. */
async function oldestProcesses(pace: Pace): Promise<ReadonlyMap<string, bigint>> {
  const starts = new Map<string, bigint>();
  const seconds = /^(\d{1,15})\.(\d\d)/.exec(readProcess('.', 'uptime') ?? '');
  if (seconds === null) return starts;
  const uptimeNs = BigInt(`${seconds[1]}${seconds[2]}`) * nsPerTick;
  const bootNs = BigInt(pace.now()) * 1_000_000n - uptimeNs;
  let read = 0;
  for (const name of namesIn('/proc')) {
    if (!/^[1-9]\d{0,9}$/.test(name)) continue;
    read += 1;
    if (read > processesRead) break;
    if (read % processesAtOnce === 0) await pace.sleep(0);
    const container = containerOfProcess(Number(name));
    const ticks = container === null ? null : startTicks(readProcess(name, 'stat') ?? '');
    if (container === null || ticks === null) continue;
    const atNs = bootNs + ticks * nsPerTick;
    const known = starts.get(container.id);
    if (known === undefined || atNs < known) starts.set(container.id, atNs);
  }
  return starts;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Field 22; the name of the program may hold anything, so they are counted from its last bracket. */
function startTicks(stat: string): bigint | null {
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return /^\d{1,18}$/.test(ticks) ? BigInt(ticks) : null;
}

async function toldStart(
  id: string,
  engine: () => Promise<DockerEngine | null>,
): Promise<bigint | null> {
  try {
    const connected = await engine();
    if (connected === null || !/^[0-9a-f]{64}$/.test(id)) return null;
    const state = field((await connected.inspectContainer(id)).raw, 'State');
    if (field(state, 'Running') !== true) return null;
    return nanosecondsOf(stringField(state, 'StartedAt'));
  } catch {
    return null;
  }
}
