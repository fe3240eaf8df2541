// Made-up agents for the benchmark of the fleet. They share the machine with what is measured, so they
// are cheap: records are templates with a few words filled in, requests go over plain sockets.
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { fleetDetection, fleetFlow, fleetRun } from '../../test/sample-fleet.ts';

export interface FleetLoad {
  readonly agents: number;
  /** Events a second of each agent. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Seconds between two batches of one agent, give or take a fifth. */
  readonly betweenS: number;
}

export interface SimulatedAgent {
  readonly name: string;
  readonly secret: string;
  sequence: number;
}

export interface DriveOutcome {
  /** Milliseconds from the send of each batch to its acknowledgement, retries included. */
  readonly ackMs: readonly number[];
  /** The same from the moment it was due: a generator without a processor shows here. */
  readonly dueMs: readonly number[];
  readonly events: number;
  /** Answers that told an agent to come later. */
  readonly deferred: number;
  /** Connections that broke. */
  readonly broken: number;
  readonly elapsedS: number;
}

const containersEach = 50;
const remotes = 200;
const answerMs = 60_000;
const patienceMs = 120_000;
/** As the agent's own batches. */
const batchRecords = 2000;

/** A record whose `@n@` are filled in, in the order of their numbers' places in the text. */
function template(record: object): (words: readonly (string | number)[]) => string {
  const parts = JSON.stringify(record).split(/"@(\d)@"|@(\d)@|-9(\d)9/);
  const fixed: string[] = [];
  const places: { readonly index: number; readonly isText: boolean }[] = [];
  for (let at = 0; at < parts.length; at += 4) {
    fixed.push(parts[at] ?? '');
    const [whole, inner, number] = [parts[at + 1], parts[at + 2], parts[at + 3]];
    const index = whole ?? inner ?? number;
    if (index !== undefined) places.push({ index: Number(index), isText: whole !== undefined });
  }
  return (words) => {
    let text = fixed[0] ?? '';
    for (const [at, { index, isText }] of places.entries()) {
      const word = words[index] ?? '';
      text += (isText ? `"${word}"` : String(word)) + (fixed[at + 1] ?? '');
    }
    return text;
  };
}

const flow = template({
  ...fleetFlow('flow', '@1@'),
  container: '@0@',
  flows: -929,
  sent: -939,
  received: -949,
});
const detection = template({
  ...fleetDetection('detection', '@1@'),
  container: '@0@',
  timeUs: -929,
});
const begun = template({ ...fleetRun('@1@'), container: '@0@', firstUs: -929, lastUs: -929 });
const ended = template({
  ...fleetRun('@1@', { alive: false, exitCode: 0 }),
  container: '@0@',
  firstUs: -929,
  lastUs: -939,
});

/** 64 digits, as engines give them. */
function containerId(agent: number, container: number): string {
  return (agent * 100_000 + container + 1).toString(16).padStart(12, 'c').padEnd(64, '5a0f');
}

const beganUs = 1_767_323_045_000_000;

/** Of ten events seven are sums of flows, two lifecycles (a container begins, it ends), one a detection. */
function eventOf(agent: number, number: number): string {
  const kind = number % 10;
  const container = containerId(agent, number % containersEach);
  if (kind < 7) {
    const times = Math.floor(number / remotes) + 1;
    return flow([container, `10.${number % remotes}.0.1`, times, 1200 * times, 34_000 * times]);
  }
  const atUs = beganUs + number * 100_000;
  if (kind === 7) return detection([container, `rule ${number % 20}`, atUs]);
  const serial = Math.floor(number / 10);
  const id = containerId(agent, containersEach + serial);
  return kind === 8
    ? begun([id, `job-${agent}-${serial}`, atUs])
    : ended([id, `job-${agent}-${serial}`, atUs - 100_000, atUs]);
}

function batchOf(one: SimulatedAgent, agent: number, count: number): Buffer {
  const after = one.sequence;
  const health = { version: 'bench', sentUs: Date.now() * 1000, spooledBytes: 0, dropped: 0 };
  let text = `${JSON.stringify({ stream: 's', after, through: after + count, health })}\n`;
  for (let number = after + 1; number <= after + count; number += 1) {
    text += `[${number},${eventOf(agent, number)}]\n`;
  }
  return zstdCompressSync(Buffer.from(text));
}

/** One kept-alive connection, one request at a time. */
class Link {
  readonly #port: number;
  readonly #head: string;
  #socket: Socket | null = null;
  /** What the last answer said. */
  retryAfterS = 0;
  #text = '';
  #answered: ((status: number) => void) | null = null;

  constructor(port: number, secret: string) {
    this.#port = port;
    this.#head = `POST /api/v1/ingest HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${secret}\r\ncontent-encoding: zstd\r\ncontent-length: `;
  }

  /** The status of the answer; 0: the connection broke. */
  post(body: Buffer): Promise<number> {
    const socket = this.#socket ?? this.#connect();
    return new Promise((resolve) => {
      this.#answered = resolve;
      socket.write(Buffer.concat([Buffer.from(`${this.#head}${body.length}\r\n\r\n`), body]));
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect(this.#port, '127.0.0.1');
    this.#socket = socket;
    this.#text = '';
    socket.setNoDelay(true);
    socket.setTimeout(answerMs, () => socket.destroy());
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => this.#read(String(chunk)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      this.#answer(0);
    });
    return socket;
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const end = this.#text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < end + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    this.retryAfterS = Number(/retry-after: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    this.#text = '';
    this.#answer(status);
  }

  #answer(status: number): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(status);
  }
}

/** Every agent sends at its own moment of each round, as jitter spreads real ones. */
export async function drive(
  fleet: readonly SimulatedAgent[],
  { perSecond, seconds, betweenS }: FleetLoad,
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Promise<DriveOutcome> {
  const ackMs: number[] = [];
  const dueMs: number[] = [];
  const counts = { deferred: 0, broken: 0, events: 0 };
  const began = performance.now();
  const end = began + seconds * 1000;
  const one = async (agent: SimulatedAgent, index: number): Promise<void> => {
    const link = new Link(port, agent.secret);
    let due = began + (index / fleet.length) * betweenS * 1000;
    for (let told = due - betweenS * 1000; due < end; ) {
      const waitMs = due - performance.now();
      if (waitMs > 0) await pause(waitMs);
      const start = performance.now();
      // Whoever was told to come later brings what happened meanwhile, as agents do.
      for (;;) {
        const until = Math.min(Math.max(due, performance.now()), end + betweenS * 1000);
        const wanted = Math.round(((until - told) / 1000) * perSecond);
        const count = Math.min(batchRecords, Math.max(1, wanted));
        signal.throwIfAborted();
        const status = await link.post(batchOf(agent, index, count));
        if (status === 200) {
          told += (count / perSecond) * 1000;
          agent.sequence += count;
          counts.events += count;
          break;
        }
        if (status === 0) counts.broken += 1;
        else counts.deferred += 1;
        if (performance.now() - start > patienceMs) throw new Error(`the server answers ${status}`);
        await pause(Math.max(1, link.retryAfterS) * 1000);
      }
      const now = performance.now();
      ackMs.push(now - start);
      dueMs.push(now - due);
      due = Math.max(due + betweenS * 1000 * (0.8 + Math.random() * 0.4), told);
    }
    link.close();
  };
  await Promise.all(fleet.map(one));
  return { ackMs, dueMs, ...counts, elapsedS: (performance.now() - began) / 1000 };
}
