// Recording: a recorder with a pace of its own. What sensor and engine tell is appended; it is committed
// and sealed between.
import { realPace } from '../base/retry.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import { openRecorder, type RecorderOptions, type WriterStatus } from '../store/record/index.ts';

/** Half of what a commit may wait. */
const tickMs = 50;

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
  const going = keepGoing(() => writer.tick(), stopping.signal);
  return {
    append: (record) => writer.append(record),
    endUnseen: (aliveIds) => writer.endUnseen(aliveIds),
    status: () => writer.status(),
    stop: async () => {
      stopping.abort();
      await going;
      writer.close();
    },
  };
}

async function keepGoing(tick: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    tick();
    try {
      await realPace.sleep(tickMs, signal);
    } catch {
      return;
    }
  }
}
