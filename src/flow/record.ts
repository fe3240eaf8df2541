// Recording: a recorder with a pace of its own. What sensor and engine tell is appended; it is committed
// and sealed between. It wakes for work, and now and then to leave a sign of life.
import { createWakeable } from '../base/wakeable.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import { openRecorder, type RecorderOptions, type WriterStatus } from '../store/record/index.ts';

/** Records of so long are committed together. */
const gatherMs = 50;

export interface Recording {
  /** False when there is no room: counted, and a loss in the record. */
  append(record: RuntimeRecord): boolean;
  /** Ends runs that the engine does not know any more; call it after the engine was asked. */
  endUnseen(aliveIds: ReadonlySet<string>): number;
  status(): WriterStatus;
  /** Commits everything and closes the record. */
  stop(): Promise<void>;
}

/**
 * Opens the record of a data folder and keeps it going until `stop`. Throws `SeaworthyError`
 * `unreadable` or `busy`.
 */
export function startRecording(options: RecorderOptions): Recording {
  const writer = openRecorder(options);
  const stopping = new AbortController();
  const rest = createWakeable();
  let isResting = false;
  const keepGoing = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { waitMs, isIdle } = writer.tick();
      isResting = isIdle;
      await rest.sleep(waitMs, stopping.signal);
      // Woken by a record: more come with it.
      if (isIdle && !isResting) await rest.sleep(gatherMs, stopping.signal);
    }
  };
  const going = keepGoing();
  return {
    append: (record) => {
      const isTaken = writer.append(record);
      // From here on it ticks until all is committed.
      if (isResting) rest.wake();
      isResting = false;
      return isTaken;
    },
    endUnseen: (aliveIds) => writer.endUnseen(aliveIds),
    status: () => writer.status(),
    stop: async () => {
      stopping.abort();
      await going;
      writer.close();
    },
  };
}
