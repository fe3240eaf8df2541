// What happens now, as it is told to pages that are open: each event at its place, kept for a while, so
// that a page which was away takes up where it was.
import type { Awaitable } from './evidence.ts';

export type LiveKind =
  | 'container'
  | 'image'
  | 'trust'
  | 'detection'
  | 'response'
  | 'audit'
  | 'lost'
  | 'progress';

export interface LiveEvent {
  /** Its place: what a page gives back to take up behind it. */
  readonly id: string;
  readonly event: LiveKind;
  /** JSON. */
  readonly data: string;
  /** Who may see it; null: everybody who is not limited to teams. */
  readonly team: string | null;
}

/** What streams are fed by: the process itself, or the store of a fleet. */
export interface LiveSource {
  /** Whoever reads from here on misses nothing that comes later. */
  begin(): Awaitable<void>;
  /** The place of the newest event that was told. */
  readonly lastId: string;
  /** What stands behind a place up to `lastId`; null: some of it is forgotten, or it is no place. */
  since(id: string): Awaitable<readonly LiveEvent[] | null>;
  /** @returns ends the telling */
  hear(listener: (event: LiveEvent) => void): () => void;
}

export interface LiveFeed extends LiveSource {
  /** @param team only those who may see this team's containers are told; null: everybody */
  tell(event: LiveKind, data: unknown, team?: string | null): void;
  since(id: string): readonly LiveEvent[] | null;
}

/** Some minutes of a busy machine. */
const eventsKept = 5000;
const bytesKept = 16 * 1024 * 1024;
/** Ids of a process begin at its start in these units, so that they grow over restarts. */
const idsPerMillisecond = 1000;

interface Kept extends LiveEvent {
  readonly number: number;
}

/** @param startedAtMs when this process began, milliseconds since 1970 */
export function createLiveFeed(startedAtMs: number): LiveFeed {
  const listeners = new Set<(event: LiveEvent) => void>();
  let kept: Kept[] = [];
  let bytes = 0;
  const first = startedAtMs * idsPerMillisecond;
  let last = first;
  const forgetOldest = (): void => {
    let count = 0;
    while (count < kept.length && (kept.length - count > eventsKept || bytes > bytesKept)) {
      bytes -= kept[count]?.data.length ?? 0;
      count += 1;
    }
    if (count > 0) kept = kept.slice(count);
  };
  return {
    begin: () => undefined,
    tell(event, data, team = null) {
      last += 1;
      const told: Kept = {
        id: String(last),
        number: last,
        event,
        data: JSON.stringify(data),
        team,
      };
      // What replaces itself all the time is not worth a place.
      if (event !== 'progress') {
        kept.push(told);
        bytes += told.data.length;
        if (kept.length > eventsKept * 1.1 || bytes > bytesKept) forgetOldest();
      }
      for (const listener of listeners) listener(told);
    },
    since(id) {
      const from = /^\d{1,16}$/.test(id) ? Number(id) : Number.NaN;
      if (from === last) return [];
      const oldest = kept[0]?.number ?? last + 1;
      const isOurs = from >= first && from <= last;
      if (!isOurs || (from < oldest - 1 && from !== first)) return null;
      return kept.filter(({ number }) => number > from);
    },
    hear(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get lastId() {
      return String(last);
    },
  };
}
