// Where a container engine may listen: what the user said, the docker CLI's context, and the places
// in which Docker, rootless Docker, Docker Desktop, Colima, Rancher Desktop and Podman put a socket.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';
import { contextEndpoint } from './context.ts';
import { readTls } from './tls-files.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly url: URL; readonly tls: TlsOptions | null };

export interface EndpointSearch {
  readonly socketPath: string | undefined;
  /** As DOCKER_HOST. */
  readonly host: string | undefined;
  readonly environment: Environment;
}

export interface FoundEndpoints {
  /** Tried in this order. */
  readonly endpoints: readonly Endpoint[];
  /** Who named them, for messages; null = the usual places. */
  readonly namedBy: string | null;
}

/** The endpoints to try. Errors: `usage` and `unsupported` for addresses that cannot be used. */
export function findEndpoints(search: EndpointSearch): FoundEndpoints {
  const { socketPath, host, environment } = search;
  if (socketPath !== undefined) {
    return { endpoints: [{ kind: 'socket', path: socketPath }], namedBy: 'the given socket' };
  }
  const named = [
    { address: host, namedBy: 'the given host' },
    { address: environment['DOCKER_HOST'], namedBy: 'DOCKER_HOST' },
  ];
  for (const { address, namedBy } of named) {
    if (address !== undefined && address !== '') {
      return { endpoints: [parseHost(address, environmentTls(environment))], namedBy };
    }
  }
  const context = contextEndpoint(environment);
  if (context !== null) {
    const namedBy = `the docker context ${context.name}`;
    return { endpoints: [parseHost(context.host, () => context.tls)], namedBy };
  }
  const podman = environment['CONTAINER_HOST'];
  if (podman !== undefined && podman !== '') {
    return { endpoints: [parseHost(podman, () => null)], namedBy: 'CONTAINER_HOST' };
  }
  const endpoints = usualSockets(environment).map((path) => ({ kind: 'socket', path }) as const);
  return { endpoints, namedBy: null };
}

function usualSockets(environment: Environment): readonly string[] {
  const home = environment['HOME'] ?? homedir();
  const runtime = environment['XDG_RUNTIME_DIR'];
  const rootless = runtime === undefined || runtime === '' ? null : runtime;
  return [
    '/var/run/docker.sock',
    ...(rootless === null ? [] : [join(rootless, 'docker.sock')]),
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
    join(home, '.colima', 'default', 'docker.sock'),
    join(home, '.rd', 'docker.sock'),
    ...(rootless === null ? [] : [join(rootless, 'podman', 'podman.sock')]),
    '/run/podman/podman.sock',
  ];
}

/** Reads `unix://PATH`, `tcp://HOST:PORT`, `http(s)://HOST:PORT`. */
export function parseHost(text: string, tlsOf: () => TlsOptions | null): Endpoint {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (path.startsWith('/')) return { kind: 'socket', path };
    throw badHost(text, 'a socket is written as unix:///path/to/docker.sock');
  }
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1] ?? '';
  if (scheme === 'ssh') {
    throw new SeaworthyError('unsupported', 'an engine behind ssh:// cannot be reached directly', {
      advice: 'forward its socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST',
    });
  }
  if (scheme === 'npipe') {
    throw new SeaworthyError('unsupported', 'Windows named pipes are not supported', {
      advice: 'give DOCKER_HOST=tcp://HOST:PORT, or save the image to a file and scan that',
    });
  }
  if (!['tcp', 'http', 'https'].includes(scheme)) {
    throw badHost(text, 'use unix:///PATH or tcp://HOST:PORT');
  }
  const url = URL.parse(text.replace(/^tcp:/, 'http:'));
  if (url === null || url.username !== '' || url.search !== '') {
    throw badHost(text, 'use tcp://HOST:PORT');
  }
  const tls = tlsOf() ?? (scheme === 'https' ? {} : null);
  if (tls !== null) url.protocol = 'https:';
  if (url.port === '' && scheme === 'tcp') url.port = tls === null ? '2375' : '2376';
  return { kind: 'tcp', url, tls };
}

function badHost(text: string, advice: string): SeaworthyError {
  // What stands before an @ may be a password.
  const shown = JSON.stringify(text.slice(0, 200).replace(/\/\/[^@/]*@/, '//***@'));
  return new SeaworthyError('usage', `${shown} is not the address of a container engine`, {
    advice,
  });
}

/** DOCKER_CERT_PATH and DOCKER_TLS_VERIFY, as the docker CLI reads them. */
function environmentTls(environment: Environment): () => TlsOptions | null {
  return () => {
    const verify = (environment['DOCKER_TLS_VERIFY'] ?? '') !== '';
    const named = environment['DOCKER_CERT_PATH'];
    if ((named === undefined || named === '') && !verify) return null;
    const folder = named || join(environment['HOME'] ?? homedir(), '.docker');
    return { ...readTls(folder), verify };
  };
}
