// The sensor as its owner sees it: a thread that is started, told what to tell, and stopped.
import type { Worker } from 'node:worker_threads';
import { type ErrorCode, SeaworthyError } from '../../base/error.ts';
import { type Bell, closeBell, ringBell } from '../kernel/index.ts';
import { entryOf, startThread } from '../program/index.ts';
import { type BatchCursor, readBatch } from './batch.ts';
import type { ConsumerThread } from './consumer.ts';
import type { TypeCounter } from './counters.ts';
import type { AttachedProgram } from './kernel-sensor.ts';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { defaultSensorOptions, type SensorOptions } from './options.ts';
import type { ExistingProcess, RawLoss } from './record.ts';

export interface SensorHandlers {
  /** Records by time, when there is no consumer in the sensor's thread. */
  readonly onBatch?: (cursor: BatchCursor) => void;
  readonly onExisting?: (processes: readonly ExistingProcess[]) => void;
  readonly onExistingDone?: () => void;
  readonly onLosses?: (losses: readonly RawLoss[]) => void;
  /** What the consumer posted. */
  readonly onMessage?: (message: unknown) => void;
  /** The thread died: nothing is watched any more. */
  readonly onDeath?: (error: Error) => void;
}

export interface SensorRequest {
  readonly options?: Partial<SensorOptions>;
  /** Without it records are copied to `onBatch`. */
  readonly consumer?: ConsumerThread;
  readonly handlers?: SensorHandlers;
}

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
}: SensorRequest = {}): Promise<Sensor> {
  const input: WorkerInput = {
    options: { ...defaultSensorOptions, ...options },
    consumerOptions: consumer?.options ?? null,
  };
  const worker = startThread(consumer?.entry ?? entryOf('sensor-copy', import.meta.url), {
    workerData: input,
    name: 'sensor',
    // It closes descriptors that C opened, which Node would warn of.
    trackUnmanagedFds: false,
  });
  return new SensorOwner(worker, handlers).opened;
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

  constructor(worker: Worker, handlers: SensorHandlers) {
    this.worker = worker;
    this.handlers = handlers;
    this.opened = this.opening.promise;
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) =>
      this.die(error instanceof Error ? error : new Error(String(error))),
    );
    worker.on('exit', () => this.die(new SeaworthyError('busy', 'the sensor ended')));
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
        this.opening.resolve(this);
        break;
      case 'failed':
        // Before it watches this is the answer to the opening, afterwards the death of the thread.
        this.die(failureOf(message));
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
        this.closed.resolve();
        break;
    }
  }

  private die(error: Error): void {
    this.opening.reject(error);
    this.opened.catch(() => undefined);
    for (const answer of this.asks.values()) answer([]);
    this.asks.clear();
    // Only now: a number that was closed may be another file's.
    if (this.bell !== null) closeBell(this.bell);
    this.bell = null;
    this.closed.resolve();
    if (!this.isStopping) this.handlers.onDeath?.(error);
    this.isStopping = true;
  }
}

function failureOf({ code, message, advice }: FromWorker & { kind: 'failed' }): SeaworthyError {
  return new SeaworthyError(code as ErrorCode, message, advice === null ? {} : { advice });
}
