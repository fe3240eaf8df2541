// Writing answers: headers that every one has, ETags, compression, errors with advice.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ErrorCode, messageOf, SeaworthyError } from '../../base/error.ts';
import type { Answer } from '../api/index.ts';
import { serverLimits } from './limits.ts';
import type { StaticFile } from './static-files.ts';

const packed = promisify(gzip);

/** No script, style or picture that is not ours; nobody may frame us; no address leaves with a link. */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What every answer has. */
export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** An answer of a route; 304 where the caller has it already. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  const content = answer.kind === 'json' ? JSON.stringify(answer.value) : answer.content;
  const version =
    answer.kind === 'json' && answer.version !== undefined
      ? JSON.stringify(answer.version)
      : content;
  // Weak: the same content is sent packed or not.
  const tag = `W/"${createHash('sha256').update(version).digest('base64url').slice(0, 22)}"`;
  response.setHeader('vary', 'Accept-Encoding, Authorization, Cookie');
  response.setHeader('cache-control', 'private, no-cache');
  if (request.method === 'GET') {
    response.setHeader('etag', tag);
    if (hasTag(request, tag)) {
      response.writeHead(304).end();
      return;
    }
  }
  const mediaType = answer.kind === 'json' ? 'application/json' : answer.mediaType;
  response.setHeader('content-type', mediaType);
  if (answer.kind === 'file') {
    response.setHeader('content-disposition', `attachment; filename="${answer.name}"`);
  }
  await sendBytes(request, response, Buffer.from(content));
}

async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
): Promise<void> {
  const isWorth = bytes.length > serverLimits.compressFrom && takesGzip(request);
  const body = isWorth ? await packed(bytes, { level: 4 }) : bytes;
  if (isWorth) response.setHeader('content-encoding', 'gzip');
  response.setHeader('content-length', body.length);
  response.writeHead(200).end(request.method === 'HEAD' ? undefined : body);
}

function takesGzip({ headers: asked }: IncomingMessage): boolean {
  return /(?:^|[\s,])gzip(?:$|[\s,;])/.test(asked['accept-encoding'] ?? '');
}

function hasTag({ headers: asked }: IncomingMessage, tag: string): boolean {
  const given = asked['if-none-match'];
  if (given === undefined) return false;
  const bare = tag.replace(/^W\//, '');
  return given.split(',').some((one) => one.trim().replace(/^W\//, '') === bare);
}

/** A file of the dashboard. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
): void {
  response.setHeader('etag', file.tag);
  response.setHeader('vary', 'Accept-Encoding');
  const kept = file.isForever ? 'public, max-age=31536000, immutable' : 'no-cache';
  response.setHeader('cache-control', kept);
  if (hasTag(request, file.tag)) {
    response.writeHead(304).end();
    return;
  }
  const isPacked = file.packed !== null && takesGzip(request);
  const body = isPacked && file.packed !== null ? file.packed : file.bytes;
  if (isPacked) response.setHeader('content-encoding', 'gzip');
  response.setHeader('content-type', file.mediaType);
  response.setHeader('content-length', body.length);
  response.writeHead(200).end(request.method === 'HEAD' ? undefined : body);
}

/** Plain text: health, figures, pages that are not there. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.writeHead(status).end(text);
}

/** A page with its own headers, which are stricter than ours. */
export function sendPage(
  response: ServerResponse,
  page: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  },
): void {
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(page.headers)) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.writeHead(page.status).end(page.body);
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  usage: 400,
  'not-found': 404,
  denied: 403,
  limit: 413,
  busy: 409,
  network: 502,
  unreadable: 500,
  malformed: 500,
  'digest-mismatch': 500,
  unsupported: 501,
  'disk-full': 507,
  database: 503,
};

/** What a thrown error means to who asked; a defect of ours tells nothing of the inside. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof SeaworthyError) {
    const { code, advice = '' } = error;
    return { status: statuses[code], code, message: messageOf(error), advice };
  }
  return {
    status: 500,
    code: 'defect',
    message: 'this is a defect of Seaworthy',
    advice: 'see what the server tells on its terminal, and report it',
  };
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message, advice } = problem;
  const body = Buffer.from(JSON.stringify({ error: { code, message, advice } }));
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  response.removeHeader('content-encoding');
  response.setHeader('content-length', body.length);
  if (status === 413 || status === 408) response.setHeader('connection', 'close');
  response.writeHead(status).end(body);
}
