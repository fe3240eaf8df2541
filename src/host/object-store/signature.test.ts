// Signatures against the examples of Amazon's documentation, and against Amazon's own signer.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodedPath, signed } from './signature.ts';

/** "Examples: Signature Calculations" of the S3 API: 24 May 2013, bucket `examplebucket`. */
const scope = {
  region: 'us-east-1',
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: null,
  },
  nowMs: Date.UTC(2013, 4, 24),
};
const host = 'https://examplebucket.s3.amazonaws.com';

function signatureOf(headers: Readonly<Record<string, string>>): string {
  return /Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
}

describe('signatures', () => {
  test.each([
    {
      what: 'an object that is got',
      method: 'GET',
      url: `${host}/test.txt`,
      headers: { range: 'bytes=0-9' },
      body: '',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      what: 'an object that is put',
      method: 'PUT',
      url: host + encodedPath('test$file.text'),
      headers: {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      body: 'Welcome to Amazon S3.',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      what: 'a question without a value',
      method: 'GET',
      url: `${host}/?lifecycle`,
      headers: {},
      body: '',
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      what: 'a question of several parts',
      method: 'GET',
      url: `${host}/?prefix=J&max-keys=2`,
      headers: {},
      body: '',
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('of $what are those of the documentation', ({ method, url, headers, body, signature }) => {
    const request = { method, url: new URL(url), headers, body: Buffer.from(body) };
    expect(signatureOf(signed(request, scope))).toBe(signature);
  });

  test('a session token is sent and signed', () => {
    const credentials = { ...scope.credentials, sessionToken: 'lent' };
    const request = { method: 'GET', url: new URL(host), headers: {}, body: Buffer.alloc(0) };
    const headers = signed(request, { ...scope, credentials });
    expect(headers['x-amz-security-token']).toBe('lent');
    expect(headers['authorization']).toContain(';x-amz-security-token,');
  });

  test('paths hold nothing but unreserved characters, slashes and codes', () => {
    expect(encodedPath("a b/ü!'()*~-_.x")).toBe('/a%20b/%C3%BC%21%27%28%29%2A~-_.x');
    const property = fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      const path = encodedPath(key.toWellFormed());
      expect(path).toMatch(/^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(path.slice(1))).toBe(key.toWellFormed());
    });
    fc.assert(property, { seed: 5, numRuns: 300 });
  });
});

/** Amazon's signer, told to sign what ours signed, at the time of ours. */
const oracle = `
import sys, json, datetime
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import botocore.auth
answers = []
for one in json.load(sys.stdin):
    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=one['nowMs'])
    fake = type('module', (), {'datetime': Clock, 'timedelta': datetime.timedelta})
    botocore.auth.datetime = fake
    request = AWSRequest(method=one['method'], url=one['url'], headers=one['headers'], data=one['body'].encode())
    request.context['payload_signing_enabled'] = True
    credentials = Credentials(one['id'], one['secret'], one['token'])
    S3SigV4Auth(credentials, 's3', one['region']).add_auth(request)
    answers.append(request.headers['Authorization'])
print(json.dumps(answers))
`;
const python = '/usr/bin/python3';
const hasBotocore = spawnSync(python, ['-c', 'import botocore']).status === 0;

test.skipIf(!hasBotocore && process.env['SEAWORTHY_CI'] !== '1')(
  'hundreds of requests are signed as by Amazon’s own botocore (needs python3-botocore)',
  () => {
    const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
    const requests = fc
      .sample(
        fc.record({
          method: fc.constantFrom('PUT', 'GET'),
          key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
          host: fc.constantFrom('b.s3.eu-west-1.amazonaws.com', 'minio.local:9000', '[::1]:9000'),
          type: fc.constantFrom('application/json', 'text/plain;  charset=utf-8'),
          body: fc.string({ unit: 'grapheme', maxLength: 50 }),
          id: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
          secret: word,
          token: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{4,40}$/), { nil: null }),
          region: fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1', 'garage'),
          nowMs: fc.integer({ min: 1_400_000_000_000, max: 2_000_000_000_000 }),
        }),
        { seed: 7, numRuns: 300 },
      )
      .map((one) => ({ ...one, key: one.key.toWellFormed(), body: one.body.toWellFormed() }));
    const asked = requests
      .map((one) => ({ ...one, url: `https://${one.host}${encodedPath(`bucket/${one.key}`)}` }))
      // Keys of ours have no segments of dots alone; addresses would lose them.
      .filter(({ url }) => new URL(url).href === url);
    expect(asked.length).toBeGreaterThan(250);
    const given = asked.map(({ type, ...one }) => ({ ...one, headers: { 'content-type': type } }));
    const { stdout, stderr } = spawnSync(python, ['-c', oracle], {
      input: JSON.stringify(given),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const theirs = JSON.parse(stdout) as string[];
    for (const [index, { id, secret, token, region, nowMs, ...one }] of given.entries()) {
      const ours = signed(
        { ...one, url: new URL(one.url), body: Buffer.from(one.body) },
        {
          region,
          nowMs,
          credentials: { accessKeyId: id, secretAccessKey: secret, sessionToken: token },
        },
      );
      const plain = (theirs[index] ?? '').replaceAll(', ', ',');
      expect(ours['authorization']).toBe(plain);
    }
  },
);
