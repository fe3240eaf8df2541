// Requests to the engine behind the proxy: headers that may pass, answers as they come.
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Readable } from 'node:stream';
import { parseJson } from '../../base/json.ts';

/** Headers of clients that mean something to engines. */
const passed: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'docker-upgrade',
  'user-agent',
  'x-docker-expose-session-grpc-method',
  'x-docker-expose-session-name',
  'x-docker-expose-session-sharedkey',
  'x-docker-expose-session-uuid',
  'x-registry-auth',
  'x-registry-config',
]);

/** Headers between two neighbours (RFC 9110, section 7.6.1). */
const ours: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface Forwarded {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** What a request says to the engine; repeated headers are kept, all others are left out. */
export function forwardedHeaders(rawHeaders: readonly string[]): Record<string, string | string[]> {
  const headers = new Map<string, string[]>([['host', ['docker']]]);
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!passed.has(name)) continue;
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[at + 1] ?? '']);
  }
  return Object.fromEntries(
    [...headers].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

/** Opens a request to the engine; half-closed connections are kept for streams. */
export function openUpstream({ socketPath, method, path, headers }: Forwarded): ClientRequest {
  return httpRequest({ socketPath, method, path, headers, agent: false, setHost: false });
}

/** Name and value in turn, without what belongs to the connection. */
export function answeredHeaders(answer: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at] ?? '';
    if (!ours.has(name.toLowerCase())) kept.push(name, answer.rawHeaders[at + 1] ?? '');
  }
  return kept;
}

/**
 * Sends `body` and hands the answer through piece by piece, so that logs and events come when they
 * happen. A client that leaves ends the request; an engine that fails is told with 502.
 */
export function passThrough(
  forwarded: Forwarded,
  body: Readable | Buffer,
  response: ServerResponse,
): void {
  const upstream = openUpstream(forwarded);
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answeredHeaders(answer));
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    answer.on('aborted', () => response.destroy());
    answer.pipe(response);
  });
  upstream.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else refuseWith(response, 502, `the engine does not answer (${codeOf(error)})`);
  });
  response.on('close', () => upstream.destroy());
  if (Buffer.isBuffer(body)) upstream.end(body);
  else {
    body.on('error', () => upstream.destroy());
    body.pipe(upstream);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** Refusals have the engine's own shape, so that clients show the sentence. */
export function refuseWith(response: ServerResponse, status: number, message: string): void {
  const text = `${JSON.stringify({ message: `Seaworthy: ${message}` })}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}

const answerBytes = 4 * 1024 * 1024;
const answerMs = 10_000;

/** Asks the engine for a small document; null where it has none. */
export function askUpstream(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const upstream = openUpstream({ socketPath, method: 'GET', path, headers: { host: 'docker' } });
    const late = AbortSignal.timeout(answerMs);
    late.addEventListener('abort', () => upstream.destroy(), { once: true });
    upstream.on('error', () => resolve(null));
    upstream.on('close', () => resolve(null));
    upstream.on('response', (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > answerBytes) upstream.destroy();
        else chunks.push(chunk);
      });
      answer.on('error', () => resolve(null));
      answer.on('end', () => {
        const parsed = parseJson(Buffer.concat(chunks).toString('utf8'));
        resolve(answer.statusCode === 200 && parsed.ok ? parsed.value : null);
      });
    });
    upstream.end();
  });
}
