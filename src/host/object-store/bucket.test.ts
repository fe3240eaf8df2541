// Buckets against a store that checks every signature, and against stores that are hostile.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startServer } from '../../../test/http-server.ts';
import { refuse, startStore, type TestStore } from '../../../test/s3-server.ts';
import { realPace, TryAgain } from '../../base/retry.ts';
import { type Bucket, type BucketPlace, openBucket, type StoredObject } from './index.ts';

const never = new AbortController().signal;
const secret = 'wJalrXUtnFEMI/K7MDENG';
const object: StoredObject = {
  key: 'scan/2026/11/22/a (1) ü+x.json',
  bytes: Buffer.from('{}'),
  mediaType: 'application/json',
  encoding: 'identity',
};

let store: TestStore;
let opened: Bucket[] = [];
beforeEach(async () => {
  store = await startStore({ id: 'AKIDEXAMPLE', secret, token: 'lent' });
});
afterEach(async () => {
  for (const bucket of opened) bucket.close();
  opened = [];
  await store.close();
});

function open(place: Partial<BucketPlace> = {}): Bucket {
  const bucket = openBucket({
    endpoint: new URL(store.url),
    region: 'us-east-1',
    bucket: 'evidence',
    pathStyle: true,
    headers: {},
    tls: {},
    pace: realPace,
    credentials: () => ({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: secret,
      sessionToken: 'lent',
    }),
    ...place,
  });
  opened.push(bucket);
  return bucket;
}

async function problemOf(bucket: Bucket, given: StoredObject = object): Promise<Error> {
  return bucket.put(given, never).then(
    () => new Error('it was taken'),
    (error: unknown) => error as Error,
  );
}

describe('a bucket', () => {
  test('takes an object below its name, with what belongs to it', async () => {
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' };
    await open({ headers }).put(object, never);
    const [[path, kept] = []] = [...store.objects];
    expect(path).toBe('/evidence/scan/2026/11/22/a%20%281%29%20%C3%BC%2Bx.json');
    expect(kept?.text).toBe('{}');
    expect(kept?.headers).toMatchObject({ ...headers, 'content-type': 'application/json' });
  });

  test('is part of the host where it may be, behind a path where there is one', async () => {
    await open({ pathStyle: false, endpoint: new URL(store.url.replace('127.0.0.1', 'localhost')) })
      .put(object, never)
      // Not every machine knows names below localhost.
      .catch(() => undefined);
    for (const { headers } of store.requests) expect(headers.host).toMatch(/^evidence\.localhost:/);
    await open({ endpoint: new URL(`${store.url}/storage/`) }).put(object, never);
    expect([...store.objects.keys()].at(-1)).toMatch(/^\/storage\/evidence\/scan\//);
  });

  test.each([
    [
      'another secret',
      { secretAccessKey: 'x' },
      /refused an object: the secret key is not the one/,
    ],
    ['a key that nobody has', { accessKeyId: 'NOBODY' }, /does not know this access key/],
    ['another token', { sessionToken: 'old' }, /the session token is not valid/],
  ])('says what is wrong with %s, and tells no secret', async (_, wrong, expected) => {
    const credentials = {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: secret,
      sessionToken: 'lent',
      ...wrong,
    };
    const problem = await problemOf(open({ credentials: () => credentials }));
    expect(problem.message).toMatch(expected);
    expect(problem).toMatchObject({ code: 'denied' });
    const told = JSON.stringify([problem.message, problem.stack, String(problem.cause)]);
    for (const value of Object.values(credentials)) {
      if (value.length > 3) expect(told).not.toContain(value);
    }
  });

  test('a clock that is wrong is told as that', async () => {
    const pace = { ...realPace, now: () => realPace.now() - 3_600_000 };
    expect((await problemOf(open({ pace }))).message).toContain(
      'the clock of this machine is wrong',
    );
  });

  test('is not followed elsewhere; the region that S3 names is told', async () => {
    const other = await startServer((_, response) => void response.end());
    try {
      let heard = 0;
      store.answer = (_, response) => {
        heard += 1;
        const headers = {
          location: `${other.origin}/evidence/x`,
          'x-amz-bucket-region': 'eu-west-3',
        };
        response.writeHead(307, headers).end();
        return true;
      };
      const problem = await problemOf(open());
      expect(problem.message).toContain('is somewhere else: its region is eu-west-3');
      expect(problem.message).not.toContain(other.host);
      expect(heard).toBe(1);
    } finally {
      await other.close();
    }
  });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('a store that is busy, broken or hostile', () => {
  test.each<[string, Answer, boolean, RegExp]>([
    ['slow down', (_, to) => refuse(to, 503, 'SlowDown'), true, /status 503, SlowDown/],
    ['a timeout of 400', (_, to) => refuse(to, 400, 'RequestTimeout'), true, /RequestTimeout/],
    ['no bucket', (_, to) => refuse(to, 404, 'NoSuchBucket'), false, /there is no such bucket/],
    ['no XML', (_, to) => void to.writeHead(403).end('go away'), false, /refused .*: status 403$/],
    ['a code of code', (_, to) => refuse(to, 400, '<script>'), false, /: status 400$/],
    ['a name of objects', (_, to) => refuse(to, 400, 'constructor'), false, /400, constructor$/],
    ['deep XML', (_, to) => void to.writeHead(500).end('<a>'.repeat(5000)), true, /status 500$/],
    [
      'an entity bomb',
      (_, to) => void to.writeHead(400).end('<!DOCTYPE x [<!ENTITY a "&a;&a;">]><Code>&a;</Code>'),
      false,
      /status 400$/,
    ],
  ])('%s', async (_, answer, isPassing, expected) => {
    store.answer = (request, response) => {
      answer(request, response);
      return true;
    };
    const problem = await problemOf(open());
    expect(problem.message).toMatch(expected);
    expect(problem instanceof TryAgain).toBe(isPassing);
  });

  test('an endless error is cut off', async () => {
    let sent = 0;
    store.answer = (_, response) => {
      response.writeHead(400);
      const more = (): void => {
        if (response.destroyed) return;
        sent += 64 * 1024;
        response.write(Buffer.alloc(64 * 1024, 'x'), () => setImmediate(more));
      };
      more();
      return true;
    };
    expect((await problemOf(open())).message).toMatch(/status 400$/);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test('an object that is too large is never sent', async () => {
    const bytes = new Uint8Array(64 * 1024 * 1024 + 1);
    expect(await problemOf(open(), { ...object, bytes })).toMatchObject({ code: 'limit' });
    expect(store.requests).toHaveLength(0);
  });
});
