// One registry (or mirror): which scheme it speaks, its connections, its tokens, and requests that
// survive challenges, redirects, rate limits and broken connections within a budget.
import {
  createHttpClient,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from '../../base/http.ts';
import { codeOf, isLoopback, NetworkError } from '../../base/http-error.ts';
import { sendFollowing } from '../../base/http-redirect.ts';
import { limits } from '../../base/limits.ts';
import { type Pace, type RetryOptions, withRetries } from '../../base/retry.ts';
import { answerProblem } from './answer.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';
import { registryTls } from './certificates.ts';
import type { Environment } from './credential.ts';
import { type FoundCredentials, findCredentials } from './credentials.ts';
import type { RegistryOptions } from './options.ts';
import { createRedactor, type Redactor } from './redactor.ts';
import { defaultRegistry } from './reference.ts';

export interface Ask {
  /** Below `/v2/`, with its query. */
  readonly path: string;
  /** The repository as in references: Podman may keep credentials for each. */
  readonly repository: string;
  /** Token scope, `repository:NAME:pull`. */
  readonly scope: string;
  /** What is asked for, as the subject of a sentence. */
  readonly what: string;
  readonly accept?: string;
  /** First byte wanted; 0 = all. */
  readonly offset?: number;
  /** Statuses besides 200 and 206 that `handle` wants to see itself. */
  readonly expected?: readonly number[];
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly body?: Uint8Array;
  readonly contentType?: string;
  /** Where the registry told to send this, instead of `path`: on its own host only. */
  readonly location?: string;
}

export interface Connection {
  /** Path that comes before every repository (mirrors), `''` or `prefix/`. */
  readonly prefix: string;
  /**
   * Asks (GET unless told) and hands the answer to `handle`; both are tried again as one when the
   * connection breaks or the server asks for patience. Errors: `denied`, `not-found`, `busy`, `network`.
   */
  get<T>(ask: Ask, handle: (response: HttpResponse) => Promise<T>): Promise<T>;
  close(): void;
}

export interface ConnectionOptions {
  /** The name in references; credentials and certificates are kept under it. */
  readonly registry: string;
  /** The API's address; null = by the rules for `registry`. */
  readonly endpoint: URL | null;
  readonly options: RegistryOptions;
  readonly environment: Environment;
  readonly pace: Pace;
}

/** Docker Hub serves its API under another name than its images have. */
const hubHost = 'registry-1.docker.io';

/** 401 answers met in one request: the first challenge and one expired token. */
const challenges = 2;

interface Wire {
  readonly base: URL;
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  readonly authorizerOf: (repository: string) => Authorizer;
}

/** Nothing is sent before the first `get`. */
export function openConnection(setup: ConnectionOptions): Connection {
  const { registry, endpoint, options, pace } = setup;
  const redactor = createRedactor();
  const retry = retryOptions(setup);
  const clients: HttpClient[] = [];
  let wire: Promise<Wire> | null = null;

  async function connect(): Promise<Wire> {
    const own = await createClient(setup, registry);
    const others = await createClient(setup, null);
    clients.push(own, others);
    return createWire(setup, { own, others, redactor });
  }

  async function attempt<T>(ask: Ask, handle: (response: HttpResponse) => Promise<T>): Promise<T> {
    wire ??= connect();
    const connected = await wire.catch((error: unknown) => {
      wire = null;
      throw error;
    });
    const authorizer = connected.authorizerOf(ask.repository);
    const response = await authorized(connected, { ask, authorizer });
    const { status } = response;
    if (status === 200 || status === 206 || ask.expected?.includes(status) === true) {
      return await handle(response);
    }
    const advice = status === 401 || status === 403 ? await authorizer.advice() : '';
    throw await answerProblem(response, { what: ask.what, redactor, advice, nowMs: pace.now() });
  }

  return {
    prefix: endpoint === null ? '' : prefixOf(endpoint),
    get: (ask, handle) => {
      options.signal?.throwIfAborted();
      return withRetries(() => attempt(ask, handle), retry);
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

function retryOptions(setup: ConnectionOptions): RetryOptions {
  const { options, endpoint, pace } = setup;
  const tries = options.tries ?? limits.httpTries;
  // The registry itself stands behind a mirror: no patience with a dead one.
  return { pace, signal: options.signal, tries: endpoint === null ? tries : Math.min(tries, 2) };
}

interface WireParts {
  readonly own: HttpClient;
  readonly others: HttpClient;
  readonly redactor: Redactor;
}

async function createWire(setup: ConnectionOptions, parts: WireParts): Promise<Wire> {
  const { registry, endpoint, options, pace } = setup;
  const { signal } = options;
  const base = endpoint ?? (await findBase(setup, parts.own));
  const plainAllowed = (url: URL): boolean =>
    isLoopback(url.hostname) || options.plainHttp === true || url.host === endpoint?.host;
  // Client certificates are for the registry's own host, never for where it redirects to.
  const sendOne = (request: HttpRequest): Promise<HttpResponse> =>
    (request.url.host === base.host ? parts.own : parts.others).send(request);
  const send = (request: HttpRequest): Promise<HttpResponse> =>
    sendFollowing(signal === undefined ? request : { ...request, signal }, {
      send: sendOne,
      allowPlainHttp: plainAllowed,
    });
  const retry = retryOptions(setup);
  const authorizers = new Map<string, Authorizer>();
  const authorizerOf = (repository: string): Authorizer => {
    const kept = authorizers.get(repository);
    if (kept !== undefined) return kept;
    const created = createAuthorizer({
      registry,
      find: () => credentialsOf(setup, repository),
      send: (request, handle) => withRetries(async () => handle(await send(request)), retry),
      pace,
      redactor: parts.redactor,
      allowPlainHttp: plainAllowed,
    });
    authorizers.set(repository, created);
    return created;
  };
  return { base, send, authorizerOf };
}

interface AuthorizedAsk {
  readonly ask: Ask;
  readonly authorizer: Authorizer;
}

async function authorized(wire: Wire, request: AuthorizedAsk): Promise<HttpResponse> {
  const { ask, authorizer } = request;
  const url = addressOf(ask, wire.base);
  for (let round = 1; ; round++) {
    const authorization = await authorizer.authorization(ask.scope);
    const response = await wire.send({
      url,
      ...(ask.method === undefined ? {} : { method: ask.method }),
      ...(ask.body === undefined ? {} : { body: ask.body }),
      headers: {
        ...(ask.contentType === undefined ? {} : { 'content-type': ask.contentType }),
        ...(ask.accept === undefined ? {} : { accept: ask.accept }),
        ...(ask.offset === undefined || ask.offset === 0 ? {} : { range: `bytes=${ask.offset}-` }),
        ...(authorization === null ? {} : { authorization }),
      },
    });
    // A 401 of another host, reached by a redirect, is not the registry's question to us.
    if (response.status !== 401 || response.url.origin !== url.origin) return response;
    if (round > challenges) return response;
    const again = await authorizer.challenged(response.header('www-authenticate'), {
      scope: ask.scope,
      authorization,
    });
    if (!again) return response;
    response.discard();
  }
}

/** A proxy in front may not know its own scheme: the host counts, the rest is ours. */
function addressOf(ask: Ask, base: URL): URL {
  if (ask.location === undefined) return new URL(`/v2/${ask.path}`, base);
  const told = URL.parse(ask.location, base);
  if (told === null || told.hostname !== base.hostname) {
    throw new NetworkError(`${base.host} wants ${ask.what} to be sent to another host`, {
      transient: false,
    });
  }
  return new URL(told.pathname + told.search, base);
}

async function createClient(
  setup: ConnectionOptions,
  registry: string | null,
): Promise<HttpClient> {
  const { options, environment } = setup;
  const tls = await registryTls({
    registry,
    caFile: options.caFile,
    insecure: options.insecure === true,
    environment,
  });
  return createHttpClient({
    tls,
    proxyEnvironment: environment,
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
  });
}

async function credentialsOf(
  setup: ConnectionOptions,
  repository: string,
): Promise<FoundCredentials> {
  const { registry, environment, options } = setup;
  if (options.credentials !== undefined && setup.endpoint === null) {
    return { credentials: { kind: 'basic', ...options.credentials }, notes: [] };
  }
  return findCredentials({ registry, repository, environment });
}

/** The API's address for a registry's name; on loopback it is found out which scheme is spoken. */
async function findBase(setup: ConnectionOptions, client: HttpClient): Promise<URL> {
  const { registry, options } = setup;
  if (registry === defaultRegistry) return new URL(`https://${hubHost}`);
  const secure = new URL(`https://${registry}`);
  const plain = new URL(`http://${registry}`);
  if (!isLoopback(secure.hostname)) return options.plainHttp === true ? plain : secure;
  try {
    const { signal } = options;
    const url = new URL('/v2/', plain);
    const response = await client.send(signal === undefined ? { url } : { url, signal });
    response.discard();
    // TLS servers answer a plain request with 400 (Go, nginx) or hang up (others).
    return response.status === 400 ? secure : plain;
  } catch (error) {
    const code = error instanceof NetworkError ? codeOf(error.cause) : '';
    if (code === 'ECONNRESET' || code.startsWith('HPE_')) return secure;
    throw error;
  }
}

function prefixOf(endpoint: URL): string {
  const path = endpoint.pathname.replace(/^\/+/, '').replace(/\/+$/, '');
  return path === '' ? '' : `${path}/`;
}
