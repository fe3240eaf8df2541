// Live events to open pages (server-sent events): resumed by the last id, kept alive, and held back where
// a reader does not read.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Pace, realPace } from '../../base/retry.ts';
import type { LiveEvent, LiveSource } from '../../flow/live.ts';
import type { Caller } from '../api/index.ts';
import { serverLimits } from './limits.ts';

export interface Streams {
  /** False: too many are open. */
  open(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<boolean>;
  readonly count: number;
  /** Ends all. */
  close(): void;
}

interface Reader {
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** Since when it reads too slowly, milliseconds; null: it does not. */
  slowSinceMs: number | null;
}

/** Rounds in which one that comes back catches up with what is told meanwhile. */
const catchUpMost = 20;

export function createStreams(live: LiveSource, pace: Pace = realPace): Streams {
  const readers = new Set<Reader>();
  /** Whoever was let in and does not hear yet: they count as well. */
  const entering = new Set<Reader>();
  const stopping = new AbortController();
  const beat = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pace.sleep(serverLimits.heartbeatMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      for (const reader of readers) {
        const isStuck =
          reader.slowSinceMs !== null && pace.now() - reader.slowSinceMs > serverLimits.slowMs;
        // It comes back with its last id, or it does not.
        if (isStuck) reader.response.destroy();
        else if (reader.slowSinceMs === null) write(reader, ': still here\n\n', pace);
      }
    }
  };
  void beat();
  const silence = live.hear((event) => {
    if (readers.size === 0) return;
    const [whole, bare] = [textOf(event), textOf(withoutNames(event))];
    for (const reader of readers) {
      if (reader.slowSinceMs !== null || !mayHear(reader.caller, event)) continue;
      write(reader, reader.caller.teams === null ? whole : bare, pace);
    }
  });
  return {
    async open(request, response, caller) {
      const all = [...readers, ...entering];
      const own = all.filter((one) => one.caller.id === caller.id).length;
      if (all.length >= serverLimits.streams || own >= serverLimits.streamsOfToken) return false;
      const reader: Reader = { response, caller, slowSinceMs: null };
      entering.add(reader);
      response.once('close', () => {
        readers.delete(reader);
        entering.delete(reader);
      });
      try {
        await live.begin();
        await enter({ request, reader, live, pace });
        // In the same turn as the last look at what is told: nothing falls in between.
        if (!response.destroyed) readers.add(reader);
      } finally {
        entering.delete(reader);
      }
      return true;
    },
    get count() {
      return readers.size + entering.size;
    },
    close() {
      stopping.abort();
      silence();
      for (const { response } of [...readers, ...entering]) response.end();
    },
  };
}

interface Entering {
  readonly request: IncomingMessage;
  readonly reader: Reader;
  readonly live: LiveSource;
  readonly pace: Pace;
}

/** Greets, and tells what was missed; where that is forgotten the lists are to be asked again. */
async function enter({ request, reader, live, pace }: Entering): Promise<void> {
  const { response, caller } = reader;
  const given = String(request.headers['last-event-id'] ?? '');
  let from = live.lastId;
  let missed = given === '' ? [] : await live.since(given);
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  // Proxies must not gather what is told now.
  response.setHeader('x-accel-buffering', 'no');
  response.writeHead(200);
  write(reader, 'retry: 2000\n\n', pace);
  if (given === '') write(reader, `id: ${from}\n: welcome\n\n`, pace);
  for (let round = 0; round < catchUpMost; round += 1) {
    if (missed === null) write(reader, lostText(live.lastId, 'more happened than is kept'), pace);
    else
      for (const event of missed) {
        if (!mayHear(caller, event)) continue;
        write(reader, textOf(caller.teams === null ? event : withoutNames(event)), pace);
      }
    const upTo = live.lastId;
    if (upTo === from || response.destroyed) return;
    missed = await live.since(from);
    from = upTo;
  }
  write(reader, lostText(live.lastId, 'too much happens to catch up'), pace);
}

function lostText(id: string, why: string): string {
  const data = JSON.stringify({ what: 'stream', why, count: null });
  return `id: ${id}\nevent: lost\ndata: ${data}\n\n`;
}

function mayHear({ teams }: Caller, { event, team }: LiveEvent): boolean {
  if (teams === null || event === 'progress') return true;
  // That something was missed says nothing of anybody.
  if (event === 'lost' && team === null) return true;
  return team !== null && teams.has(team);
}

/** How far work is says nothing of anybody; what is worked on does. */
function withoutNames(event: LiveEvent): LiveEvent {
  if (event.event !== 'progress') return event;
  const told = JSON.parse(event.data) as Readonly<Record<string, unknown>>;
  const { step, waiting, running, done } = told;
  return { ...event, data: JSON.stringify({ step, waiting, running, done }) };
}

function textOf({ id, event, data }: LiveEvent): string {
  // JSON holds no line feed of its own.
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}

/**
 * What a slow reader does not take is not kept for it: when it reads again it is told that it missed
 * something, and asks the lists.
 */
function write(reader: Reader, text: string, pace: Pace): void {
  const { response } = reader;
  if (response.destroyed || response.writableEnded) return;
  response.write(text);
  if (response.writableLength <= serverLimits.streamUnreadBytes) return;
  reader.slowSinceMs ??= pace.now();
  response.once('drain', () => {
    if (reader.slowSinceMs === null) return;
    reader.slowSinceMs = null;
    const lost = JSON.stringify({ what: 'stream', why: 'this reader was too slow', count: null });
    write(reader, `event: lost\ndata: ${lost}\n\n`, pace);
  });
}
