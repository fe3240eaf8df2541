// What the front is made of, and how people come in where not everything is one token of the machine.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Awaitable } from '../../flow/evidence.ts';
import type { LiveSource } from '../../flow/live.ts';
import type { ApiServices, Caller, Change, Route } from '../api/index.ts';
import type { HostRule } from './guard.ts';
import type { RestBounds } from './rest.ts';
import type { StaticFiles } from './static-files.ts';
import type { Streams } from './stream.ts';

/** How people come in where not everything is one token of the machine. */
export interface Entrance {
  /** Who a login's cookie belongs to; null: none, or none of ours. */
  callerOf(asked: EntranceRequest): Awaitable<Caller | null>;
  /** Its own pages (login, the way back from a provider, logout); null: the path is none of them. */
  handle(asked: EntranceRequest): Promise<EntranceAnswer | null>;
  /** Who somebody is here, and the way out. */
  account(caller: Caller, asked: EntranceRequest): Promise<EntranceAnswer>;
  /** What is shown to who is not logged in. */
  page(why: string | null): EntranceAnswer;
}

export interface EntranceRequest {
  readonly method: string;
  readonly url: URL;
  readonly header: (name: string) => string | null;
}

export interface EntranceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is advised to who is refused. */
export interface FrontWords {
  readonly host: string;
  readonly origin: string;
  readonly token: string;
  readonly role: string;
}

export interface FrontOptions<Services extends ApiServices> extends HostRule {
  readonly routes: readonly Route<Services>[];
  readonly services: Services;
  /** Null: nobody's. */
  readonly callerOf: (secret: string) => Awaitable<Caller | null>;
  /** Null: pages are for all, their data needs the token. */
  readonly entrance: Entrance | null;
  /** Names of hosts are not asked of who brings a token by itself: no page of another site can. */
  readonly anyHostWithToken: boolean;
  /** Reached over TLS: cookies stay on it. */
  readonly isSecure: boolean;
  readonly live: LiveSource;
  readonly files: StaticFiles;
  /** Throws when it cannot be written: the caller is told that, and not that all is well. */
  readonly log: (change: Change) => Awaitable<void>;
  /** Everything that must be there is there. */
  readonly isReady: () => Awaitable<boolean>;
  /** Figures beside those of requests. */
  readonly gauges: () => ReadonlyMap<string, number>;
  /** The same as text of Prometheus. */
  readonly figures?: () => string;
  /** Milliseconds that only ever grow. */
  readonly clockMs: () => number;
  readonly warn: (line: string) => void;
  readonly words: FrontWords;
}

export interface Front {
  readonly streams: Streams;
  /** Resolves when nobody waits for an answer any more; what is heavy begins then. */
  untilRest(bounds: RestBounds): Promise<void>;
  /** Never rejects. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
}
