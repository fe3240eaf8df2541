// Programs that were started in containers from outside: those of the record, and those that run now.
import type { ExecFact, ExecFacts } from '../audit/index.ts';
import { messageOf } from '../base/error.ts';
import { field, stringField, stringsOf } from '../base/json.ts';
import type { DockerEngine } from '../host/docker/index.ts';
import {
  forgottenWhy,
  openRecord,
  type RecordReader,
  type StoredRun,
} from '../store/record/index.ts';
import { timeText } from './container-view.ts';

/** What an audit needs of a container to tell its execs. */
export interface AskedContainer {
  readonly id: string;
  /** Those that the engine holds now. */
  readonly execs: readonly ExecFact[];
}

const dayNs = 86_400_000_000_000n;
/** How far an audit looks back. */
const lookBackNs = 30n * dayNs;
/** Starts of programs of one container, and of all: an audit is no replay of the record. */
const startsOfOne = 5000;
const startsOfAll = 200_000;
const execsAtOnce = 50;
const commandCharacters = 200;

/** The record of a data folder, or why there is none to ask. */
export function openRecordIfThere(data: string): RecordReader | { readonly problem: string } {
  try {
    return openRecord(data);
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Execs of one container that its engine tells of: what was asked for, exactly. */
export async function askExecs(engine: DockerEngine, inspection: unknown): Promise<ExecFact[]> {
  const ids = stringsOf(field(inspection, 'ExecIDs')).slice(0, execsAtOnce);
  const containerId = stringField(inspection, 'Id') ?? '';
  const asked = await Promise.all(
    ids.map(async (id) => {
      // It may have ended since.
      const found = await engine.ask(`/exec/${encodeURIComponent(id)}/json`).catch(() => null);
      const wanted = field(found, 'ProcessConfig');
      if (field(found, 'Running') !== true || wanted === undefined) return null;
      const command = (stringField(wanted, 'entrypoint') ?? '').slice(0, commandCharacters);
      return {
        containerId,
        at: null,
        command,
        user: stringField(wanted, 'user') ?? '',
        isPrivileged: field(wanted, 'privileged') === true,
        capabilities: null,
        source: 'engine',
      } as const;
    }),
  );
  return asked.filter((one) => one !== null);
}

/** All that is known of programs which were brought into these containers. */
export function execFacts(
  { record, now }: { readonly record: RecordReader | { readonly problem: string }; now: Date },
  containers: readonly AskedContainer[],
): ExecFacts {
  const running = containers.flatMap(({ execs }) => execs);
  if ('problem' in record) return { programs: running, seen: new Map(), problem: record.problem };
  const programs: ExecFact[] = [...running];
  const seen = new Map<string, { since: string; isWhole: boolean }>();
  const sinceNs = BigInt(now.getTime()) * 1_000_000n - lookBackNs;
  let left = startsOfAll;
  try {
    for (const { id } of containers) {
      const stored = record.find(id, 1)[0];
      if (stored === undefined || stored.run.identity.id !== id) continue;
      const limit = Math.min(left, startsOfOne);
      const { events, truncated, damaged } = record.events(stored.id, {
        sinceNs,
        processesOnly: true,
        limit,
      });
      left -= events.length;
      const { fromNs, isWhole } = coverage(record, stored, sinceNs);
      seen.set(id, { since: timeText(fromNs), isWhole: isWhole && !truncated && damaged === 0 });
      for (const { record: one } of events) {
        if (one.kind !== 'process' || one.broughtWith === undefined) continue;
        programs.push({
          containerId: id,
          at: timeText(one.timeNs),
          command: (one.path ?? one.name ?? '').slice(0, commandCharacters),
          user: one.user.id === null ? one.user.name : String(one.user.id),
          isPrivileged: null,
          capabilities: BigInt(`0x${one.broughtWith}`),
          source: 'record',
        });
      }
    }
  } catch (error) {
    return { programs, seen, problem: messageOf(error) };
  }
  return { programs, seen, problem: null };
}

/** From when on the record tells of a run's programs, and whether it lost none since. */
function coverage(record: RecordReader, stored: StoredRun, sinceNs: bigint) {
  let fromNs = stored.firstSeenNs > sinceNs ? stored.firstSeenNs : sinceNs;
  let isWhole = true;
  for (const { what, why, toNs } of record.losses(stored, 1000)) {
    if (toNs < sinceNs || !/^(?:all|exec|execve|execveat|fork|clone)$/.test(what)) continue;
    if (why === forgottenWhy) fromNs = toNs > fromNs ? toNs : fromNs;
    else isWhole = false;
  }
  return { fromNs, isWhole };
}
