// What an agent does about detections of its node: those that the record gets are told and answered as
// `watch` does, and what was done goes to the fleet.
import type { FleetRecord } from '../model/fleet.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import type { RecordReader, StoredDetection } from '../store/record/index.ts';
import type { AgentSource } from './agent.ts';
import { createCauseCounts } from './cause-counts.ts';
import { newDetections, newestDetection } from './new-detections.ts';
import { idOf, type Seen, type ToldFacts } from './respond-sight.ts';

export interface AnswerOptions {
  /** Null: nobody records yet. */
  readonly open: () => RecordReader | null;
  readonly take: (detection: ToldFacts, seen: Seen) => void;
  /** Number of the last detection that was answered; null: the past is not answered. */
  readonly position: number | null;
  /** Writes it down: what was answered is not answered again after a restart. */
  readonly keep: (position: number) => void;
}

export interface AgentAnswers {
  /** Takes what is new; to be called about once a second. @returns how many */
  look(): number;
}

/** Begins where it was. */
export function followForAnswers(options: AnswerOptions): AgentAnswers {
  const { open, take, keep } = options;
  const seenOf = createCauseCounts();
  let { position } = options;
  let reader: RecordReader | null = null;
  return {
    look() {
      reader ??= open();
      if (reader === null) return 0;
      if (position === null) {
        position = newestDetection(reader);
        keep(position);
        return 0;
      }
      const { found, last } = newDetections(reader, position);
      if (last === position) return 0;
      // Before it is answered: after a crash nothing is done twice.
      position = last;
      keep(position);
      for (const stored of found) {
        if (isOfOurs(stored)) continue;
        const cause = causeOf(stored);
        take({ ...factsOf(stored), cause, ...seenOf(cause) }, seenIn(stored));
      }
      return found.length;
    },
  };
}

/** What somebody did about a detection is no detection to answer. */
function isOfOurs({ detection }: StoredDetection): boolean {
  return Object.hasOwn(detection.output_fields, 'seaworthy.response');
}

function causeOf({ detection, run }: StoredDetection): string {
  const told = detection.output_fields['seaworthy.cause'];
  return typeof told === 'string' ? told : idOf([detection.rule, run?.run.identity.id ?? '']);
}

function factsOf({ detection }: StoredDetection): Pick<ToldFacts, 'facts' | 'chain'> {
  const chain = detection.output_fields['seaworthy.chain'];
  return { facts: detection, chain: typeof chain === 'string' ? chain : '' };
}

function seenIn({ timeNs, run }: StoredDetection): Seen {
  if (run === null) return { timeNs, container: null };
  const { identity, workload } = run.run;
  return { timeNs, container: identity, workload };
}

/** What the agent itself adds to what the record tells. */
export interface OwnRecords {
  readonly source: AgentSource;
  add(record: RuntimeRecord): void;
}

/** More than a policy ever does in an hour. */
const ownAtMost = 1000;

/** A source that also tells what this agent did to containers. */
export function withOwnRecords(source: AgentSource): OwnRecords {
  let own: FleetRecord[] = [];
  return {
    add(record) {
      if (record.kind !== 'detection' || own.length >= ownAtMost) return;
      const { containerId: container, timeNs, detection } = record;
      own.push({ kind: 'detection', container, timeUs: Number(timeNs / 1000n), detection });
    },
    source: {
      next(position) {
        const found = source.next(position);
        if (own.length === 0) return found;
        const records = [...(found?.records ?? []), ...own];
        own = [];
        return { records, position: found?.position ?? position };
      },
    },
  };
}
