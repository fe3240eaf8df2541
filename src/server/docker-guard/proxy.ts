// The API guard: a proxy before the engine's socket. Screened by name and origin, told apart, judged;
// what may pass goes on with the same bytes.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { admitRequest, type EngineRequest } from '../../flow/gate-docker.ts';
import { judgedBytes, type Routed, routeOf } from '../../policy/docker-api/index.ts';
import { type Asked, Desk, type DeskOptions } from './desk.ts';
import { endWith, hijacked, joinStreams } from './hijack.ts';
import { ownRequest } from './ownership.ts';
import type { GuardServer } from './plugin.ts';
import { type Refusal, screenRequest, screenType, valuesOf } from './screen.ts';
import { listenOnSocket } from './socket.ts';
import { forwardedHeaders, passThrough, refuseWith } from './upstream.ts';

export type ProxyAddress =
  | { readonly kind: 'socket'; readonly path: string; readonly mode: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface ProxyOptions extends DeskOptions {
  readonly listen: ProxyAddress;
  /** Socket of the engine. */
  readonly upstream: string;
  /** Names besides those of this machine's loopback. */
  readonly hosts: readonly string[];
  /** Null: containers of everybody are shown. */
  readonly owner: string | null;
}

export interface ProxyServer extends GuardServer {
  /** 0 on sockets. */
  readonly port: number;
}

const headersMs = 10_000;
const headerBytes = 32 * 1024;
/** For a body that is judged as a whole; streams may take as long as they like. */
const bodyMs = 30_000;
const connectionsMost = 1000;
const loopback = ['localhost', '127.0.0.1', '[::1]'];
const asked: Asked = { by: 'proxy', user: '' };

/** Starts listening. Throws `SeaworthyError`, or where the port is taken. */
export async function startProxy(options: ProxyOptions): Promise<ProxyServer> {
  const guard = new Guard(options);
  const server: Server = createServer({ maxHeaderSize: headerBytes }, (request, response) => {
    void guard.serve(request, response);
  });
  server.headersTimeout = headersMs;
  server.requestTimeout = 0;
  server.maxConnections = connectionsMost;
  const streams = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    streams.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => streams.delete(client));
    void guard.upgrade(request, client, head);
  });
  server.on('connect', (_, client: Duplex) => client.destroy());
  server.on('clientError', (_, socket) => socket.destroy());
  const { listen } = options;
  if (listen.kind === 'socket') await listenOnSocket(server, listen.path, listen.mode);
  else {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listen.port, listen.host, () => resolve());
    });
  }
  return {
    port: listen.kind === 'tcp' ? (server.address() as AddressInfo).port : 0,
    async close() {
      for (const stream of streams) stream.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await guard.desk.close();
    },
  };
}

type Passed =
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | {
      readonly kind: 'passed';
      readonly route: Routed;
      readonly url: string;
      /** Null: a stream, which is still to be read. */
      readonly body: Buffer | null;
    };

class Guard {
  readonly desk: Desk;
  readonly #options: ProxyOptions;
  readonly #hosts: ReadonlySet<string>;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.desk = new Desk(options);
    this.#hosts = new Set([...loopback, ...options.hosts.map((name) => name.toLowerCase())]);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const screened = this.#screen(request);
      if (screened !== null) return refuseWith(response, screened.status, screened.message);
      if (request.method === 'GET' && request.url === '/_seaworthy/metrics') {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(this.desk.metrics());
        return;
      }
      const passed = await this.#pass(request);
      if (passed.kind === 'refused') return refuseWith(response, passed.status, passed.message);
      const headers = forwardedHeaders(request.rawHeaders);
      const { body, url } = passed;
      const length = body === null ? request.headers['content-length'] : String(body.length);
      const isBare = body?.length === 0 && (request.method === 'GET' || request.method === 'HEAD');
      if (length !== undefined && !isBare) headers['content-length'] = length;
      passThrough(this.#forwarded(request, url, headers), body ?? request, response);
    } catch (error) {
      this.#options.warn(`a request failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else refuseWith(response, 500, 'the request failed');
    }
  }

  async upgrade(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    try {
      const screened = this.#screen(request);
      if (screened !== null) return endWith(client, screened.status, screened.message);
      const passed = await this.#pass(request);
      if (passed.kind === 'refused') return endWith(client, passed.status, passed.message);
      if (!hijacked.has(passed.route.id)) {
        return endWith(client, 400, 'this request has nothing to upgrade to');
      }
      joinStreams({
        client,
        head,
        protocol: (request.headers.upgrade ?? 'tcp').replaceAll(/[^\w.-]/g, ''),
        forwarded: this.#forwarded(request, passed.url, forwardedHeaders(request.rawHeaders)),
        body: passed.body ?? Buffer.alloc(0),
      });
    } catch (error) {
      this.#options.warn(`a request failed: ${String(error)}`);
      client.destroy();
    }
  }

  #forwarded(
    { method = 'GET' }: IncomingMessage,
    path: string,
    headers: Record<string, string | string[]>,
  ) {
    return { socketPath: this.#options.upstream, method, path, headers };
  }

  /** What is refused by its looks is recorded as well: somebody tried. */
  #screen(request: IncomingMessage): Refusal | null {
    const { method = '', url = '', rawHeaders } = request;
    const isSocket = this.#options.listen.kind === 'socket';
    const refusal = screenRequest({ method, url, rawHeaders }, { isSocket, hosts: this.#hosts });
    if (refusal === null) return null;
    const { control, message } = refusal;
    this.#record(requestOf(request, null), control, message);
    return refusal;
  }

  #record(request: EngineRequest, control: string, message: string): void {
    const decision = {
      decision: 'deny',
      operation: '',
      target: '',
      image: null,
      controls: [control],
      waived: [],
      message,
    } as const;
    const started = this.#options.clockMs();
    this.desk.conclude(request, asked, { decision, started });
  }

  /** Operation, type, body, owner: in that order, so that nothing is read for what may not be. */
  async #pass(request: IncomingMessage): Promise<Passed> {
    const started = this.#options.clockMs();
    const bare = requestOf(request, null);
    const admitted = admitRequest(bare, this.desk.rules);
    let route: Routed;
    if (admitted.kind === 'denied') {
      const { decision } = admitted;
      const ruling = this.desk.conclude(bare, asked, { decision, started });
      const again = ruling.isAllowed ? routeOf(bare.method, bare.uri) : null;
      if (again?.kind !== 'routed') {
        return { kind: 'refused', status: 403, message: decision.message };
      }
      route = again;
    } else ({ route } = admitted);
    const isStream = route.operation?.body === 'stream' && !hijacked.has(route.id);
    const hasBody = hasContent(request);
    const type = hasBody ? screenType(request.headers['content-type'] ?? '', isStream) : null;
    if (type !== null) {
      this.#record(bare, type.control, type.message);
      return { kind: 'refused', status: type.status, message: type.message };
    }
    const body = isStream ? null : await readBody(request);
    if (body === 'too long' || body === 'broken') {
      const message = `the body is ${body}`;
      this.#record(bare, 'body', message);
      return { kind: 'refused', status: body === 'too long' ? 413 : 400, message };
    }
    if (admitted.kind === 'admitted') {
      const { isAllowed, decision } = await this.desk.decide(requestOf(request, body), asked);
      if (!isAllowed) return { kind: 'refused', status: 403, message: decision.message };
    }
    return this.#owned({ route, url: request.url ?? '', body });
  }

  async #owned({
    route,
    url,
    body,
  }: {
    readonly route: Routed;
    readonly url: string;
    readonly body: Buffer | null;
  }): Promise<Passed> {
    const { owner: name, upstream } = this.#options;
    if (name === null) return { kind: 'passed', route, url, body };
    const given = { route, url, body: body ?? Buffer.alloc(0) };
    const owned = await ownRequest(given, { name, socketPath: upstream });
    if (owned.kind === 'refused') return owned;
    return { kind: 'passed', route, url: owned.url, body: body === null ? null : owned.body };
  }
}

function hasContent(request: IncomingMessage): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true;
  return Number(request.headers['content-length'] ?? '0') > 0;
}

function requestOf(request: IncomingMessage, body: Buffer | null): EngineRequest {
  const { method = '', url = '', rawHeaders } = request;
  const header = (name: string): string | null => valuesOf(rawHeaders, name).at(0) ?? null;
  return { method, uri: url, header, body };
}

/** The whole body within its bounds of length and time. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'too long' | 'broken'> {
  const late = AbortSignal.timeout(bodyMs);
  const end = (): void => void request.destroy();
  late.addEventListener('abort', end, { once: true });
  const declared = Number(request.headers['content-length'] ?? '0');
  if (declared > judgedBytes) return 'too long';
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > judgedBytes) return 'too long';
      chunks.push(chunk);
    }
    return length < declared ? 'broken' : Buffer.concat(chunks);
  } catch {
    return 'broken';
  } finally {
    late.removeEventListener('abort', end);
  }
}
