// One bucket of S3 or of what speaks like it (MinIO, Ceph, Garage, R2 ...): puts objects, and tells in
// one sentence why it could not. Redirects are never followed: a signature is for one host.
import { SeaworthyError } from '../../base/error.ts';
import { createHttpClient, type HttpResponse, type TlsOptions } from '../../base/http.ts';
import { type Pace, retryAfterMs, TryAgain } from '../../base/retry.ts';
import { type AwsCredentials, encodedPath, signed } from './signature.ts';

export interface BucketPlace {
  /** `https://s3.eu-central-1.amazonaws.com`; a path before the bucket is kept. */
  readonly endpoint: URL;
  readonly region: string;
  readonly bucket: string;
  /** `host/bucket/key` instead of `bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Sent with every object: encryption, storage class. By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly pace: Pace;
  /** Asked for every object: lent credentials are replaced on the disk. */
  readonly credentials: () => AwsCredentials;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** How the bytes are packed; `identity` for not at all. */
  readonly encoding: 'gzip' | 'identity';
}

export interface Bucket {
  /**
   * Writes the object; one of that key is replaced. Rejects with `TryAgain` or a transient `NetworkError`
   * when it may be tried again, with `SeaworthyError` `denied`, `not-found`, `limit` or `network` otherwise.
   */
  put(object: StoredObject, signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * The largest object. S3 takes 5 GiB in one piece; ours are held in memory, and a report of 100,000
 * findings has some megabytes when packed.
 */
const objectBytesMost = 64 * 1024 * 1024;
/** Silence after which a try is given up. */
const idleMs = 15_000;
/** An error of S3 is a document of a few hundred bytes. */
const answerBytes = 16 * 1024;
const answerMs = 5000;

/** Opens it; the store is spoken to when there is something to put. */
export function openBucket(place: BucketPlace): Bucket {
  const { region, tls, pace, credentials } = place;
  const client = createHttpClient({ tls, idleMs });
  return {
    close: () => client.close(),
    async put({ key, bytes, mediaType, encoding }, signal) {
      const url = addressOf(place, key);
      if (bytes.length > objectBytesMost) {
        const what = `an object of ${bytes.length} bytes is too large for ${url.host}`;
        throw new SeaworthyError('limit', what);
      }
      const headers = {
        ...place.headers,
        'content-type': mediaType,
        ...(encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
      };
      const scope = { region, credentials: credentials(), nowMs: pace.now() };
      const response = await client.send({
        url,
        method: 'PUT',
        headers: signed({ method: 'PUT', url, headers, body: bytes }, scope),
        body: bytes,
        signal,
      });
      if (response.status === 200) return response.discard();
      throw await refusalOf(response, place);
    },
  };
}

function addressOf({ endpoint, bucket, pathStyle }: BucketPlace, key: string): URL {
  const url = new URL(endpoint);
  const before = url.pathname.replace(/\/+$/, '');
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  url.pathname = before + encodedPath(pathStyle ? `${bucket}/${key}` : key);
  return url;
}

/** What S3 calls an error, in our words. */
const meanings: Readonly<Record<string, string>> = {
  AccessDenied: 'these credentials may not write there',
  ExpiredToken: 'the session token has expired',
  InvalidAccessKeyId: 'it does not know this access key',
  InvalidToken: 'the session token is not valid',
  NoSuchBucket: 'there is no such bucket',
  QuotaExceeded: 'there is no room left',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  SignatureDoesNotMatch: 'the secret key is not the one of this access key',
};

/** Codes that pass by themselves, whatever the status. */
const passing: ReadonlySet<string> = new Set(['RequestTimeout', 'SlowDown', 'InternalError']);

async function refusalOf(response: HttpResponse, place: BucketPlace): Promise<Error> {
  const { status } = response;
  const where = `${place.bucket} at ${place.endpoint.host}`;
  if (status >= 300 && status < 400) {
    response.discard();
    // Where else it would be is told by a header of S3; a `location` is anybody's word.
    const region = /^[a-z0-9-]{1,40}$/.exec(response.header('x-amz-bucket-region') ?? '')?.[0];
    const known =
      region === undefined || region === place.region ? '' : `: its region is ${region}`;
    const advice = 'set region and endpoint of the output; redirects are not followed';
    return new SeaworthyError('network', `${where} is somewhere else${known}`, { advice });
  }
  const code = await errorCode(response);
  const meaning = code === null || !Object.hasOwn(meanings, code) ? undefined : meanings[code];
  const told = meaning ?? `status ${status}${code === null ? '' : `, ${code}`}`;
  const isDenied = status === 401 || status === 403;
  const kind = isDenied ? 'denied' : status === 404 ? 'not-found' : 'network';
  const refused = new SeaworthyError(kind, `${where} refused an object: ${told}`);
  const isPassing = status === 408 || status === 429 || status >= 500;
  if (!isPassing && !(code !== null && passing.has(code))) return refused;
  return new TryAgain(retryAfterMs(response.header('retry-after'), place.pace.now()), refused);
}

/** `<Code>` of the answer, which is XML of the store or whatever stands before it; null: none. */
async function errorCode(response: HttpResponse): Promise<string | null> {
  try {
    const bytes = await response.readBytes({ limit: answerBytes, deadlineMs: answerMs });
    const text = Buffer.from(bytes).toString('latin1');
    return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(text)?.[1] ?? null;
  } catch {
    // Endless or broken: the status alone tells.
    return null;
  }
}
