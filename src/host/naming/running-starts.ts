// When containers began that ran before anybody looked: the age of the oldest process in their cgroup,
// and, for engines of another machine, what they say themselves.
import { field, stringField } from '../../base/json.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import type { DockerEngine } from '../docker/index.ts';
import { nanosecondsOf } from '../identity/index.ts';
import { oldestProcesses } from './presence.ts';

export interface RunningStarts {
  /** Nanoseconds since 1970; null: nobody knows, or it does not run. */
  readonly startOf: (id: string) => Promise<bigint | null>;
}

/** One look at all processes answers for all containers that are asked about in a row. */
const lookEveryMs = 1000;
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
