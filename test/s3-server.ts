// A bucket for tests: takes objects only with a signature that it computes itself, from the bytes of the
// request as they came, after Amazon's description of Signature Version 4. Shares no code with ours.
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { startServer } from './http-server.ts';

export interface TestObject {
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  /** Unpacked where it says that it is packed. */
  readonly text: string;
}

export interface TestStore {
  readonly url: string;
  /** By the raw path. */
  readonly objects: Map<string, TestObject>;
  /** Requests that came, refused ones too. */
  readonly requests: IncomingMessage[];
  /** Answers the next requests instead of the store. */
  answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
  close(): Promise<void>;
}

export interface TestKeys {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
  readonly region?: string;
}

/** Starts it on this machine. */
export async function startStore(keys: TestKeys): Promise<TestStore> {
  const store = {
    objects: new Map<string, TestObject>(),
    requests: [] as IncomingMessage[],
    answer: null as TestStore['answer'],
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    store.requests.push(request);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (store.answer?.(request, response) === true) return;
    const bytes = Buffer.concat(parts);
    const flaw = flawOf(request, bytes, keys);
    if (flaw !== null) return refuse(response, 403, flaw);
    const isPacked = request.headers['content-encoding'] === 'gzip';
    const text = (isPacked ? gunzipSync(bytes) : bytes).toString('utf8');
    store.objects.set(request.url ?? '', { headers: request.headers, bytes, text });
    response.writeHead(200, { etag: '"x"' }).end();
  };
  const server = await startServer((request, response) => void take(request, response));
  return Object.assign(store, { url: server.origin, close: () => server.close() });
}

/** An error as S3 tells it. */
export function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`,
  );
}

/** The code of the error, or null. */
function flawOf(request: IncomingMessage, bytes: Buffer, keys: TestKeys): string | null {
  const { authorization = '' } = request.headers;
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (found === null) return 'AuthorizationHeaderMalformed';
  const [, id = '', day = '', region = '', list = '', signature = ''] = found;
  if (id !== keys.id) return 'InvalidAccessKeyId';
  if (region !== (keys.region ?? 'us-east-1')) return 'AuthorizationHeaderMalformed';
  if ((request.headers['x-amz-security-token'] ?? '') !== (keys.token ?? '')) return 'InvalidToken';
  const names = list.split(';');
  const wanted = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'));
  for (const name of ['host', ...wanted]) if (!names.includes(name)) return 'AccessDenied';
  const moment = String(request.headers['x-amz-date']);
  const atMs = Date.parse(
    moment.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!moment.startsWith(day) || !(Math.abs(Date.now() - atMs) < 900_000)) {
    return 'RequestTimeTooSkewed';
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== hash) return 'XAmzContentSHA256Mismatch';
  let text = `${request.method}\n`;
  const [path = '', query = ''] = (request.url ?? '').split('?');
  text += `${path}\n${query.split('&').sort().join('&')}\n`;
  for (const name of names) text += `${name}:${String(request.headers[name]).trim()}\n`;
  text += `\n${list}\n${hash}`;
  let key: string | Buffer = `AWS4${keys.secret}`;
  for (const part of [day, region, 's3', 'aws4_request']) {
    key = createHmac('sha256', key).update(part).digest();
  }
  const hashed = createHash('sha256').update(text).digest('hex');
  const signable = `AWS4-HMAC-SHA256\n${moment}\n${day}/${region}/s3/aws4_request\n${hashed}`;
  const right = createHmac('sha256', key).update(signable).digest('hex');
  return right === signature ? null : 'SignatureDoesNotMatch';
}
