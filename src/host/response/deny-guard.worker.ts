// The small process that lets programs of a container run or not. Nothing else runs in it; its death,
// however it comes, lets everything run. Started by `deny-guard.ts`; its one worker is this same file.
import { fstatSync, statSync } from 'node:fs';
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import {
  attachDeadlineTimer,
  attachExecGuard,
  createDeadlineTimer,
  type ExecAttempt,
  type ExecGuard,
  loadLibrary,
  openExecGuard,
} from '../kernel/index.ts';
import { keepDeadline, turnState } from '../naming/index.ts';
import { startThread } from '../program/index.ts';
import type { Denied, GuardMessage, GuardOrder, Watched } from './deny-messages.ts';
import { type Judged, judgeProgram, pathOf } from './drift.ts';

interface ThreadData {
  readonly guardDescriptor: number;
  readonly timerDescriptor: number;
  readonly state: turnState.SharedState;
  readonly deadlineMs: number;
  readonly orders: MessagePort;
}

/** A watched container as the judging thread knows it. */
interface Judge {
  readonly container: Watched;
  /** Of the overlay; files on other devices lie on volumes. */
  readonly device: bigint;
  readonly mountNamespace: bigint;
}

type ThreadOrder =
  | { readonly kind: 'add'; readonly judge: Judge }
  | { readonly kind: 'remove'; readonly id: string };

const beatMs = 1000;
const messagesWaiting = 1000;
const verdictsKept = 50_000;
const parentDeathSignal = 1;
const sigkill = 9;
const { figurePlaces } = turnState;

/** Milliseconds that only grow; both threads read the same clock. */
function elapsedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function judgeInThread(data: ThreadData): void {
  const guard = attachExecGuard(data.guardDescriptor);
  const timer = attachDeadlineTimer(data.timerDescriptor);
  const bench = new Bench(data.orders);
  parentPort?.postMessage('ready');
  for (;;) {
    if (!guard.wait(-1)) continue;
    const attempt = guard.next();
    if (attempt === null) continue;
    const { words, figures } = data.state;
    const begun = elapsedMs();
    Atomics.store(words, turnState.attemptDescriptor, attempt.descriptor);
    Atomics.store(words, turnState.attemptPid, attempt.pid);
    Atomics.store(words, turnState.answered, 0);
    figures[turnState.deadlineMs] = begun + data.deadlineMs;
    Atomics.add(words, turnState.turn, 1);
    timer.set(data.deadlineMs);
    const denied = bench.judge(attempt);
    const inTime = turnState.claimAnswer(data.state);
    if (inTime && denied === null) guard.allow(attempt);
    else if (inTime) guard.deny(attempt);
    const heldMs = elapsedMs() - begun;
    Atomics.add(words, turnState.turn, 1);
    Atomics.notify(words, turnState.turn);
    timer.set(0);
    guard.release(attempt);
    if (!inTime) continue;
    add(figures, figurePlaces.answered, 1);
    add(figures, figurePlaces.heldMsSum, heldMs);
    figures[figurePlaces.heldMsMaximum] = Math.max(
      figures[figurePlaces.heldMsMaximum] ?? 0,
      heldMs,
    );
    if (denied === null) continue;
    add(figures, figurePlaces.named, 1);
    parentPort?.postMessage(denied);
  }
}

function add(figures: Float64Array, place: number, amount: number): void {
  figures[place] = (figures[place] ?? 0) + amount;
}

/** Who is judged, and what was judged before. */
class Bench {
  private readonly orders: MessagePort;
  private readonly byDevice = new Map<bigint, Judge>();
  private readonly verdicts = new Map<string, Judged>();

  constructor(orders: MessagePort) {
    this.orders = orders;
  }

  /** Null: it may run. What cannot be judged runs: a wrong look must not stop a container. */
  judge(attempt: ExecAttempt): Denied | null {
    this.obey();
    try {
      const { dev, ino, ctimeNs, nlink } = fstatSync(attempt.descriptor, { bigint: true });
      const judge = this.byDevice.get(dev);
      if (judge === undefined) return this.onVolume(attempt);
      const key = `${dev} ${ino} ${ctimeNs} ${nlink}`;
      let judged = this.verdicts.get(key);
      if (judged === undefined) {
        judged = judgeProgram(attempt.descriptor, judge.container.lower);
        // A refusal is told by the name that it has each time.
        if (judged.drift === null) this.keep(key, judged);
      }
      if (judged.drift === null) return null;
      return deniedOf(attempt, judge, { ...judged, drift: judged.drift });
    } catch {
      return null;
    }
  }

  /** Orders come before the marks that they are for, so that none is judged by an old list. */
  private obey(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.orders);
      if (received === undefined) return;
      const message = received.message as ThreadOrder;
      this.verdicts.clear();
      if (message.kind === 'add') this.byDevice.set(message.judge.device, message.judge);
      else {
        for (const [device, { container }] of this.byDevice) {
          if (container.id === message.id) this.byDevice.delete(device);
        }
      }
    }
  }

  /** A mark on a mount of a container that asked for it, or a leftover of one that was lifted. */
  private onVolume(attempt: ExecAttempt): Denied | null {
    const namespace = statSync(`/proc/${attempt.pid}/ns/mnt`, { bigint: true }).ino;
    const judge = [...this.byDevice.values()].find((one) => one.mountNamespace === namespace);
    if (judge === undefined || judge.container.volumes.length === 0) return null;
    return deniedOf(attempt, judge, { drift: 'volume', path: pathOf(attempt.descriptor) });
  }

  private keep(key: string, judged: Judged): void {
    if (this.verdicts.size >= verdictsKept) this.verdicts.clear();
    this.verdicts.set(key, judged);
  }
}

function deniedOf(
  { pid }: ExecAttempt,
  { container }: Judge,
  { drift, path }: Pick<Denied, 'drift' | 'path'>,
): Denied {
  const atNs = BigInt(realPace.now()) * 1_000_000n;
  return { containerId: container.id, pid, path, drift, atNs };
}

function begin(): void {
  const send = createSender();
  // The parent's death, however it comes, is ours: also when we are stopped just then.
  process.on('disconnect', dieNow);
  loadLibrary('libc.so.6').func('int prctl(int option, unsigned long value)')(
    parentDeathSignal,
    sigkill,
  );
  const obeyed = new Map<string, Watched>();
  let order: ((given: GuardOrder) => void) | null = null;
  process.on('message', (given: GuardOrder) => {
    try {
      if (given.kind === 'begin') order = openGuard(given.deadlineMs, obeyed, send);
      else order?.(given);
    } catch (error) {
      const code = error instanceof SeaworthyError ? error.code : 'unsupported';
      send({ kind: 'failed', code, message: messageOf(error) });
    }
  });
}

type Send = (message: GuardMessage) => void;

/** Opens the group and starts to judge; gives what obeys further orders. */
function openGuard(
  deadlineMs: number,
  obeyed: Map<string, Watched>,
  send: Send,
): (given: GuardOrder) => void {
  const guard = openExecGuard();
  const timer = createDeadlineTimer();
  const state = turnState.createSharedState();
  const { port1, port2 } = new MessageChannel();
  const data: ThreadData = {
    guardDescriptor: guard.descriptor,
    timerDescriptor: timer.descriptor,
    state,
    deadlineMs,
    orders: port2,
  };
  const worker = startThread(new URL(import.meta.url), {
    workerData: data,
    transferList: [port2],
  });
  worker.on('message', (message: Denied | 'ready') => {
    if (message === 'ready') send({ kind: 'ready' });
    else send({ kind: 'denied', denied: message });
  });
  worker.on('error', dieNow);
  worker.on('exit', dieNow);
  void keepDeadline({
    guard,
    state,
    timer,
    elapsedMs,
    onLate: () => undefined,
    onStuck: () => send({ kind: 'stuck' }),
  }).catch(dieNow);
  void beat(send, state);
  return (given) => {
    if (given.kind === 'watch') watch(given.container, { guard, port: port1, obeyed, send });
    else if (given.kind === 'lift') lift(given.id, { guard, port: port1, obeyed, send });
  };
}

interface Desk {
  readonly guard: ExecGuard;
  readonly port: MessagePort;
  readonly obeyed: Map<string, Watched>;
  readonly send: Send;
}

function watch(container: Watched, { guard, port, obeyed, send }: Desk): void {
  const { id, pid, volumes } = container;
  const root = `/proc/${pid}/root`;
  try {
    const { dev } = statSync(`${root}/`, { bigint: true });
    const mountNamespace = statSync(`/proc/${pid}/ns/mnt`, { bigint: true }).ino;
    const order: ThreadOrder = { kind: 'add', judge: { container, device: dev, mountNamespace } };
    port.postMessage(order);
    obeyed.set(id, container);
    guard.markWhole(`${root}/`, 'filesystem');
    for (const { path, isMemory } of volumes) markVolume(guard, `${root}${path}`, isMemory);
    send({ kind: 'answer', id, problem: null });
  } catch (error) {
    lift(id, { guard, port, obeyed, send: () => undefined });
    send({ kind: 'answer', id, problem: messageOf(error) });
  }
}

/** A memory file system is the container's own; a folder of the machine is marked in this mount alone. */
function markVolume(guard: ExecGuard, path: string, isMemory: boolean): void {
  try {
    guard.markWhole(path, isMemory ? 'filesystem' : 'mount');
  } catch (error) {
    // Mounted over or gone: its programs cannot be reached by this path.
    if (!(error instanceof SeaworthyError)) throw error;
  }
}

function lift(id: string, { guard, port, obeyed, send }: Desk): void {
  const container = obeyed.get(id);
  obeyed.delete(id);
  const order: ThreadOrder = { kind: 'remove', id };
  // Even where a mark stays, the thread lets everything pass that it has no judge for.
  port.postMessage(order);
  if (container !== undefined) {
    const root = `/proc/${container.pid}/root`;
    unmark(guard, `${root}/`, 'filesystem');
    for (const { path, isMemory } of container.volumes) {
      unmark(guard, `${root}${path}`, isMemory ? 'filesystem' : 'mount');
    }
  }
  send({ kind: 'answer', id, problem: null });
}

function unmark(guard: ExecGuard, path: string, scope: 'filesystem' | 'mount'): void {
  try {
    guard.markWhole(path, scope, true);
  } catch (error) {
    // With its container its mounts and marks are gone.
    if (!(error instanceof SeaworthyError)) throw error;
  }
}

function dieNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Sends without ever waiting. */
function createSender(): Send {
  let waiting = 0;
  return (message) => {
    if (waiting >= messagesWaiting) return;
    waiting += 1;
    process.send?.(message, undefined, undefined, () => {
      waiting -= 1;
    });
  };
}

async function beat(send: Send, { figures }: turnState.SharedState): Promise<void> {
  const at = (place: number): number => figures[place] ?? 0;
  for (;;) {
    send({
      kind: 'beat',
      figures: {
        judged: at(figurePlaces.answered),
        denied: at(figurePlaces.named),
        late: at(figurePlaces.late),
        heldMsSum: at(figurePlaces.heldMsSum),
        heldMsMaximum: at(figurePlaces.heldMsMaximum),
      },
    });
    await realPace.sleep(beatMs);
  }
}

// Last, when all of this file is there.
if (!isMainThread) judgeInThread(workerData as ThreadData);
else if (process.send !== undefined) begin();
