// The listener of a fleet's server: HTTP or HTTPS, client certificates where an authority is given,
// bounds on headers, bodies, connections and patience.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { traced } from '../../base/trace.ts';
import type { Front } from '../http/index.ts';
import type { FleetResponse } from './answer.ts';
import type { FleetDesk, FleetRequest } from './desk.ts';

/** All PEM. */
export interface FleetTls {
  readonly certificate: string;
  readonly key: string;
  /** Whoever it signed is an agent by the name in its certificate. */
  readonly clientAuthority: string | null;
}

export interface FleetListenOptions {
  readonly host: string;
  readonly port: number;
  readonly desk: FleetDesk;
  /** Whatever agents do not ask: pages, the API, the stream. */
  readonly front: Pick<Front, 'serve' | 'streams'>;
  /** Null: plain HTTP, for loopback or behind something that ends TLS. */
  readonly tls: FleetTls | null;
}

export interface FleetListener {
  readonly port: number;
  /**
   * Takes another certificate, key and authority of clients; open connections end with what they do now.
   * Throws what Node throws of broken PEM, and keeps the old ones then.
   */
  renew(tls: FleetTls): void;
  /** Ends what was begun, takes nothing new. */
  close(): Promise<void>;
}

const headersMs = 10_000;
/** A whole request: a slow client may not hold its place for long. */
const requestMs = 30_000;
/** Agents keep their connections between batches. */
const keptMs = 65_000;
const connectionsMost = 5000;
/** Then a client shows its certificate anew: an expired one is good no longer than that. */
const requestsMost = 1000;
const headerBytes = 16 * 1024;

/** Throws where the port or the certificate is not to be had. */
export async function listenFleet(options: FleetListenOptions): Promise<FleetListener> {
  const { tls, desk, front } = options;
  /** Counts renewals: which one a connection was made under. */
  let epoch = 0;
  const made = new WeakMap<object, number>();
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void serve(
      { desk, front },
      { request, response, isCurrent: () => made.get(request.socket) === epoch },
    );
  const secure =
    tls === null
      ? null
      : createSecureServer({ ...secureOptions(tls), maxHeaderSize: headerBytes }, listener);
  const server = secure ?? createServer({ maxHeaderSize: headerBytes }, listener);
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keptMs;
  server.maxConnections = connectionsMost;
  server.maxRequestsPerSocket = requestsMost;
  server.on('clientError', (_, socket) => socket.destroy());
  server.on(secure === null ? 'connection' : 'secureConnection', (socket: object) => {
    made.set(socket, epoch);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    renew: (next) => {
      secure?.setSecureContext(secureOptions(next));
      epoch += 1;
      server.closeIdleConnections();
    },
    async close() {
      desk.close();
      front.streams.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await desk.idle();
    },
  };
}

function secureOptions({ certificate, key, clientAuthority }: FleetTls): object {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    // A certificate is one way to show who one is; a token is the other.
    ...(clientAuthority === null
      ? {}
      : { ca: clientAuthority, requestCert: true, rejectUnauthorized: false }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether its connection was made under the certificates of now. */
  readonly isCurrent: () => boolean;
}

async function serve(
  { desk, front }: Pick<FleetListenOptions, 'desk' | 'front'>,
  { request: incoming, response, isCurrent }: Exchange,
): Promise<void> {
  if (!isOfAgents(incoming)) {
    // Certificates that were replaced: the connection ends with this answer, but a stream goes on.
    if (!isCurrent()) response.setHeader('connection', 'close');
    await front.serve(incoming, response);
    return;
  }
  const method = incoming.method ?? 'GET';
  const parent = incoming.headers['traceparent'];
  const options = {
    kind: 'server',
    parent: typeof parent === 'string' ? parent : null,
    attributes: { 'http.request.method': method },
  } as const;
  const route = routeOf(incoming.url ?? '/');
  const answer = await traced(`${method} ${route}`, options, async (span) => {
    const given = await answerOf(desk, incoming);
    span.set('http.route', route);
    span.set('http.response.status_code', given.status);
    if (given.status >= 500) span.fail(`status ${given.status}`);
    return given;
  });
  if (response.destroyed) return;
  // What was not read of a body would be taken for the next request.
  const isRead = incoming.complete;
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': String(Buffer.byteLength(answer.body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(isRead && isCurrent() ? {} : { connection: 'close' }),
  });
  response.end(answer.body);
  if (!isRead) incoming.resume();
}

const pathsOfAgents: ReadonlySet<string> = new Set([
  '/api/v1/ingest',
  '/api/v1/agents/enrol',
  '/api/v1/agents/rotate',
  '/api/v1/agents/orders',
]);

function isOfAgents({ method, url = '/' }: IncomingMessage): boolean {
  return method === 'POST' && pathsOfAgents.has(routeOf(url));
}

function routeOf(target: string): string {
  return target.split('?')[0] ?? '';
}

async function answerOf(desk: FleetDesk, incoming: IncomingMessage): Promise<FleetResponse> {
  const target = incoming.url ?? '/';
  const base = 'http://server.invalid';
  const url = URL.canParse(target, base) ? new URL(target, base) : null;
  if (url === null) return plain(400, 'that is no address');
  const request: FleetRequest = {
    method: incoming.method ?? 'GET',
    url,
    header: (name) => {
      const value = incoming.headers[name];
      return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
    },
    address: incoming.socket.remoteAddress ?? '',
    certified: certifiedName(incoming),
    body: (most) => bodyOf(incoming, most),
  };
  return (await desk.handle(request)) ?? plain(404, 'no such page');
}

function plain(status: number, message: string): FleetResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify({ error: { code: 'not-found', message, advice: null } })}\n`,
  };
}

function certifiedName({ socket }: IncomingMessage): string | null {
  const secure = socket as Partial<TLSSocket>;
  if (secure.authorized !== true || secure.getPeerCertificate === undefined) return null;
  const name: unknown = secure.getPeerCertificate().subject?.CN;
  return typeof name === 'string' && /^[\w.-]{1,120}$/.test(name) ? name : null;
}

async function bodyOf(incoming: IncomingMessage, most: number): Promise<Uint8Array | null> {
  if (Number(incoming.headers['content-length'] ?? 0) > most) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
