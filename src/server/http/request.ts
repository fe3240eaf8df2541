// What is read of a request: its body within bounds, its cookie; and how it is refused.
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../base/json.ts';
import { problemOf, type Route } from '../api/index.ts';
import { serverLimits } from './limits.ts';

/** A form holds one token. */
const formBytes = 4096;

/** A refusal in the middle of serving. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly advice: string;

  constructor(status: number, code: string, told: { message: string; advice: string }) {
    super(told.message);
    this.status = status;
    this.code = code;
    this.advice = told.advice;
  }
}

/** The token of our cookie; null without one. @param name that it has here */
export function cookieOf(header: string, name: string): string | null {
  const pairs = header.split(';').map((pair) => pair.trim());
  const own = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return own !== undefined && /^[\w-]{10,200}$/.test(own) ? own : null;
}

function bad(message: string): Refusal {
  return new Refusal(400, 'usage', { message, advice: 'see /api/v1/openapi.json' });
}

/** A small form as browsers send it. Throws a refusal for anything else. */
export async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded\b/.test(type)) throw bad('the body is no form');
  const bytes = await bytesOf(request, formBytes);
  if (bytes === null) throw bad('the form is too long');
  return new URLSearchParams(bytes.toString('utf8'));
}

/** The body as its schema wants it. Throws a refusal for anything else. */
export async function bodyOf(
  request: IncomingMessage,
  route: Pick<Route, 'body'>,
): Promise<unknown> {
  const bytes = await bytesOf(request, serverLimits.bodyBytes);
  if (bytes === null) {
    throw new Refusal(413, 'limit', {
      message: `the body has more than ${serverLimits.bodyBytes} bytes`,
      advice: 'send less',
    });
  }
  if (route.body === undefined) return undefined;
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'usage', {
      message: 'the body is no application/json',
      advice: 'send JSON with its content-type',
    });
  }
  const parsed = parseJson(bytes.toString('utf8'));
  if (!parsed.ok) throw bad(`the body is ${parsed.reason}`);
  const problem = problemOf(parsed.value, route.body, 'body');
  if (problem !== null) throw bad(problem);
  return parsed.value;
}

/** Null: there are more. The rest is not read, and the connection stays open for the refusal. */
function bytesOf(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.resolve(null);
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      resolve(null);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
