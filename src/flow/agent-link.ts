// The agent's side of the wire: enrolment, rotation of its secret, and batches, compressed. The secret
// is made here and never leaves the node but as what it is; the server keeps its hash.
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { messageOf, SeaworthyError } from '../base/error.ts';
import {
  createHttpClient,
  type HttpClient,
  type HttpResponse,
  type TlsOptions,
} from '../base/http.ts';
import { asArray, field, parseJson, stringField } from '../base/json.ts';
import { retryAfterMs } from '../base/retry.ts';
import { newName, newSecret, secretHash } from '../base/secret.ts';
import { traced, traceparent } from '../base/trace.ts';
import { batchType } from '../model/fleet.ts';
import type { FleetOrder } from '../store/fleet/index.ts';
import type { AgentLink, SendAnswer } from './agent.ts';
import type { OrderLink } from './agent-orders.ts';

/** What an agent keeps of itself. */
export interface AgentIdentity {
  readonly server: string;
  readonly agent: string;
  readonly secret: string;
  /** Told to the server, perhaps: whichever holds is the one. */
  readonly next: string | null;
}

export interface AgentLinkOptions {
  readonly server: URL;
  readonly tls: TlsOptions;
  readonly node: string;
  /** Null with a client certificate. */
  readonly identity: AgentIdentity | null;
  /** Writes it down before it is used. */
  readonly keep: (identity: AgentIdentity) => void;
  readonly nowMs: () => number;
  /** Asked before each request: other certificates than before; null while nothing changed. */
  readonly renewed?: () => TlsOptions | null;
}

export interface OpenAgentLink extends AgentLink, OrderLink {
  /** Makes a next secret and tells the server; both hold until the new one was used. */
  rotate(signal: AbortSignal): Promise<void>;
  close(): void;
}

const jsonType = { 'content-type': 'application/json' };
const answerBytes = 64 * 1024;
const answerMs = 60_000;
const compress = promisify(zstdCompress);
/** A third of the processor time of level 3, some 10 % more bytes. */
const compressionLevel = 1;

/**
 * Enrols this node. Throws `SeaworthyError`: `denied` when the token is not good, `network` when the
 * server cannot be reached.
 */
export async function enrolAgent(
  options: Omit<AgentLinkOptions, 'identity'> & { readonly token: string },
): Promise<AgentIdentity> {
  const { server, tls, node, token, keep } = options;
  const identity: AgentIdentity = {
    server: server.href,
    agent: newName(),
    secret: newSecret('swa'),
    next: null,
  };
  const client = createHttpClient({ tls });
  try {
    const body = { id: identity.agent, node, secretHash: secretHash(identity.secret) };
    const response = await client.send({
      url: new URL('/api/v1/agents/enrol', server),
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    });
    const why = await reasonOf(response);
    if (response.status !== 200) {
      throw new SeaworthyError(
        response.status === 401 ? 'denied' : 'network',
        `${server.host} does not enrol this node: ${why}`,
        { advice: 'make a new token with `seaworthy server enrol`' },
      );
    }
  } finally {
    client.close();
  }
  keep(identity);
  return identity;
}

export function openAgentLink(options: AgentLinkOptions): OpenAgentLink {
  const { server, tls, keep, nowMs } = options;
  let { identity } = options;
  const clients = renewedClients(tls, options.renewed);

  /** With the next secret where there is one; it becomes the secret when the server knows it. */
  async function postAsAgent(
    path: string,
    body: Uint8Array,
    request: { headers: Record<string, string>; signal: AbortSignal },
  ): Promise<HttpResponse> {
    const place = { client: clients.current(), server };
    if (identity === null) return post(place, path, { ...request, body, secret: null });
    if (identity.next !== null) {
      const response = await post(place, path, {
        ...request,
        body,
        secret: identity.next,
      });
      if (response.status === 200 || response.status === 409) {
        identity = { ...identity, secret: identity.next, next: null };
        keep(identity);
      }
      if (response.status !== 401) return response;
      response.discard();
    }
    return post(place, path, { ...request, body, secret: identity.secret });
  }

  return {
    async send(head, lines, signal) {
      let response: HttpResponse;
      const attributes = { 'server.address': server.host, 'seaworthy.records': lines.length };
      return traced('send records', { kind: 'client', attributes }, async (span) => {
        try {
          const text = `${[JSON.stringify(head), ...lines].join('\n')}\n`;
          const params = { [constants.ZSTD_c_compressionLevel]: compressionLevel };
          const body = await compress(Buffer.from(text), { params });
          const headers = { 'content-type': batchType, 'content-encoding': 'zstd' };
          response = await postAsAgent('/api/v1/ingest', body, { headers, signal });
          return await answerOf(response, nowMs());
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof SeaworthyError && error.code === 'denied') throw error;
          span.fail(messageOf(error));
          return { kind: 'later', waitMs: null, why: messageOf(error) };
        }
      });
    },
    orders: async (question, signal) => {
      const body = Buffer.from(JSON.stringify(question));
      return ordersOf(
        await postAsAgent('/api/v1/agents/orders', body, { headers: jsonType, signal }),
      );
    },
    async rotate(signal) {
      if (identity === null) return;
      const next = identity.next ?? newSecret('swa');
      identity = { ...identity, next };
      keep(identity);
      await tellNext({ client: clients.current(), server }, { ...identity, next }, signal);
    },
    close: () => clients.current().close(),
  };
}

/** Says what the next secret is, with the one that holds. */
async function tellNext(
  place: { readonly client: HttpClient; readonly server: URL },
  { secret, next }: { readonly secret: string; readonly next: string },
  signal: AbortSignal,
): Promise<void> {
  const { status } = await post(place, '/api/v1/agents/rotate', {
    headers: jsonType,
    body: Buffer.from(JSON.stringify({ nextHash: secretHash(next) })),
    secret,
    signal,
  });
  // Refused with the old one: the next one may be the secret already, which sending finds out.
  if (status !== 200 && status !== 401) throw new Error(`the server answers ${status}`);
}

/** Certificates that were replaced are shown from the next request on. */
function renewedClients(
  tls: TlsOptions,
  renewed: AgentLinkOptions['renewed'],
): { current(): HttpClient } {
  let client = createHttpClient({ tls });
  return {
    current() {
      const next = renewed?.() ?? null;
      if (next !== null) {
        client.close();
        client = createHttpClient({ tls: next });
      }
      return client;
    },
  };
}

interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly secret: string | null;
  readonly signal: AbortSignal;
}

async function post(
  { client, server }: { readonly client: HttpClient; readonly server: URL },
  path: string,
  { headers, body, secret, signal }: Post,
): Promise<HttpResponse> {
  const caller = traceparent();
  return client.send({
    url: new URL(path, server),
    method: 'POST',
    headers: {
      ...headers,
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(caller === null ? {} : { traceparent: caller }),
    },
    body,
    signal,
  });
}

async function answerOf(response: HttpResponse, nowMs: number): Promise<SendAnswer> {
  const { status } = response;
  const waitMs = retryAfterMs(response.header('retry-after'), nowMs);
  const value = await jsonOf(response);
  const acknowledged = (value as { acknowledged?: unknown } | null)?.acknowledged;
  const why = messageIn(value) ?? `it answers ${status}`;
  if ((status === 200 || status === 409) && Number.isSafeInteger(acknowledged)) {
    return { kind: status === 200 ? 'taken' : 'gap', acknowledged: acknowledged as number };
  }
  if (status === 401 || status === 403) {
    throw new SeaworthyError('denied', `the server does not let this agent in: ${why}`, {
      advice: 'enrol the node again: remove its agent folder and give a new token',
    });
  }
  if (status === 400 || status === 413) return { kind: 'refused', why };
  return { kind: 'later', waitMs, why };
}

/** Rejects where the server gives none. */
async function ordersOf(response: HttpResponse): Promise<readonly FleetOrder[]> {
  const { status } = response;
  const value = await jsonOf(response);
  if (status !== 200) throw new Error(messageIn(value) ?? `it answers ${status}`);
  return ordersIn(value);
}

/** Orders of a server; what is none is left out. */
function ordersIn(value: unknown): readonly FleetOrder[] {
  return asArray(field(value, 'orders')).flatMap((one): readonly FleetOrder[] => {
    const [id, container, action, by, reason] = ['id', 'container', 'action', 'by', 'reason'].map(
      (name) => stringField(one, name),
    );
    const leftMs = field(one, 'leftMs');
    if (!id || !container || !action || typeof leftMs !== 'number') return [];
    return [{ id, container, action, by: by ?? '', reason: reason ?? '', leftMs }];
  });
}

async function jsonOf(response: HttpResponse): Promise<unknown> {
  const bytes = await response.readBytes({ limit: answerBytes, deadlineMs: answerMs });
  const parsed = parseJson(Buffer.from(bytes).toString('utf8'));
  return parsed.ok ? parsed.value : null;
}

async function reasonOf(response: HttpResponse): Promise<string> {
  const value = await jsonOf(response);
  return messageIn(value) ?? `it answers ${response.status}`;
}

function messageIn(value: unknown): string | null {
  const message = (value as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? message.slice(0, 200) : null;
}
