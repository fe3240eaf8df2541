// The contract between the sensor's thread and what takes its records there, beside the rings: they
// never cross to another thread.
import type { BatchCursor } from './batch.ts';
import type { RawExec, RawLoss, RawRecord } from './record.ts';

export interface ConsumerContext {
  /** As given to `openSensor`; a structured clone. */
  readonly options: unknown;
  /** To `onMessage` of the owner. */
  readonly post: (message: unknown) => void;
}

export interface SensorConsumer {
  /**
   * Records by time. The cursor looks into the kernel's memory: it is good during the call, texts and
   * decoded records that are made of it stay.
   */
  batch(cursor: BatchCursor): void;
  /** Records by time that come from elsewhere: without the rings. */
  decoded?(records: readonly RawRecord[]): void;
  /** Processes that lived already, some at a time; records of them may have come before. */
  existing?(processes: readonly RawExec[]): void;
  /** All existing processes were told. */
  existingDone?(): void;
  /** Nothing has happened for a while: what waits for time to pass is looked at. */
  rest?(): void;
  losses?(losses: readonly RawLoss[]): void;
  /** A message of the owner (`Sensor.post`). */
  message?(message: unknown): void;
  /** The last call; what is promised is waited for. */
  close?(): void | Promise<void>;
}

export type CreateConsumer = (context: ConsumerContext) => SensorConsumer | Promise<SensorConsumer>;

/** A thread of the owner's making: its entry calls `runSensorThread` with a consumer. */
export interface ConsumerThread {
  /** `entryOf('watch', import.meta.url)` of a file `watch.worker.ts`. */
  readonly entry: URL;
  /** Given to `createConsumer`. */
  readonly options: unknown;
}
