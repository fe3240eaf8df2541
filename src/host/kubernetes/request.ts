// One question to an API server: bounded, without redirects, believing the cluster's own authority alone.
import * as http from 'node:http';
import * as https from 'node:https';
import { messageOf } from '../../base/error.ts';
import { NetworkError } from '../../base/http-error.ts';
import type { ClusterAccess } from './access.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

export interface Wire {
  get(path: string): Promise<Answer>;
  /** For questions that the API takes as objects and keeps nothing of: reviews. */
  ask(path: string, question: object): Promise<Answer>;
  /** Lines of an answer that goes on; resolves when the server ends it. Errors: all that is no 200. */
  follow(path: string, following: Following): Promise<void>;
  close(): void;
}

export interface Following {
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** What it throws ends the answer, and is thrown by `follow`. */
  readonly onLine: (line: string) => void;
}

/** One event of a watch; objects of etcd have 1.5 MB. */
const lineBytes = 8 * 1024 * 1024;

/** Pages have 500 objects; those of huge ConfigMaps are not asked for. */
const answerBytes = 128 * 1024 * 1024;
const connections = 4;

/** @param idleMs without any byte, and for connecting; a whole answer gets ten times as long */
export function openWire(access: ClusterAccess, idleMs: number): Wire {
  const { server, authority, serverName, verify, certificate, key } = access;
  const kept = { keepAlive: true, maxSockets: connections };
  const agent =
    server.protocol === 'https:'
      ? new https.Agent({
          ...kept,
          rejectUnauthorized: verify,
          ...(authority === null ? {} : { ca: authority }),
          ...(serverName === null ? {} : { servername: serverName }),
          ...(certificate === null || key === null ? {} : { cert: certificate, key }),
        })
      : new http.Agent(kept);
  return {
    get: (path) => ask(access, path, { agent, idleMs, body: null }),
    ask: (path, question) => ask(access, path, { agent, idleMs, body: JSON.stringify(question) }),
    follow: (path, following) => follow(access, path, { agent, idleMs, following }),
    close: () => agent.destroy(),
  };
}

/** Built from the server's own address: an answer cannot lead to another host. */
function urlOf(server: URL, path: string): URL {
  return new URL(`${server.origin}${server.pathname.replace(/\/+$/, '')}${path}`);
}

interface Asking {
  readonly agent: http.Agent;
  readonly idleMs: number;
  /** JSON; null: a GET. */
  readonly body: string | null;
}

function ask(
  { server, authorization }: ClusterAccess,
  path: string,
  { agent, idleMs, body }: Asking,
): Promise<Answer> {
  const url = urlOf(server, path);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      const { code = '' } = error as NodeJS.ErrnoException;
      const transient = code === 'ECONNRESET' || code === 'EPIPE';
      reject(new NetworkError(`${server.host}: ${reasonOf(error)}`, { cause: error, transient }));
    };
    const request = (server.protocol === 'https:' ? https : http).request(url, {
      agent,
      method: body === null ? 'GET' : 'POST',
      signal: AbortSignal.timeout(idleMs * 10),
      headers: {
        accept: 'application/json',
        'user-agent': 'seaworthy',
        ...(body === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...(authorization === null ? {} : { authorization }),
      },
    });
    request.setTimeout(idleMs, () =>
      request.destroy(new Error(`no answer for ${idleMs / 1000} s`)),
    );
    request.on('error', fail);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > answerBytes) request.destroy(new Error(`an answer beyond ${answerBytes} bytes`));
        else parts.push(part);
      });
      response.on('error', fail);
      response.on('aborted', () => fail(new Error('the answer ended too early')));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString('utf8'),
          retryAfter: response.headers['retry-after'] ?? null,
        }),
      );
    });
    request.end(body ?? undefined);
  });
}

function follow(
  { server, authorization }: ClusterAccess,
  path: string,
  asking: Pick<Asking, 'agent' | 'idleMs'> & { readonly following: Following },
): Promise<void> {
  const { agent, idleMs, following } = asking;
  const url = urlOf(server, path);
  return new Promise((resolve, reject) => {
    const request = (server.protocol === 'https:' ? https : http).request(url, {
      agent,
      signal: following.signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'seaworthy',
        ...(authorization === null ? {} : { authorization }),
      },
    });
    const fail = (error: unknown): void => {
      request.destroy();
      const isOwn = error instanceof Error && !('code' in error);
      reject(
        isOwn
          ? error
          : new NetworkError(`${server.host}: ${reasonOf(error)}`, {
              cause: error,
              transient: true,
            }),
      );
    };
    request.setTimeout(idleMs, () => fail(new Error(`no word for ${idleMs / 1000} s`)));
    request.on('error', fail);
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        fail(new Error(`${server.host} answers ${response.statusCode ?? 0} for a watch`));
        return;
      }
      following.onOpen();
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        const lines = (rest + part).split('\n');
        rest = lines.pop() ?? '';
        try {
          for (const line of lines) if (line.trim() !== '') following.onLine(line);
          if (rest.length > lineBytes) throw new Error(`an event beyond ${lineBytes} bytes`);
        } catch (error) {
          fail(error);
        }
      });
      response.on('error', fail);
      response.on('aborted', () => fail(new Error('the watch ended too early')));
      response.on('end', () => resolve());
    });
    request.end();
  });
}

function reasonOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (/^(?:UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(code)) {
    return 'its certificate is not of the authority in the kubeconfig';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate was made for another name';
  if (error instanceof Error && error.name === 'TimeoutError') return 'it answers too slowly';
  return messageOf(error).slice(0, 300);
}
