// The engine's events for as long as we watch, over restarts of the engine: reconnects, asks for what
// it missed, and says where it cannot know.
import { backoffMs, type Pace, realPace } from '../../base/retry.ts';
import type { EngineContainer } from './answer.ts';
import type { DockerEngine } from './engine.ts';
import type { EngineEvent } from './events.ts';

export type Followed =
  /** Connected, again or first: all containers that the engine has now. */
  | {
      readonly kind: 'connected';
      readonly engine: DockerEngine['kind'];
      readonly containers: readonly EngineContainer[];
    }
  | { readonly kind: 'event'; readonly event: Extract<EngineEvent, { kind: 'event' }> }
  /** Between the two something may have happened that nobody will tell. Nanoseconds since 1970. */
  | {
      readonly kind: 'gap';
      readonly fromNs: bigint;
      readonly toNs: bigint;
      readonly reason: 'engine-away' | 'replay-limit' | 'unreadable';
    };

export interface FollowOptions {
  /** Connects to the engine; asked again after each loss. */
  readonly connect: () => Promise<DockerEngine>;
  readonly signal: AbortSignal;
  readonly pace?: Pace;
}

/** What the daemon keeps to repeat (moby, daemon/events: `eventsLimit`). */
const replayLimit = 256;
/** Events of which a repetition is known. */
const seenKept = 1024;
/** An engine that is away is asked about every other second. */
const longestTries = 3;
const types = ['container'];

interface Position {
  /** Of the newest event or, without one, of the connection. */
  lastNs: bigint;
  readonly seen: Set<string>;
}

/**
 * Follows the events of containers until the signal is aborted; the first connection must succeed.
 *
 * @throws SeaworthyError of `connect`, at the first connection only
 */
export async function* followEngine(
  options: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const { connect, signal, pace = realPace } = options;
  const nowNs = (): bigint => BigInt(pace.now()) * 1_000_000n;
  const position: Position = { lastNs: nowNs(), seen: new Set() };
  let engine = await connect();
  for (let first = true, failures = 0; !signal.aborted; first = false) {
    try {
      if (!first) engine = await connect();
      const connectedNs = nowNs();
      if (!first) yield* replay(engine, position, connectedNs);
      const containers = await engine.containers({ all: true });
      yield { kind: 'connected', engine: engine.kind, containers };
      failures = 0;
      const since = { sinceSeconds: secondsOf(connectedNs), types, signal };
      for await (const event of engine.events(since)) yield* pass(event, position);
    } catch {
      // The engine went away: that is what the next round, and its gap, are for.
    } finally {
      engine.close();
    }
    if (signal.aborted) return;
    failures = Math.min(failures + 1, longestTries);
    await pace.sleep(backoffMs(failures, pace), signal).catch(() => undefined);
  }
}

/** What the engine still remembers of the time in between, and the gap if that is not all of it. */
async function* replay(
  engine: DockerEngine,
  position: Position,
  connectedNs: bigint,
): AsyncGenerator<Followed, void, undefined> {
  const fromNs = position.lastNs;
  const window = { sinceSeconds: secondsOf(fromNs), untilSeconds: secondsOf(connectedNs), types };
  let bridged = false;
  let count = 0;
  for await (const event of engine.events(window)) {
    count += 1;
    if (event.kind === 'event' && position.seen.has(keyOf(event))) bridged = true;
    yield* pass(event, position);
  }
  // The last event we know, repeated, proves that the engine's memory reaches back to it.
  if (bridged && count < replayLimit) return;
  const reason = count >= replayLimit ? 'replay-limit' : 'engine-away';
  yield { kind: 'gap', fromNs, toNs: connectedNs, reason };
}

function* pass(event: EngineEvent, position: Position): Generator<Followed, void, undefined> {
  if (event.kind === 'unreadable') {
    yield { kind: 'gap', fromNs: position.lastNs, toNs: position.lastNs, reason: 'unreadable' };
    return;
  }
  const key = keyOf(event);
  if (position.seen.has(key)) return;
  position.seen.add(key);
  if (position.seen.size > seenKept)
    position.seen.delete(position.seen.values().next().value ?? '');
  if (event.timeNanoseconds > position.lastNs) position.lastNs = event.timeNanoseconds;
  yield { kind: 'event', event };
}

function keyOf(event: Extract<EngineEvent, { kind: 'event' }>): string {
  return `${event.timeNanoseconds} ${event.action} ${event.id}`;
}

/** A microsecond early: as a number the last digits would be lost, and repetitions are known. */
function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n - 1n) / 1e6;
}
