// AWS Signature Version 4 in a header, as S3 wants it: paths are encoded once, and the hash of the body is
// part of what is signed. Source: "Signature Calculations for the Authorization Header" of the S3 API.
import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that somebody lent for a while; null: they are for good. */
  readonly sessionToken: string | null;
}

export interface SignableRequest {
  readonly method: string;
  /** Its path is sent and signed as it stands: `encodedPath` makes one. */
  readonly url: URL;
  /** All that are to be signed, by lower-case names; `host` comes from the address. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface SigningScope {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Milliseconds since 1970; servers want it within 15 minutes of their own. */
  readonly nowMs: number;
}

const algorithm = 'AWS4-HMAC-SHA256';
const service = 's3';

/** The headers of the request with those that prove who sends it. */
export function signed(
  { method, url, headers, body }: SignableRequest,
  { region, credentials, nowMs }: SigningScope,
): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  // 20130524T000000Z
  const moment = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = moment.slice(0, 8);
  const bodyHash = sha256(body);
  const all: Readonly<Record<string, string>> = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': moment,
    ...(sessionToken === null ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(all).toSorted();
  const canonical = [
    method,
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${(all[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [algorithm, moment, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(key, text).toString('hex');
  const proof = `Credential=${accessKeyId}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { ...all, authorization: `${algorithm} ${proof}` };
}

/** The path of an object's key: everything but RFC 3986's unreserved characters and `/` as `%XX`. */
export function encodedPath(key: string): string {
  return `/${key.split('/').map(encoded).join('/')}`;
}

/** `encodeURIComponent` leaves five characters that the signature wants encoded. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Sorted by the encoded names, then values. */
function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map((pair) => pair.join('='))
    .join('&');
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
