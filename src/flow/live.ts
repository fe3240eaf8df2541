// What happens now, as it is told to pages that are open: numbered, kept for a while, so that a page
// which was away takes up where it was.

export type LiveKind =
  | 'container'
  | 'image'
  | 'detection'
  | 'response'
  | 'audit'
  | 'lost'
  | 'progress';

export interface LiveEvent {
  /** Grows, over restarts too. */
  readonly id: number;
  readonly event: LiveKind;
  /** JSON. */
  readonly data: string;
  /** Who may see it; null: everybody. */
  readonly team: string | null;
}

export interface LiveFeed {
  /** @param team only those who may see this team's containers are told; null: everybody */
  tell(event: LiveKind, data: unknown, team?: string | null): void;
  /** What came after `id`; null: some of it is forgotten, or `id` is none of ours. */
  since(id: number): readonly LiveEvent[] | null;
  /** @returns ends the telling */
  hear(listener: (event: LiveEvent) => void): () => void;
  readonly lastId: number;
}

/** Some minutes of a busy machine. */
const eventsKept = 5000;
const bytesKept = 16 * 1024 * 1024;
/** Ids of a process begin at its start in these units, so that they grow over restarts. */
const idsPerMillisecond = 1000;

/** @param startedAtMs when this process began, milliseconds since 1970 */
export function createLiveFeed(startedAtMs: number): LiveFeed {
  const listeners = new Set<(event: LiveEvent) => void>();
  let kept: LiveEvent[] = [];
  let bytes = 0;
  const firstId = startedAtMs * idsPerMillisecond;
  let lastId = firstId;
  const forgetOldest = (): void => {
    let count = 0;
    while (count < kept.length && (kept.length - count > eventsKept || bytes > bytesKept)) {
      bytes -= kept[count]?.data.length ?? 0;
      count += 1;
    }
    if (count > 0) kept = kept.slice(count);
  };
  return {
    tell(event, data, team = null) {
      lastId += 1;
      const told: LiveEvent = { id: lastId, event, data: JSON.stringify(data), team };
      // What replaces itself all the time is not worth a place.
      if (event !== 'progress') {
        kept.push(told);
        bytes += told.data.length;
        if (kept.length > eventsKept * 1.1 || bytes > bytesKept) forgetOldest();
      }
      for (const listener of listeners) listener(told);
    },
    since(id) {
      if (id === lastId) return [];
      const oldest = kept[0]?.id ?? lastId + 1;
      const isOurs = id >= firstId && id <= lastId;
      if (!isOurs || (id < oldest - 1 && id !== firstId)) return null;
      return kept.filter((event) => event.id > id);
    },
    hear(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get lastId() {
      return lastId;
    },
  };
}
