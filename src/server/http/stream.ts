// Live events to open pages (server-sent events): resumed by the last id, kept alive, and cut off where a
// reader does not read.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Pace, realPace } from '../../base/retry.ts';
import type { LiveEvent, LiveFeed } from '../../flow/live.ts';
import type { Caller } from '../api/index.ts';
import { serverLimits } from './limits.ts';

export interface Streams {
  /** False: too many are open. */
  open(request: IncomingMessage, response: ServerResponse, caller: Caller): boolean;
  readonly count: number;
  /** Ends all. */
  close(): void;
}

interface Reader {
  readonly response: ServerResponse;
  readonly caller: Caller;
}

export function createStreams(live: LiveFeed, pace: Pace = realPace): Streams {
  const readers = new Set<Reader>();
  const stopping = new AbortController();
  const beat = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pace.sleep(serverLimits.heartbeatMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      for (const reader of readers) write(reader, ': still here\n\n');
    }
  };
  void beat();
  const silence = live.hear((event) => {
    if (readers.size === 0) return;
    const text = textOf(event);
    for (const reader of readers) if (mayHear(reader.caller, event)) write(reader, text);
  });
  return {
    open(request, response, caller) {
      const own = [...readers].filter((one) => one.caller.id === caller.id).length;
      if (readers.size >= serverLimits.streams || own >= serverLimits.streamsOfToken) return false;
      response.setHeader('content-type', 'text/event-stream; charset=utf-8');
      response.setHeader('cache-control', 'no-store');
      // Proxies must not gather what is told now.
      response.setHeader('x-accel-buffering', 'no');
      response.writeHead(200);
      const reader = { response, caller };
      write(reader, resumed(request, live, caller));
      readers.add(reader);
      response.once('close', () => readers.delete(reader));
      return true;
    },
    get count() {
      return readers.size;
    },
    close() {
      stopping.abort();
      silence();
      for (const { response } of readers) response.end();
    },
  };
}

/** What a reader missed; where that is forgotten it is told to ask the lists again. */
function resumed(request: IncomingMessage, live: LiveFeed, caller: Caller): string {
  const given = String(request.headers['last-event-id'] ?? '');
  const start = `retry: 2000\nid: ${live.lastId}\n: welcome\n\n`;
  if (given === '') return start;
  const missed = /^\d{1,16}$/.test(given) ? live.since(Number(given)) : null;
  if (missed === null) {
    const why = JSON.stringify({ what: 'stream', why: 'more happened than is kept', count: null });
    return `retry: 2000\nid: ${live.lastId}\nevent: lost\ndata: ${why}\n\n`;
  }
  const told = missed.filter((event) => mayHear(caller, event)).map(textOf);
  return `retry: 2000\n\n${told.join('')}`;
}

function mayHear({ teams }: Caller, { event, team }: LiveEvent): boolean {
  if (teams === null || event === 'progress') return true;
  return team !== null && teams.has(team);
}

function textOf({ id, event, data }: LiveEvent): string {
  // JSON holds no line feed of its own.
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}

function write({ response }: Reader, text: string): void {
  if (response.destroyed || response.writableEnded) return;
  response.write(text);
  // It comes back with its last id, or it does not.
  if (response.writableLength > serverLimits.streamUnreadBytes) response.destroy();
}
