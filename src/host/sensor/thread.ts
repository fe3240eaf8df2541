// The sensor's thread: loads the programs, sleeps until a ring has something, hands records to its
// consumer, or copies of them to the owner where it has none.
import { getPriority, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { assert, messageOf, SeaworthyError } from '../../base/error.ts';
import { createIdleMemory, type IdleMemory } from '../../base/idle-memory.ts';
import { realPace } from '../../base/retry.ts';
import {
  type Bell,
  createBell,
  createWaiter,
  releaseFreedMemory,
  type Waiter,
} from '../kernel/index.ts';
import { copyBatch } from './batch.ts';
import type { CreateConsumer, SensorConsumer } from './consumer.ts';
import { existingPids, existingReader } from './existing.ts';
import { type KernelSensor, openKernelSensor } from './kernel-sensor.ts';
import { LookPace } from './look-pace.ts';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { cursorOf, type RingReader, ringReader } from './reader.ts';
import { removeRemains } from './remains.ts';
import type { BatchSection } from './ring.ts';

/** Copies that the owner has not worked through; beyond, the rings fill and the kernel counts. */
const maxHeldBytes = 64 * 1024 * 1024;
const lossesEveryMs = 500;
/** Waiting for records, the thread looks up this often: losses are told, the event loop has its turn. */
const restMs = 250;
/** Looks before the event loop has its turn though nobody has rung. */
const looksPerTurn = 20;
/** Time that one turn gives to processes that live already: the rings are looked at in between. */
const existingTurnNs = 8_000_000n;

/** What C code has freed in all threads (compilers of V8, the database) goes back this often: some ms. */
const releaseEveryNs = 15_000_000_000n;

/** For intervals: cheaper than a call of C. */
function monotonicNs(): bigint {
  return process.hrtime.bigint();
}

/**
 * The rings hold a tenth of a second of a flood of opens: where dozens of programs want the processors,
 * a thread like the others would be away for longer. Of this process it is the only one that is ahead.
 */
const aheadOfOthers = 10;

function hurry(): void {
  try {
    // On Linux it is the calling thread's own.
    setPriority(0, Math.max(-20, getPriority(0) - aheadOfOthers));
  } catch {
    // Not allowed here: what does not fit is counted.
  }
}

class SensorThread {
  private readonly port: MessagePort;
  private readonly input: WorkerInput;
  private readonly pulse: Float64Array;
  private readonly sensor: KernelSensor;
  private readonly reader: RingReader;
  private consumer: SensorConsumer | null = null;
  private heldBytes = 0;
  private isClosing = false;
  /** Processes that live already are being read: no waiting. */
  private isTelling = false;
  private readonly bell: Bell = createBell();
  private readonly waiter: Waiter;
  private readonly pace: LookPace;
  private nextLossesNs = 0n;
  private nextReleaseNs = 0n;
  /** Quick: the rings must not fill meanwhile. */
  private readonly memory: IdleMemory = createIdleMemory(monotonicNs, 'quick');

  constructor(port: MessagePort, input: WorkerInput) {
    this.port = port;
    this.input = input;
    hurry();
    this.pulse = new Float64Array(input.pulse);
    this.pace = new LookPace(input.options);
    if (input.remains !== null) removeRemains(input.remains);
    this.sensor = openKernelSensor(input.options);
    this.waiter = createWaiter(this.bell, this.sensor.descriptors);
    this.reader = ringReader(this.sensor, monotonicNs);
  }

  async start(create: CreateConsumer | null): Promise<void> {
    // The rings hold what happens from here on: the consumer gets all of it, however long it is made.
    const { programs, remains } = this.sensor;
    this.send({ kind: 'watching', programs, bell: this.bell, remains });
    if (create !== null) this.consumer = await this.made(create);
    this.port.on('message', (message: ToWorker) => this.receive(message));
    if (this.input.options.tellExisting) this.tellExisting(existingPids());
    this.turn();
  }

  private async made(create: CreateConsumer): Promise<SensorConsumer> {
    try {
      return await create({
        options: this.input.consumerOptions,
        post: (message) => this.send({ kind: 'message', message }),
      });
    } catch (error) {
      this.sensor.close();
      throw error;
    }
  }

  private send(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.port.postMessage(message, [...transfer]);
  }

  private receive(message: ToWorker): void {
    switch (message.kind) {
      case 'taken':
        this.heldBytes -= message.bytes;
        break;
      case 'counters':
        this.send({ kind: 'counters', ask: message.ask, counters: this.sensor.counters.read() });
        break;
      case 'message':
        this.consumer?.message?.(message.message);
        break;
      case 'close':
        void this.close();
        break;
    }
  }

  /**
   * Sleeps until the kernel has something, reads it, and lets more come together where there is much:
   * a machine at rest costs nothing, a busy one a look for many records. Now and then, and when the
   * owner has rung, the event loop has its turn.
   */
  private turn(): void {
    for (let look = 0; look < looksPerTurn && !this.isClosing; look++) {
      const bytes = this.drain();
      this.pulse[0] = realPace.now();
      this.tellLosses(false);
      if (this.isTelling) break;
      if (this.reader.hasNews() || bytes > 0) {
        if (this.waiter.pause(this.pace.pauseMs(bytes))) break;
        continue;
      }
      this.pace.rested();
      if (this.waiter.wait(restMs)) break;
      if (this.reader.hasNews()) continue;
      this.consumer?.rest?.();
      break;
    }
    if (!this.isClosing) setImmediate(() => this.turn());
  }

  /** Bytes that were read. */
  private drain(): number {
    const { consumer } = this;
    if (consumer !== null) {
      return this.reader.read((sections, offset) => consumer.batch(cursorOf(sections, offset)));
    }
    if (this.heldBytes > maxHeldBytes) return 0;
    return this.reader.read((sections, offset) => this.sendCopy(sections, offset));
  }

  private tellLosses(isLast: boolean): void {
    const now = monotonicNs();
    if (!isLast && now < this.nextLossesNs) return;
    this.nextLossesNs = now + BigInt(lossesEveryMs) * 1_000_000n;
    if (!this.reader.hasNews()) this.giveBack(now);
    this.tellDatagrams(isLast);
    const losses = this.sensor.counters.losses(this.reader.clockOffsetNs);
    if (losses.length === 0) return;
    if (this.consumer === null) this.send({ kind: 'losses', losses });
    else this.consumer.losses?.(losses);
  }

  private tellDatagrams(isLast: boolean): void {
    const { clockOffsetNs } = this.reader;
    const bootNs = BigInt(realPace.now()) * 1_000_000n - clockOffsetNs;
    const section = this.sensor.datagrams.read(bootNs, isLast);
    if (section === null) return;
    if (this.consumer !== null) this.consumer.batch(cursorOf([section], clockOffsetNs));
    else this.sendCopy([section], clockOffsetNs);
  }

  private sendCopy(sections: readonly BatchSection[], clockOffsetNs: bigint): void {
    const batch = copyBatch(sections, clockOffsetNs);
    this.heldBytes += batch.bytes.byteLength;
    this.send({ kind: 'batch', batch }, [batch.bytes]);
  }

  /** In a quiet moment. */
  private giveBack(now: bigint): void {
    const hasCollected = this.memory.rest();
    if (!hasCollected && now < this.nextReleaseNs) return;
    this.nextReleaseNs = now + releaseEveryNs;
    releaseFreedMemory();
  }

  private tellExisting(pids: readonly number[]): void {
    const reader = existingReader(this.reader.clockOffsetNs);
    const { consumer } = this;
    let index = 0;
    this.isTelling = true;
    const next = () => {
      if (this.isClosing) return;
      const until = monotonicNs() + existingTurnNs;
      const processes = [];
      while (index < pids.length && monotonicNs() < until) {
        const found = reader.read(pids[index++] ?? 0);
        if (found !== null) processes.push(found);
      }
      if (consumer !== null) consumer.existing?.(processes);
      else this.send({ kind: 'existing', processes });
      this.drain();
      this.isTelling = index < pids.length;
      if (this.isTelling) setImmediate(next);
      else if (consumer !== null) consumer.existingDone?.();
      else this.send({ kind: 'existing-done' });
    };
    next();
  }

  private async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    this.sensor.detach();
    while (this.drain() > 0);
    this.tellLosses(true);
    await this.consumer?.close?.();
    this.sensor.close();
    this.send({ kind: 'closed' });
    this.port.close();
  }
}

/**
 * What the entry of a sensor's thread calls, once: starts watching and feeds the consumer, or sends
 * copies to the owner where there is none. An error goes to the owner too.
 */
export async function runSensorThread(create: CreateConsumer | null): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'runSensorThread outside of a thread');
  try {
    await new SensorThread(port, workerData as WorkerInput).start(create);
  } catch (error) {
    const failure: FromWorker = {
      kind: 'failed',
      code: error instanceof SeaworthyError ? error.code : 'unsupported',
      message: messageOf(error),
      advice: error instanceof SeaworthyError ? (error.advice ?? null) : null,
    };
    port.postMessage(failure);
    port.close();
  }
}
