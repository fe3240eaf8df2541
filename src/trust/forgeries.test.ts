import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../test/present.ts';
import {
  type BundleDocument,
  type SigstoreWorld,
  sigstoreWorld,
} from '../../test/sigstore-world.ts';
import {
  bundleLayer,
  hex,
  image,
  layerOf,
  manifest,
  otherDigest,
  rootOf,
  statementFor,
} from '../../test/trust-samples.ts';
import {
  bundleType,
  type FoundLayer,
  readTrustedRoot,
  type TrustedRoot,
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

type Tamper = (bundle: BundleDocument) => void;
const message = (bundle: BundleDocument) => present(bundle.messageSignature);
const entry = (bundle: BundleDocument) => present(bundle.verificationMaterial.tlogEntries[0]);
const promised = (bundle: BundleDocument) => present(entry(bundle).inclusionPromise);
const flip = (text: string): string => {
  const bytes = Buffer.from(text, 'base64');
  const at = bytes.length - 3;
  bytes[at] = present(bytes[at]) ^ 1;
  return bytes.toString('base64');
};

describe('forgeries of a bundle', () => {
  const forgeries: readonly (readonly [string, string, Tamper])[] = [
    ['signature', 'bad-log', (b) => (message(b).signature = flip(message(b).signature))],
    [
      'message digest',
      'bad-log',
      (b) => (message(b).messageDigest.digest = flip(message(b).messageDigest.digest)),
    ],
    [
      'certificate',
      'untrusted-certificate',
      (b) =>
        (b.verificationMaterial.certificate.rawBytes = flip(
          b.verificationMaterial.certificate.rawBytes,
        )),
    ],
    [
      'promise',
      'bad-log',
      (b) => (promised(b).signedEntryTimestamp = flip(promised(b).signedEntryTimestamp)),
    ],
    [
      'time of the entry',
      'bad-log',
      (b) => (entry(b).integratedTime = String(Number(entry(b).integratedTime) + 60)),
    ],
    [
      'time beyond the certificate',
      'untrusted-certificate',
      (b) => (entry(b).integratedTime = String(Number(entry(b).integratedTime) + 3600)),
    ],
    ['index of the entry', 'bad-log', (b) => (entry(b).logIndex = '1')],
    ['log id', 'bad-log', (b) => (entry(b).logId.keyId = flip(entry(b).logId.keyId))],
    [
      'body of the entry',
      'bad-log',
      (b) =>
        (entry(b).canonicalizedBody = Buffer.from(
          '{"kind":"hashedrekord","apiVersion":"0.0.1","spec":{}}',
        ).toString('base64')),
    ],
    ['kind of the entry', 'bad-log', (b) => (entry(b).kindVersion.kind = 'dsse')],
    [
      'proof',
      'bad-log',
      (b) => (entry(b).inclusionProof.hashes = [Buffer.alloc(32).toString('base64')]),
    ],
    [
      'checkpoint',
      'bad-log',
      (b) =>
        (entry(b).inclusionProof.checkpoint.envelope = entry(
          b,
        ).inclusionProof.checkpoint.envelope.replace('\n1\n', '\n2\n')),
    ],
    ['no log entry', 'bad-timestamp', (b) => (b.verificationMaterial.tlogEntries = [])],
    ['entry twice', 'bad-timestamp', (b) => b.verificationMaterial.tlogEntries.push(entry(b))],
    [
      'many entries',
      'limit',
      (b) => (b.verificationMaterial.tlogEntries = Array(9).fill(entry(b))),
    ],
    [
      'media type',
      'unsupported',
      (b) => (b.mediaType = 'application/vnd.dev.sigstore.bundle.v9.9+json'),
    ],
    ['no media type', 'unsupported', (b) => delete b.mediaType],
    [
      'key beside the certificate',
      'malformed',
      (b) => (b.verificationMaterial.publicKey = { hint: 'x' }),
    ],
    [
      'envelope beside the message',
      'malformed',
      (b) =>
        (b.dsseEnvelope = { payload: 'e30=', payloadType: 'x', signatures: [{ sig: 'AA==' }] }),
    ],
    ['no content', 'malformed', (b) => delete b.messageSignature],
    ['digest algorithm', 'bad-signature', (b) => (message(b).messageDigest.algorithm = 'SHA2_512')],
  ];
  test.each(forgeries)('%s -> %s', async (_, refusal, tamper) => {
    const { bundle } = await world.signMessage(manifest);
    expect(judge(bundleLayer(bundle)).verified).toBe(true);
    const forged = structuredClone(bundle);
    tamper(forged);
    const fact = judge(bundleLayer(forged));
    expect([fact.verified, fact.refusal]).toEqual([false, refusal]);
    expect(fact.reason).not.toBe('');
  });

  test('a valid signature of other bytes', async () => {
    const { bundle } = await world.signMessage(Buffer.from('another manifest'));
    expect(judge(bundleLayer(bundle))).toMatchObject({ verified: false, refusal: 'bad-signature' });
  });

  test.each([
    ['another image', statementFor(otherDigest)],
    ['another algorithm of the digest', statementFor(`sha512:${hex}`)],
    ['no subject', { ...statementFor(image.digest), subject: [] }],
  ])('a valid statement about %s', async (_, statement) => {
    const fact = judge(bundleLayer(await world.attest(statement)));
    expect(fact).toMatchObject({ verified: false, refusal: 'wrong-digest' });
  });

  test('an envelope whose payload was exchanged, or that holds no statement', async () => {
    const bundle = await world.attest(statementFor(otherDigest));
    const exchanged = structuredClone(bundle);
    present(exchanged.dsseEnvelope).payload = Buffer.from(
      JSON.stringify(statementFor(image.digest)),
    ).toString('base64');
    expect(judge(bundleLayer(exchanged)).refusal).toBe('bad-log');
    const twice = structuredClone(bundle);
    present(twice.dsseEnvelope).signatures.push({ sig: 'AAAA' });
    expect(judge(bundleLayer(twice)).refusal).toBe('malformed');
    const typed = structuredClone(bundle);
    present(typed.dsseEnvelope).payloadType = 'text/plain';
    expect(judge(bundleLayer(typed)).verified).toBe(false);
  });

  test('a log entry of the same signature that records another key', async () => {
    const { bundle } = await world.signMessage(manifest);
    const { bundle: second } = await world.signMessage(manifest);
    const mixed = structuredClone(bundle);
    mixed.verificationMaterial.certificate = second.verificationMaterial.certificate;
    expect(judge(bundleLayer(mixed)).verified).toBe(false);
  });

  test('a key that stands twice in the document', async () => {
    const { bundle } = await world.signMessage(manifest);
    const text = JSON.stringify(bundle).replace('{', '{"\\u006dediaType":"x",');
    expect(judge(layerOf(bundleType, Buffer.from(text)))).toMatchObject({ refusal: 'malformed' });
  });

  test('a timestamp of somebody else, and none for an entry without promise', async () => {
    const stranger = await sigstoreWorld();
    const own = (await world.signMessage(manifest, { log: 'v2' })).bundle;
    const theirs = (await stranger.signMessage(manifest, { log: 'v2' })).bundle;
    const mixed = structuredClone(own);
    mixed.verificationMaterial.timestampVerificationData =
      theirs.verificationMaterial.timestampVerificationData;
    expect(judge(bundleLayer(mixed)).refusal).toBe('bad-timestamp');
    const bare = (await world.signMessage(manifest, { log: 'v2', timestamp: false })).bundle;
    expect(judge(bundleLayer(bare)).refusal).toBe('bad-timestamp');
  });
});

describe('trusted roots', () => {
  // @sigstore/verify up to 4.1.3 takes such a log key as valid for ever.
  test('a log key without a start of validity is never used', async () => {
    const { bundle } = await world.signMessage(manifest);
    for (const list of ['tlogs', 'ctlogs'] as const) {
      const document = structuredClone(world.root);
      const { publicKey } = present(document[list][0]);
      delete publicKey.validFor;
      const strict = rootOf(document);
      expect(strict.remarks).toHaveLength(1);
      expect(judge(bundleLayer(bundle), { root: strict }).verified).toBe(false);
      publicKey.validFor = { end: '2099-01-01T00:00:00Z' };
      expect(judge(bundleLayer(bundle), { root: rootOf(document) }).verified).toBe(false);
    }
  });

  test.each(['v1', 'v2'] as const)('a log key that was retired before, entry %s', async (log) => {
    const { bundle } = await world.signMessage(manifest, { log });
    const document = structuredClone(world.root);
    const { publicKey } = present(document.tlogs[0]);
    const start = present(publicKey.validFor?.start);
    publicKey.validFor = { start, end: start };
    const fact = judge(bundleLayer(bundle), { root: rootOf(document) });
    expect([fact.verified, fact.refusal]).toEqual([false, 'bad-log']);
  });

  test.each(['certificateAuthorities', 'timestampAuthorities', 'ctlogs', 'tlogs'])(
    'without %s nothing passes',
    async (list) => {
      const { bundle } = await world.signMessage(manifest, { log: 'v2' });
      expect(judge(bundleLayer(bundle)).verified).toBe(true);
      const strict = rootOf({ ...world.root, [list]: [] });
      expect(judge(bundleLayer(bundle), { root: strict }).verified).toBe(false);
    },
  );

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['another type', '{"mediaType":"application/json"}'],
    ['nothing inside', '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'],
  ])('are refused: %s', (_, text) => {
    expect(() => readTrustedRoot(Buffer.from(text), 'root')).toThrow(/root/);
  });
});
