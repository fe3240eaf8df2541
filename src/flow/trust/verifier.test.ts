import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { operatingError } from '../../../test/registry-client.ts';
import {
  mediaTypes,
  putImage,
  type ScriptedRegistry,
  startScriptedRegistry,
} from '../../../test/scripted-registry.ts';
import { payloadFor } from '../../../test/trust-samples.ts';
import { limits } from '../../base/limits.ts';
import {
  annotationNames,
  bundleOf,
  bundleType,
  demandedPolicy,
  envelopeOf,
  readSigningKey,
  signatureClaim,
  simpleSigningType,
  statementOf,
} from '../../trust/index.ts';
import { createVerdictCache } from './cache.ts';
import { createTrustLookup, createTrustVerifier, registrySource } from './index.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = readSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }), 'own key', null);
const policy = demandedPolicy({ keys: [key.publicKey], identity: null, attestations: [] });

let registry: ScriptedRegistry;
let digest: string;
beforeEach(async () => {
  registry = await startScriptedRegistry();
  digest = putImage(registry, { tag: '1' }).manifest.digest;
});
afterEach(() => registry.server.close());

let now = 0;
const verifier = () => createTrustVerifier({ policy, root: null, now: () => new Date(now) });
const open = (name = 'shop:1', more: object = {}) =>
  registrySource(registry.name(name), {
    environment: { HOME: '/nonexistent', REGISTRY_AUTH_FILE: '/nonexistent/auth.json' },
    tries: 1,
    platform: 'linux/amd64',
    ...more,
  });
const verify = async (name?: string, more?: object) => {
  const source = open(name, more);
  return verifier()
    .verify(source)
    .finally(() => source.close());
};

const tag = (suffix: string): string => `${digest.replace(':', '-')}${suffix}`;

function signatureDescriptor(annotations: Readonly<Record<string, string>> = {}): object {
  const payload = payloadFor(digest);
  const signature = signBytes('sha256', payload, privateKey).toString('base64');
  const descriptor = registry.blob(payload, simpleSigningType);
  return { ...descriptor, annotations: { [annotationNames.signature]: signature, ...annotations } };
}

function manifestOf(layers: readonly object[], more: object = {}): object {
  const config = registry.blob(Buffer.from('{}'), mediaTypes.config);
  return { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, ...more };
}

/** Lists these as referrers of the image by the API. */
function refer(entries: readonly object[]): void {
  registry.intercept((request, response) => {
    if (request.url?.includes('/referrers/') !== true) return false;
    response.setHeader('content-type', mediaTypes.index);
    response.end(JSON.stringify({ schemaVersion: 2, manifests: entries }));
    return true;
  });
}

describe('shapes', () => {
  test('bundles found by the referrers API, with and without artifact type', async () => {
    const statement = statementOf(signatureClaim('shop', digest));
    const bundle = registry.blob(bundleOf(key, envelopeOf(key, statement)), bundleType);
    const stored = registry.manifest(manifestOf([bundle], { artifactType: bundleType }));
    refer([{ ...stored, artifactType: bundleType }]);
    const answer = await verify();
    expect(answer.verdict.decision).toBe('allow');
    expect(answer.facts.signatures[0]).toMatchObject({ shape: 'referrer', verified: true });
  });

  test('what is listed twice is verified once', async () => {
    const stored = registry.manifest(manifestOf([signatureDescriptor()]), { tag: tag('.sig') });
    refer([stored, stored]);
    expect((await verify()).facts.signatures).toHaveLength(1);
  });

  test('referrers that are no signatures are not fetched', async () => {
    const other = registry.manifest(manifestOf([]));
    refer([{ ...other, artifactType: 'application/spdx+json' }]);
    await verify();
    expect(registry.seen.some(({ path }) => path.endsWith(other.digest))).toBe(false);
  });
});

describe('what registries do wrong', () => {
  test.each([500, 401, 429])('status %i is no answer: not "unsigned"', async (status) => {
    registry.intercept((request, response) => {
      if (request.url?.endsWith('.sig') !== true) return false;
      response.writeHead(status, status === 429 ? { 'retry-after': '3600' } : {});
      response.end();
      return true;
    });
    const error = await operatingError(verify());
    expect(['network', 'denied', 'busy']).toContain(error.code);
  });

  test('but what else was found may suffice', async () => {
    registry.manifest(manifestOf([signatureDescriptor()]), { tag: tag('.sig') });
    registry.intercept((request, response) => {
      if (request.url?.endsWith('.att') !== true) return false;
      response.writeHead(500).end();
      return true;
    });
    const answer = await verify();
    expect(answer.verdict.decision).toBe('allow');
    expect(answer.facts.unknowns).toHaveLength(1);
  });

  test('a registry that never answers ends at the deadline', async () => {
    registry.intercept((request) => request.url?.endsWith('.sig') === true);
    const error = await operatingError(verify(undefined, { signal: AbortSignal.timeout(300) }));
    expect([error.code, error.message]).toEqual(['network', expect.stringContaining('in time')]);
  });

  test('nothing there at all', async () => {
    const answer = await verify();
    expect(answer.verdict.reasons[0]?.code).toBe('unsigned');
    expect((await operatingError(verify('shop:gone'))).code).toBe('not-found');
  });
});

describe('hostile content', () => {
  test('a thousand referrers', async () => {
    const entries = Array.from({ length: 1000 }, (_, index) =>
      registry.manifest(manifestOf([], { annotations: { index: String(index) } })),
    );
    refer(entries);
    const answer = await verify();
    expect(answer.verdict.decision).toBe('deny');
    expect(answer.facts.unknowns[0]).toContain('1000 manifests');
    expect(registry.seen.length).toBeLessThan(limits.trustManifests + 20);
  });

  test('more signatures than are verified', async () => {
    const one = signatureDescriptor();
    registry.manifest(manifestOf(Array.from({ length: 500 }, () => one)), { tag: tag('.sig') });
    const { facts } = await verify();
    expect(facts.signatures).toHaveLength(limits.trustSignatures);
    expect(facts.unknowns[0]).toContain('500 signatures');
  });

  test.each<[string, () => object]>([
    [
      'a huge annotation',
      () => signatureDescriptor({ [annotationNames.certificate]: 'A'.repeat(300_000) }),
    ],
    ['no signature', () => ({ ...signatureDescriptor(), annotations: {} })],
    ['a log entry that is no JSON', () => signatureDescriptor({ [annotationNames.log]: '{' })],
    [
      'a certificate that is none',
      () => signatureDescriptor({ [annotationNames.certificate]: 'x' }),
    ],
    [
      'a certificate of rubbish',
      () =>
        signatureDescriptor({
          [annotationNames.certificate]:
            '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
        }),
    ],
    [
      'a blob that is another',
      () => ({ ...signatureDescriptor(), digest: `sha256:${'1'.repeat(64)}` }),
    ],
    [
      'a blob of an impossible size',
      () => ({ ...signatureDescriptor(), size: limits.attestationBytes + 1 }),
    ],
  ])('%s', async (_, descriptor) => {
    registry.manifest(manifestOf([descriptor()]), { tag: tag('.sig') });
    const { verdict, facts } = await verify();
    expect(verdict.decision).toBe('deny');
    const told = [...facts.unknowns, ...facts.signatures.map(({ reason }) => reason)];
    expect(told.join()).not.toBe('');
  });

  test('an index where a signature is expected, and one that lists itself', async () => {
    const manifests = [{ mediaType: mediaTypes.index, digest, size: 1 }];
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
    const options = { mediaType: mediaTypes.index };
    registry.manifest(index, { ...options, tag: tag('') });
    registry.manifest(index, { ...options, tag: tag('.sig') });
    const { verdict, facts } = await verify();
    expect(verdict.decision).toBe('deny');
    expect(facts.unknowns.join()).toContain('index');
  });

  test('a tag whose manifest is no JSON', async () => {
    registry.intercept((request, response) => {
      if (request.url?.endsWith('.sig') !== true) return false;
      response.writeHead(200, { 'content-type': mediaTypes.manifest }).end('<html>');
      return true;
    });
    const { verdict, facts } = await verify();
    expect(verdict.decision).toBe('deny');
    expect(facts.unknowns).toHaveLength(1);
  });
});

describe('the lookup of a gate', () => {
  const lookup = (deadlineMs: number) =>
    createTrustLookup({
      policy,
      root: null,
      now: () => new Date(now),
      deadlineMs,
      registry: {
        environment: { HOME: '/nonexistent', REGISTRY_AUTH_FILE: '/nonexistent/auth.json' },
        tries: 1,
      },
    });

  test('answers in the words of the controls', async () => {
    const gate = lookup(10_000);
    const name = registry.name('shop:1');
    expect(await gate.signature(name)).toEqual({ kind: 'unsigned' });
    now += 60_001;
    registry.manifest(manifestOf([signatureDescriptor()]), { tag: tag('.sig') });
    expect(await gate.signature(name)).toEqual({
      kind: 'verified',
      by: [expect.stringContaining('own key')],
    });
    expect(await gate.signature('not a reference')).toMatchObject({ kind: 'unknown' });
    expect(await gate.signature(registry.name('shop:gone'))).toMatchObject({ kind: 'unknown' });
    gate.close();
  });

  test('is late with an honest answer, and knows it the next time', async () => {
    let release = (): void => undefined;
    registry.manifest(manifestOf([signatureDescriptor()]), { tag: tag('.sig') });
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    registry.intercept((request, response) => {
      if (request.url?.endsWith('.att') !== true) return false;
      void held.then(() => response.writeHead(404).end());
      return true;
    });
    const gate = lookup(100);
    const name = registry.name(`shop@${digest}`);
    expect(await gate.signature(name)).toMatchObject({ kind: 'unknown' });
    release();
    await expect.poll(() => gate.signature(name)).toMatchObject({ kind: 'verified' });
    gate.close();
  });
});

describe('memory', () => {
  test('a digest is asked for once, its failures briefly too', async () => {
    registry.manifest(manifestOf([signatureDescriptor()]), { tag: tag('.sig') });
    const own = verifier();
    const name = `shop@${digest}`;
    const answers = await Promise.all([1, 2, 3].map(() => own.verify(open(name))));
    expect(new Set(answers).size).toBe(1);
    expect(registry.seen.filter(({ path }) => path.endsWith('.sig'))).toHaveLength(1);
    const before = registry.seen.length;
    expect(await own.verify(open(name))).toBe(answers[0]);
    expect(registry.seen).toHaveLength(before);
    expect(own.known(open(name).name, digest)).toBe(answers[0]);
    // Another place of the same digest is another question.
    expect(own.known('elsewhere/shop', digest)).toBeNull();
    now += 3_600_001;
    expect(await own.verify(open(name))).not.toBe(answers[0]);
  });

  test('of failures', async () => {
    let clock = 0;
    let made = 0;
    const cache = createVerdictCache<number>({
      now: () => clock,
      lifeMs: () => 100,
      failureMs: 10,
      entries: 2,
    });
    const fail = () => {
      made += 1;
      return Promise.reject(new Error('no'));
    };
    await expect(cache.once('a', fail)).rejects.toThrow('no');
    await expect(cache.once('a', fail)).rejects.toThrow('no');
    expect(made).toBe(1);
    clock = 11;
    await expect(cache.once('a', () => Promise.resolve(7))).resolves.toBe(7);
    await cache.once('b', () => Promise.resolve(8));
    await cache.once('c', () => Promise.resolve(9));
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([null, 8, 9]);
  });
});
