// What the sensor's thread and its owner say to each other.
import type { Bell } from '../kernel/index.ts';
import type { BatchCopy } from './batch.ts';
import type { TypeCounter } from './counters.ts';
import type { AttachedProgram } from './kernel-sensor.ts';
import type { SensorOptions } from './options.ts';
import type { RawExec, RawLoss } from './record.ts';
import type { Remains } from './remains.ts';

export interface WorkerInput {
  readonly options: SensorOptions;
  readonly consumerOptions: unknown;
  /** One number: when the thread has looked last, milliseconds since 1970. */
  readonly pulse: SharedArrayBuffer;
  /** Of a thread before this one that ended without a word. */
  readonly remains: Remains | null;
}

export type FromWorker =
  | {
      readonly kind: 'watching';
      readonly programs: readonly AttachedProgram[];
      /** From now on the owner's: rung with each message, so that a waiting thread looks. */
      readonly bell: Bell;
      readonly remains: Remains;
    }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly advice: string | null;
    }
  | { readonly kind: 'batch'; readonly batch: BatchCopy }
  | { readonly kind: 'existing'; readonly processes: readonly RawExec[] }
  | { readonly kind: 'existing-done' }
  | { readonly kind: 'losses'; readonly losses: readonly RawLoss[] }
  | { readonly kind: 'counters'; readonly ask: number; readonly counters: readonly TypeCounter[] }
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'closed' };

export type ToWorker =
  /** A batch was worked through: its bytes need not be held back any more. */
  | { readonly kind: 'taken'; readonly bytes: number }
  | { readonly kind: 'counters'; readonly ask: number }
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'close' };
