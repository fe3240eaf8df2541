// The sensor as its owner sees it: a thread that is started, told what to tell, and stopped.
import type { Worker } from 'node:worker_threads';
import { type ErrorCode, SeaworthyError } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import { type Bell, closeBell, ringBell } from '../kernel/index.ts';
import { entryOf, startThread } from '../program/index.ts';
import { type BatchCursor, readBatch } from './batch.ts';
import type { ConsumerThread } from './consumer.ts';
import type { TypeCounter } from './counters.ts';
import type { AttachedProgram } from './kernel-sensor.ts';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { defaultSensorOptions, type SensorOptions } from './options.ts';
import type { RawExec, RawLoss } from './record.ts';
import type { Remains } from './remains.ts';

export interface SensorHandlers {
  /** Records by time, when there is no consumer in the sensor's thread. */
  readonly onBatch?: (cursor: BatchCursor) => void;
  readonly onExisting?: (processes: readonly RawExec[]) => void;
  readonly onExistingDone?: () => void;
  readonly onLosses?: (losses: readonly RawLoss[]) => void;
  /** What the consumer posted. */
  readonly onMessage?: (message: unknown) => void;
  /** The thread died, or stands still and was ended: nothing is watched any more. */
  readonly onDeath?: (death: SensorDeath) => void;
}

export interface SensorDeath {
  readonly error: Error;
  /** What happened until then was read, milliseconds since 1970. */
  readonly lastLookMs: number;
  /** For the opening of its successor; null: it left nothing behind. */
  readonly remains: Remains | null;
}

export interface SensorRequest {
  readonly options?: Partial<SensorOptions>;
  /** Without it records are copied to `onBatch`. */
  readonly consumer?: ConsumerThread;
  readonly handlers?: SensorHandlers;
  /** Of a sensor of this process that died. */
  readonly remains?: Remains | null;
  readonly pace?: Pace;
}

/** What lives for one record dies young: V8 would take 48 MB for it where 12 do. */
const youngMB = 12;
/** The largest tables (65,536 processes) need half of it; a thread beyond it is ended, and begun again. */
const oldMB = 1024;
/** A look is due four times a second; loading rules on a machine that is overrun takes some seconds. */
const stillMs = 60_000;
/** How often it is looked whether the thread still looks. */
const watchEveryMs = 15_000;

export interface Sensor {
  /** What is attached, and why the rest is not. */
  readonly programs: readonly AttachedProgram[];
  counters(): Promise<readonly TypeCounter[]>;
  /** To the consumer's `message`. */
  post(message: unknown): void;
  /** Reads what is left, detaches everything, ends the thread. */
  stop(): Promise<void>;
}

/**
 * Starts the sensor; when the promise is kept everything is watched.
 *
 * @throws SeaworthyError `denied` or `unsupported` with what is missing; `sensorSupport` tells all of it
 */
export function openSensor({
  options = {},
  consumer,
  handlers = {},
  remains = null,
  pace = realPace,
}: SensorRequest = {}): Promise<Sensor> {
  const pulse = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  pulse[0] = pace.now();
  const input: WorkerInput = {
    options: { ...defaultSensorOptions, ...options },
    consumerOptions: consumer?.options ?? null,
    pulse: pulse.buffer,
    remains,
  };
  const worker = startThread(consumer?.entry ?? entryOf('sensor-copy', import.meta.url), {
    workerData: input,
    name: 'sensor',
    resourceLimits: { maxYoungGenerationSizeMb: youngMB, maxOldGenerationSizeMb: oldMB },
  });
  return new SensorOwner({ worker, handlers, pulse, pace }).opened;
}

interface OwnerParts {
  readonly worker: Worker;
  readonly handlers: SensorHandlers;
  readonly pulse: Float64Array;
  readonly pace: Pace;
}

class SensorOwner implements Sensor {
  readonly opened: Promise<Sensor>;
  programs: readonly AttachedProgram[] = [];
  private readonly worker: Worker;
  private readonly handlers: SensorHandlers;
  private readonly asks = new Map<number, (counters: readonly TypeCounter[]) => void>();
  private readonly closed = Promise.withResolvers<void>();
  private readonly opening = Promise.withResolvers<Sensor>();
  private bell: Bell | null = null;
  private isStopping = false;
  private lastAsk = 0;
  private remains: Remains | null = null;
  private readonly pulse: Float64Array;
  private readonly pace: Pace;
  private readonly ending = new AbortController();
  /** Why it dies. */
  private reason: Error | null = null;

  constructor({ worker, handlers, pulse, pace }: OwnerParts) {
    this.worker = worker;
    this.handlers = handlers;
    this.pulse = pulse;
    this.pace = pace;
    this.opened = this.opening.promise;
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) => {
      this.reason ??= error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', (code) => {
      this.die(this.reason ?? new SeaworthyError('busy', `its thread ended with code ${code}`));
    });
    void this.watchOver();
  }

  /** One that hangs tells nobody; all that it has to do takes a moment. */
  private async watchOver(): Promise<void> {
    const { signal } = this.ending;
    let seenMs = this.pulse[0];
    for (let stoodMs = 0; !signal.aborted; ) {
      await this.pace.sleep(watchEveryMs, signal).catch(() => undefined);
      // Our own rounds are counted and not the clock: we may have been stopped ourselves.
      stoodMs = this.pulse[0] === seenMs ? stoodMs + watchEveryMs : 0;
      seenMs = this.pulse[0];
      if (signal.aborted || stoodMs < stillMs) continue;
      this.end(new SeaworthyError('busy', `its thread has stood still for ${stoodMs / 1000} s`));
      if (stoodMs < stillMs + watchEveryMs) continue;
      // It cannot even be ended: what it uses must stay.
      this.remains = null;
      this.die(this.reason ?? new SeaworthyError('busy', 'its thread cannot be ended'));
    }
  }

  /** The death follows when the thread is gone: until then what it has mapped must stay. */
  private end(reason: Error): void {
    this.reason ??= reason;
    void this.worker.terminate();
  }

  counters(): Promise<readonly TypeCounter[]> {
    const ask = ++this.lastAsk;
    return new Promise((resolve) => {
      this.asks.set(ask, resolve);
      this.send({ kind: 'counters', ask });
    });
  }

  post(message: unknown): void {
    this.send({ kind: 'message', message });
  }

  stop(): Promise<void> {
    this.isStopping = true;
    this.send({ kind: 'close' });
    return this.closed.promise;
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message);
    if (this.bell !== null) ringBell(this.bell);
  }

  private receive(message: FromWorker): void {
    const { handlers } = this;
    switch (message.kind) {
      case 'watching':
        this.programs = message.programs;
        this.bell = message.bell;
        this.remains = message.remains;
        this.opening.resolve(this);
        break;
      case 'failed':
        // Before it watches this is the answer to the opening, afterwards the death of the thread. It has
        // closed what it had.
        this.remains = null;
        this.opening.reject(failureOf(message));
        this.end(failureOf(message));
        break;
      case 'batch': {
        // The owner may take its time: what it holds is given back when it is through.
        const bytes = message.batch.bytes.byteLength;
        handlers.onBatch?.(readBatch(message.batch));
        this.send({ kind: 'taken', bytes });
        break;
      }
      case 'existing':
        handlers.onExisting?.(message.processes);
        break;
      case 'existing-done':
        handlers.onExistingDone?.();
        break;
      case 'losses':
        handlers.onLosses?.(message.losses);
        break;
      case 'counters':
        this.asks.get(message.ask)?.(message.counters);
        this.asks.delete(message.ask);
        break;
      case 'message':
        handlers.onMessage?.(message.message);
        break;
      case 'closed':
        this.isStopping = true;
        this.remains = null;
        this.closed.resolve();
        break;
    }
  }

  private die(error: Error): void {
    this.ending.abort();
    this.opening.reject(error);
    this.opened.catch(() => undefined);
    for (const answer of this.asks.values()) answer([]);
    this.asks.clear();
    // Only now: a number that was closed may be another file's.
    if (this.bell !== null) closeBell(this.bell);
    this.bell = null;
    this.closed.resolve();
    const { remains, isStopping } = this;
    this.isStopping = true;
    this.remains = null;
    const lastLookMs = this.pulse[0] ?? 0;
    if (!isStopping) this.handlers.onDeath?.({ error, lastLookMs, remains });
  }
}

function failureOf({ code, message, advice }: FromWorker & { kind: 'failed' }): SeaworthyError {
  return new SeaworthyError(code as ErrorCode, message, advice === null ? {} : { advice });
}
