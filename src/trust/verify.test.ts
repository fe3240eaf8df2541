import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type SigstoreWorld, sigstoreWorld, worker } from '../../test/sigstore-world.ts';
import {
  bundleLayer,
  hex,
  image,
  layerOf,
  manifest,
  otherDigest,
  payloadFor,
  rootOf,
  statementFor,
} from '../../test/trust-samples.ts';
import {
  annotationNames,
  bundleType,
  envelopeType,
  type FoundLayer,
  preAuthentication,
  simpleSigningType,
  type TrustedRoot,
  trustedKey,
  verifyLayer,
} from './index.ts';

let world: SigstoreWorld;
let root: TrustedRoot;
beforeAll(async () => {
  world = await sigstoreWorld();
  root = rootOf(world.root);
});

const judge = (layer: FoundLayer, anchors: Partial<Parameters<typeof verifyLayer>[2]> = {}) =>
  verifyLayer(layer, [image], { keys: [], root, ...anchors }).fact;

describe('keyless signatures', () => {
  test.each(['v1', 'v2'] as const)('of a payload in annotations, log entry %s', async (log) => {
    const payload = payloadFor(image.digest);
    const { annotations, bundle } = await world.signMessage(payload, { log });
    // Cosign's annotation knows entries with a promise only.
    const layer =
      log === 'v1'
        ? layerOf(simpleSigningType, payload, annotations)
        : bundleLayer((await world.signMessage(manifest, { log })).bundle);
    const fact = judge(layer);
    expect(fact.reason).toBe('');
    expect(fact).toMatchObject({
      kind: 'signature',
      verified: true,
      subject: image.digest,
      signer: {
        kind: 'certificate',
        subject: worker.subject,
        issuer: worker.issuer,
        sourceRepository: 'https://github.com/acme/shop',
        sourceRef: 'refs/heads/main',
      },
    });
    expect(fact.logIndex).not.toBeNull();
    expect(fact.signedAt).toHaveLength(1);
    expect(bundle.mediaType).toBe(bundleType);
  });

  test.each([
    ['dsse', 'v1'],
    ['dsse', 'v2'],
    ['hashedrekord', 'v1'],
    // Refused wrongly by @sigstore/verify 3.1.1 (TLOG_BODY_ERROR), accepted since 4.1.3.
    ['hashedrekord', 'v2'],
  ] as const)('of a statement, entry %s %s', async (entry, log) => {
    const fact = judge(bundleLayer(await world.attest(statementFor(image.digest), { entry, log })));
    expect(fact.reason).toBe('');
    expect(fact).toMatchObject({
      kind: 'attestation',
      verified: true,
      predicateType: 'https://slsa.dev/provenance/v1',
      provenance: { builder: 'https://builder.example' },
    });
  });

  test('an image signature of the new form is a signature, not an attestation', async () => {
    const statement = statementFor(image.digest, 'https://sigstore.dev/cosign/sign/v1');
    expect(judge(bundleLayer(await world.attest(statement)))).toMatchObject({
      kind: 'signature',
      verified: true,
    });
  });

  test('hold although the certificate expired: the log tells when it was used', async () => {
    const old = await sigstoreWorld(new Date(Date.now() - 3_600_000 * 5));
    // The authority's own certificate begins now in the mock, so its leaf must not be older.
    const fact = judge(bundleLayer((await old.signMessage(manifest)).bundle), {
      root: rootOf(old.root),
    });
    expect(fact.refusal).toBe('untrusted-certificate');
    const soon = await sigstoreWorld(new Date(Date.now() + 1000));
    const good = (await soon.signMessage(manifest)).bundle;
    expect(judge(bundleLayer(good), { root: rootOf(soon.root) }).verified).toBe(true);
  });

  test('are told as not verified without a trusted root', async () => {
    const { bundle } = await world.signMessage(manifest);
    expect(judge(bundleLayer(bundle), { root: null }).refusal).toBe('no-trusted-root');
    const stranger = rootOf((await sigstoreWorld()).root);
    expect(judge(bundleLayer(bundle), { root: stranger }).refusal).toBe('untrusted-certificate');
  });
});

describe('signatures with keys', () => {
  const kinds = {
    'EC P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'EC P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    'RSA 2048': generateKeyPairSync('rsa', { modulusLength: 2048 }),
    Ed25519: generateKeyPairSync('ed25519'),
  };
  const keyed = (bytes: Uint8Array, signature: Uint8Array) =>
    layerOf(simpleSigningType, bytes, {
      [annotationNames.signature]: Buffer.from(signature).toString('base64'),
    });

  test.each(Object.entries(kinds))('%s', (name, { publicKey, privateKey }) => {
    const key = trustedKey(publicKey, 'release');
    expect(key.algorithm).toBe(name);
    const payload = payloadFor(image.digest);
    const hash = name === 'Ed25519' ? null : 'sha256';
    const signature = sign(hash, payload, privateKey);
    const keys = [key];
    expect(judge(keyed(payload, signature), { keys })).toMatchObject({
      verified: true,
      signer: { kind: 'key', name: 'release', fingerprint: key.fingerprint },
    });
    const envelope = {
      payloadType: 'application/vnd.in-toto+json',
      payload: Buffer.from(JSON.stringify(statementFor(image.digest))),
    };
    const document = {
      payloadType: envelope.payloadType,
      payload: envelope.payload.toString('base64'),
      signatures: [{ sig: sign(hash, preAuthentication(envelope), privateKey).toString('base64') }],
    };
    const layer = layerOf(envelopeType, Buffer.from(JSON.stringify(document)));
    expect(judge(layer, { keys })).toMatchObject({ verified: true, kind: 'attestation' });
    // The other kinds of keys must not take it for theirs.
    const others = Object.entries(kinds).filter(([other]) => other !== name);
    for (const [, { publicKey: stranger }] of others) {
      const strangers = [trustedKey(stranger, 'stranger')];
      expect(judge(keyed(payload, signature), { keys: strangers }).refusal).toBe('bad-signature');
    }
    const forged = payloadFor(otherDigest);
    expect(judge(keyed(forged, signature), { keys }).refusal).toBe('bad-signature');
    const other = sign(hash, forged, privateKey);
    expect(judge(keyed(forged, other), { keys }).refusal).toBe('wrong-digest');
    expect(judge(keyed(payload, signature)).refusal).toBe('unknown-key');
  });

  test('the log entry of a key: verified where the root knows the log, and then not optional', async () => {
    const { publicKey, privateKey } = kinds['EC P-256'];
    const keys = [trustedKey(publicKey, 'release')];
    const payload = payloadFor(image.digest);
    const annotations = await world.signWithKey(payload, privateKey);
    const logged = layerOf(simpleSigningType, payload, annotations);
    const fact = judge(logged, { keys });
    expect(fact).toMatchObject({ verified: true, reason: '', signer: { kind: 'key' } });
    expect([fact.logIndex, fact.signedAt.length]).toEqual([expect.any(String), 1]);
    // Of a log that nobody here knows, nothing is said.
    const stranger = rootOf((await sigstoreWorld()).root);
    expect(judge(logged, { keys, root: stranger })).toMatchObject({
      verified: true,
      logIndex: null,
    });
    expect(judge(logged, { keys, root: null })).toMatchObject({ verified: true, logIndex: null });
    const other = await world.signWithKey(payloadFor(otherDigest), privateKey);
    const moved = { ...annotations, [annotationNames.log]: other[annotationNames.log] ?? '' };
    expect(judge(layerOf(simpleSigningType, payload, moved), { keys }).refusal).toBe('bad-log');
    const second = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const theirs = await world.signWithKey(payload, second);
    const mixed = { ...annotations, [annotationNames.log]: theirs[annotationNames.log] ?? '' };
    expect(judge(layerOf(simpleSigningType, payload, mixed), { keys }).refusal).toBe('bad-log');
  });

  test('RSA-PSS is told apart from what is expected', () => {
    const { publicKey, privateKey } = kinds['RSA 2048'];
    const payload = payloadFor(image.digest);
    const signature = sign('sha256', payload, { key: privateKey, padding: 6 });
    const fact = judge(keyed(payload, signature), { keys: [trustedKey(publicKey, 'release')] });
    expect([fact.refusal, fact.reason]).toEqual([
      'unsupported',
      expect.stringContaining('RSA-PSS'),
    ]);
  });

  test.each([
    ['RSA 1024', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['Ed448', generateKeyPairSync('ed448').publicKey],
    ['X25519', generateKeyPairSync('x25519').publicKey],
    ['RSA-PSS key', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
  ])('weak and odd keys are refused: %s', (_, key) => {
    expect(() => trustedKey(key, 'k')).toThrow(/k is/);
  });

  test.each([
    ['a payload that is no JSON', Buffer.from('x'), 'malformed'],
    ['another type of payload', Buffer.from('{"critical":{"type":"x"}}'), 'malformed'],
    [
      'the digest twice',
      Buffer.from(
        payloadFor(otherDigest)
          .toString()
          .replace('"image":{', `"image":{"docker-manifest-digest":"${image.digest}",`),
      ),
      'malformed',
    ],
    ['another algorithm', payloadFor(`sha512:${hex}`), 'wrong-digest'],
    ['upper case', payloadFor(image.digest.toUpperCase()), 'wrong-digest'],
  ])('%s, validly signed', (_, payload, refusal) => {
    const { publicKey, privateKey } = kinds['EC P-256'];
    const fact = judge(keyed(payload, sign('sha256', payload, privateKey)), {
      keys: [trustedKey(publicKey, 'release')],
    });
    expect(fact.refusal).toBe(refusal);
  });

  test('Notation and unsigned statements are found, not believed', () => {
    const notation = {
      ...layerOf('application/jose+json', Buffer.from('{}')),
      artifactType: 'application/vnd.cncf.notary.signature',
    };
    expect(judge(notation)).toMatchObject({ refusal: 'unsupported' });
    const bare = layerOf('application/vnd.in-toto+json', Buffer.from('{}'));
    expect(judge(bare)).toMatchObject({ kind: 'attestation', refusal: 'unsigned' });
  });
});
