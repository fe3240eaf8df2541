// Finds the engine and agrees with it on a version of the API.
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { createHttpClient, type HttpClient } from '../../base/http.ts';
import { codeOf } from '../../base/http-error.ts';
import { type Endpoint, type Environment, type FoundEndpoints, findEndpoints } from './endpoint.ts';
import { compareVersions, createEngine, type DockerEngine } from './engine.ts';

export interface EngineOptions {
  /** A socket's path; nothing else is tried then. */
  readonly socketPath?: string;
  /** As DOCKER_HOST; nothing else is tried then. */
  readonly host?: string;
  /** DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CERT_PATH, XDG_RUNTIME_DIR ...; default: the process's. */
  readonly environment?: Environment;
  readonly signal?: AbortSignal;
}

/** The newest API whose answers we know. Engines go down to what we ask, down to their minimum. */
const newestApi = '1.51';
/** What engines without an `Api-Version` header speak. */
const oldestApi = '1.24';

const pingMs = 10_000;

/**
 * Connects to the first engine that answers. Errors: `not-found` when there is none, `denied` when
 * its socket may not be used, `usage`/`unsupported` for addresses that cannot be used, `network`.
 */
export async function connectEngine(options: EngineOptions = {}): Promise<DockerEngine> {
  const { socketPath, host, environment = process.env, signal } = options;
  const found = findEndpoints({ socketPath, host, environment });
  return connectFirst(found, { environment, signal });
}

interface ConnectContext {
  readonly environment: Environment;
  readonly signal: AbortSignal | undefined;
}

/** Connects to the first of the endpoints that answers; errors as `connectEngine`. */
export async function connectFirst(
  found: FoundEndpoints,
  context: ConnectContext,
): Promise<DockerEngine> {
  const { endpoints, namedBy } = found;
  const failures: { readonly endpoint: Endpoint; readonly error: unknown }[] = [];
  for (const endpoint of endpoints) {
    try {
      return await connectTo(endpoint, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      failures.push({ endpoint, error });
    }
  }
  const denied = failures.find(({ error }) => isDenied(error));
  if (denied !== undefined) throw permissionProblem(addressOf(denied.endpoint), denied.error);
  const only = failures[0];
  if (namedBy !== null && only !== undefined) {
    throw unreachable({ address: addressOf(only.endpoint), namedBy, error: only.error });
  }
  throw new SeaworthyError('not-found', 'no container engine was found on this machine', {
    advice: 'start Docker or Podman, or set DOCKER_HOST',
  });
}

async function connectTo(endpoint: Endpoint, context: ConnectContext): Promise<DockerEngine> {
  const client = clientOf(endpoint, context.environment);
  const base = endpoint.kind === 'tcp' ? endpoint.url : new URL('http://localhost/');
  try {
    const url = new URL(`${base.pathname.replace(/\/$/, '')}/_ping`, base);
    const { signal } = context;
    const response = await client.send({
      url,
      idleMs: pingMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const offered = response.header('api-version') ?? oldestApi;
    const kind = response.header('libpod-api-version') === null ? 'docker' : 'podman';
    const status = response.status;
    response.discard();
    if (status !== 200 || !/^\d{1,3}\.\d{1,3}$/.test(offered)) {
      throw new SeaworthyError('network', `it answered status ${status} to a ping`);
    }
    return createEngine({
      kind,
      address: addressOf(endpoint),
      local: endpoint.kind === 'socket',
      apiVersion: compareVersions(offered, newestApi) < 0 ? offered : newestApi,
      client,
      base,
    });
  } catch (error) {
    client.close();
    throw error;
  }
}

function clientOf(endpoint: Endpoint, environment: Environment): HttpClient {
  if (endpoint.kind === 'socket') return createHttpClient({ socketPath: endpoint.path });
  const { tls } = endpoint;
  return createHttpClient({ proxyEnvironment: environment, ...(tls === null ? {} : { tls }) });
}

function addressOf(endpoint: Endpoint): string {
  return endpoint.kind === 'socket' ? endpoint.path : endpoint.url.origin;
}

function isDenied(error: unknown): boolean {
  const code = error instanceof Error ? codeOf(error.cause) : '';
  return code === 'EACCES' || code === 'EPERM';
}

function permissionProblem(address: string, cause: unknown): SeaworthyError {
  return new SeaworthyError('denied', `this user may not use the engine's socket ${address}`, {
    cause,
    advice:
      "run as root, or as a user of the socket's group (often `docker`), or use rootless Podman",
  });
}

interface Unreachable {
  readonly address: string;
  readonly namedBy: string;
  readonly error: unknown;
}

function unreachable(context: Unreachable): SeaworthyError {
  const { address, namedBy, error } = context;
  const code = error instanceof Error ? codeOf(error.cause) : '';
  const because = code === 'ENOENT' ? 'there is no such socket' : messageOf(error);
  const missing = code === 'ENOENT' || code === 'ECONNREFUSED';
  return new SeaworthyError(
    missing ? 'not-found' : 'network',
    `no container engine answers at ${address} (${namedBy}): ${because}`,
    { cause: error, advice: 'check that it runs and that the address is right' },
  );
}
