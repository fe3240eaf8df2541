// A small bounded HTTP client on node:http and node:https: keep-alive, abort, idle time measured only
// while we wait, size limits, proxies from the environment, extra TLS authorities, Unix sockets.
import * as http from 'node:http';
import * as https from 'node:https';
import * as tls from 'node:tls';
import { SeaworthyError } from './error.ts';
import { isLoopback, NetworkError, networkError, placeOf } from './http-error.ts';
import { limits } from './limits.ts';

export interface TlsOptions {
  /** PEM authorities that are trusted besides those of Node and of the system. */
  readonly authorities?: readonly string[];
  /** PEM client certificate and key. */
  readonly certificate?: string;
  readonly key?: string;
  /** False accepts any certificate: only when the user asked for it. */
  readonly verify?: boolean;
}

export interface HttpClientOptions {
  /** Every request goes to this Unix socket; the URL's host is only a name. */
  readonly socketPath?: string;
  readonly tls?: TlsOptions;
  /** Milliseconds without progress, 0 for no bound; default `limits.httpIdleMs`. */
  readonly idleMs?: number;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read; null = no proxy. Default: the process's. */
  readonly proxyEnvironment?: Readonly<Record<string, string | undefined>> | null;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
  /** Overrides the client's. */
  readonly idleMs?: number;
}

export interface ReadOptions {
  readonly limit: number;
  /** For the whole body; default `limits.httpAnswerMs`. */
  readonly deadlineMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Of the request that was answered (after redirects: the last one). */
  readonly url: URL;
  /** One header by its lower-case name, several of a kind joined with a comma. */
  header(name: string): string | null;
  /** The body as it comes; to be read once, and read or discarded always. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body. Errors: `limit` beyond the limit, `network` when broken or too slow. */
  readBytes(options: ReadOptions): Promise<Uint8Array>;
  /** Lets go of the body; a short one is read away so that the connection can be used again. */
  discard(): void;
}

export interface HttpClient {
  /**
   * Sends one request and resolves at the response's headers, whatever the status; redirects are
   * not followed. Errors: `NetworkError` (code `network`); an abort rejects with the signal's reason.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections. Idle ones do not keep a process alive, so this is optional. */
  close(): void;
}

/** Connections to one host that are open at once: layers come in parallel, servers dislike more. */
const connectionsPerHost = 8;
/** A body of up to this size is read away instead of closing its connection. */
const drainBytes = 64 * 1024;
const drainMs = 2_000;

/** A client with its own connections. Errors: `usage` when the proxy settings cannot be used. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const agents = new Map<string, http.Agent>();
  const agentFor = (url: URL): http.Agent => {
    const direct = options.socketPath !== undefined || isLoopback(url.hostname);
    const key = `${url.protocol}${direct ? 'direct' : 'proxied'}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      agent = createAgent(options, { secure: url.protocol === 'https:', direct });
      agents.set(key, agent);
    }
    return agent;
  };
  return {
    send: async (request) => {
      const exchange = { request, agent: agentFor(request.url), options };
      try {
        return await dispatch(exchange);
      } catch (error) {
        // A kept connection may have been closed by the server just as we used it.
        if (!(error instanceof NetworkError && error.staleConnection)) throw error;
        return await dispatch(exchange);
      }
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function createAgent(
  options: HttpClientOptions,
  kind: { readonly secure: boolean; readonly direct: boolean },
): http.Agent {
  const environment =
    options.proxyEnvironment === undefined ? process.env : (options.proxyEnvironment ?? {});
  // Go's rule, which users of container tools know: loopback never goes through a proxy.
  const proxyEnv = kind.direct ? {} : proxySettings(environment);
  const settings = { keepAlive: true, maxSockets: connectionsPerHost, proxyEnv };
  if (!kind.secure) return new http.Agent(settings);
  try {
    return new https.Agent({ ...settings, ...secureSettings(options.tls ?? {}) });
  } catch (error) {
    throw new SeaworthyError('usage', 'the TLS certificate or key cannot be used', {
      cause: error,
      advice: 'give certificates and keys as PEM files',
    });
  }
}

/** The proxies of the environment with full addresses: `host:port` alone means http, as in curl. */
function proxySettings(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    const value = (environment[name] ?? environment[name.toUpperCase()] ?? '').trim();
    if (value === '') continue;
    const address = name === 'no_proxy' || value.includes('://') ? value : `http://${value}`;
    if (name !== 'no_proxy' && !(/^https?:/i.test(address) && URL.canParse(address))) {
      // Node would go round a proxy that it does not know. The value may hold a password.
      throw new SeaworthyError('usage', `the proxy in ${name.toUpperCase()} cannot be used`, {
        advice: 'set it to an http:// or https:// address',
      });
    }
    settings[name] = address;
  }
  return settings;
}

/** PEM texts of Node's own and the system's authorities, read once: it costs tens of milliseconds. */
let trusted: readonly string[] | null = null;

function secureSettings(options: TlsOptions): https.AgentOptions {
  trusted ??= [
    ...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]),
  ];
  const verify = options.verify ?? true;
  const client =
    options.certificate === undefined || options.key === undefined
      ? {}
      : { cert: options.certificate, key: options.key };
  const ca = [...trusted, ...(options.authorities ?? [])];
  return { secureContext: tls.createSecureContext({ ca, ...client }), rejectUnauthorized: verify };
}

interface Exchange {
  readonly request: HttpRequest;
  readonly agent: http.Agent;
  readonly options: HttpClientOptions;
}

function dispatch(exchange: Exchange): Promise<HttpResponse> {
  const { request, agent, options } = exchange;
  const { url, method = 'GET', body, signal } = request;
  const idleMs = request.idleMs ?? options.idleMs ?? limits.httpIdleMs;
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      agent,
      // Blobs are judged by the digest of the bytes as stored: no transfer compression.
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'seaworthy',
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        ...request.headers,
      },
      ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
      ...(signal === undefined ? {} : { signal }),
    });
    const place = placeOf(url, options.socketPath);
    const timer = startTimer(idleMs, () => outgoing.destroy(silence(place, idleMs)));
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      if (signal?.aborted === true) reject(asError(signal.reason));
      else reject(networkError(error, { place, reusedConnection: outgoing.reusedSocket }));
    };
    outgoing.on('error', fail);
    // A server that switches protocols unasked closes the request without an 'error' event.
    outgoing.on('close', () => fail(new Error('connection closed without an answer')));
    outgoing.on('response', (incoming) => {
      clearTimeout(timer);
      resolve(createResponse({ incoming, request, place, idleMs }));
    });
    outgoing.end(body);
  });
}

function startTimer(delayMs: number, act: () => void): NodeJS.Timeout | undefined {
  return delayMs > 0 ? setTimeout(act, delayMs) : undefined;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function silence(place: string, idleMs: number): NetworkError {
  return new NetworkError(`${place} sent too little for ${idleMs / 1000} s`, { transient: true });
}

interface Incoming {
  readonly incoming: http.IncomingMessage;
  readonly request: HttpRequest;
  readonly place: string;
  readonly idleMs: number;
}

function createResponse(context: Incoming): HttpResponse {
  const { incoming } = context;
  // A connection that breaks while nobody reads must not become an uncaught error.
  incoming.on('error', () => undefined);
  return {
    status: incoming.statusCode ?? 0,
    url: context.request.url,
    header: (name) => {
      const value = incoming.headers[name];
      return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
    },
    body: { [Symbol.asyncIterator]: () => readBody(context) },
    readBytes: (options) => readWhole(context, options),
    discard: () => drain(incoming),
  };
}

/** Chunks of the body; waiting time counts only while *we* wait, not while the reader works. */
async function* readBody(context: Incoming): AsyncGenerator<Uint8Array, void, undefined> {
  const { incoming, place, idleMs, request } = context;
  const chunks = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  let patienceMs = idleMs;
  let received = 0;
  try {
    for (;;) {
      const startedAt = performance.now();
      const timer = startTimer(patienceMs, () => incoming.destroy(silence(place, idleMs)));
      let step: IteratorResult<Buffer, undefined>;
      try {
        step = await chunks.next();
      } catch (error) {
        if (request.signal?.aborted === true) throw asError(request.signal.reason);
        throw networkError(error, { place, reusedConnection: false });
      } finally {
        clearTimeout(timer);
      }
      if (step.done === true) return;
      received += step.value.length;
      if (received >= limits.httpFloorBytes) {
        received = 0;
        patienceMs = idleMs;
      } else if (idleMs > 0) {
        patienceMs = Math.max(1, patienceMs - (performance.now() - startedAt));
      }
      yield step.value;
    }
  } finally {
    incoming.destroy();
  }
}

async function readWhole(context: Incoming, options: ReadOptions): Promise<Uint8Array> {
  const { incoming, place } = context;
  const { limit, deadlineMs = limits.httpAnswerMs } = options;
  const tooLong = (): SeaworthyError =>
    new SeaworthyError('limit', `${place} sent an answer of more than ${limit} bytes`);
  if (Number(incoming.headers['content-length'] ?? 0) > limit) {
    incoming.destroy();
    throw tooLong();
  }
  const late = new NetworkError(`${place} took more than ${deadlineMs / 1000} s for one answer`, {
    transient: false,
  });
  const timer = startTimer(deadlineMs, () => incoming.destroy(late));
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of readBody(context)) {
      size += chunk.length;
      if (size > limit) throw tooLong();
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}

function drain(incoming: http.IncomingMessage): void {
  const length = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (!(length <= drainBytes)) {
    incoming.destroy();
    return;
  }
  const timer = setTimeout(() => incoming.destroy(), drainMs);
  timer.unref();
  incoming.on('close', () => clearTimeout(timer));
  incoming.resume();
}
