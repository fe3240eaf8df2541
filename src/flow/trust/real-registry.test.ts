import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  jsonBytes,
  pushImage,
  pushLayer,
  pushSignatures,
  registryTestOptions,
} from '../../../test/pushed-image.ts';
import {
  hasRegistry,
  type RegistryProcess,
  startRegistry,
} from '../../../test/registry-process.ts';
import { type SigstoreWorld, sigstoreWorld, worker } from '../../../test/sigstore-world.ts';
import { payloadFor, rootOf, statementFor } from '../../../test/trust-samples.ts';
import {
  createRegistry,
  parseReference as parse,
  type Registry,
} from '../../host/registry/index.ts';
import {
  bundleType,
  demandedPolicy,
  envelopeType,
  type PolicyDemand,
  readSigningKey,
  type SigningKey,
  simpleSigningType,
} from '../../trust/index.ts';
import {
  createTrustVerifier,
  type PushShape,
  registrySource,
  signImage,
  type TrustAnswer,
} from './index.ts';

describe.skipIf(!hasRegistry)('on a real registry (needs docker-registry)', () => {
  let registry: RegistryProcess;
  let client: Registry;
  let world: SigstoreWorld;
  const key = newKey();
  beforeAll(async () => {
    registry = await startRegistry();
    client = createRegistry(registryTestOptions);
    world = await sigstoreWorld();
  });
  afterAll(async () => {
    client.close();
    await registry.stop();
  });

  const verify = async (
    reference: string,
    demand: Partial<PolicyDemand> = {},
  ): Promise<TrustAnswer> => {
    const policy = demandedPolicy({ keys: [], identity: null, attestations: [], ...demand });
    const verifier = createTrustVerifier({
      policy,
      root: rootOf(world.root),
      now: () => new Date(),
      keepPredicates: true,
    });
    const source = registrySource(reference, registryTestOptions);
    return verifier.verify(source).finally(() => source.close());
  };
  const identity = {
    issuer: { text: worker.issuer, kind: 'exact' },
    subject: { text: worker.subject, kind: 'exact' },
  } as const;
  const sign = (reference: string, shape: PushShape, more: object = {}) =>
    signImage(
      {
        reference,
        key,
        shape,
        claim: null,
        recursive: false,
        now: '2026-11-22T00:00:00Z',
        ...more,
      },
      registryTestOptions,
    );

  test.each([
    ['tag', false, ['signature-tag']],
    ['bundle', false, ['fallback-tag']],
    ['both', true, ['signature-tag', 'fallback-tag']],
  ] as const)('own signature, stored as %s (index: %s)', async (shape, index, shapes) => {
    const reference = `${registry.host}/own/${shape}:1`;
    const image = await pushImage(reference, { index });
    expect((await verify(reference, { keys: [key.publicKey] })).verdict.decision).toBe('deny');
    const [signed] = await sign(reference, shape);
    expect(signed?.digest).toBe(image.digest);
    const answer = await verify(reference, { keys: [key.publicKey] });
    expect(answer.verdict).toMatchObject({ decision: 'allow', reasons: [] });
    expect(answer.facts.signatures.map((one) => one.shape)).toEqual(shapes);
    expect(answer.facts.subjects).toHaveLength(index ? 2 : 1);
    const stranger = await verify(reference, { keys: [newKey().publicKey] });
    expect(stranger.verdict.reasons[0]).toMatchObject({ code: 'unsigned' });
    // By digest, the same.
    const pinned = `${registry.host}/own/${shape}@${image.digest}`;
    expect((await verify(pinned, { keys: [key.publicKey] })).verdict.decision).toBe('allow');
  });

  test('signatures of several keys stand side by side', async () => {
    const reference = `${registry.host}/own/several:1`;
    await pushImage(reference);
    const second = newKey();
    await sign(reference, 'both');
    const keys = [key.publicKey, second.publicKey];
    expect((await verify(reference, { keys })).verdict.reasons[0]?.code).toBe(
      'not-enough-signatures',
    );
    await sign(reference, 'both', { key: second });
    const answer = await verify(reference, { keys });
    expect(answer.verdict.decision).toBe('allow');
    expect(answer.facts.signatures.filter((one) => one.verified)).toHaveLength(4);
  });

  test('the signature of an image does not pass for another under its tag', async () => {
    const reference = `${registry.host}/own/moved:1`;
    const image = await pushImage(reference);
    await sign(reference, 'both');
    const other = await pushImage(reference, { content: 'evil' });
    const from = `${registry.host}/own/moved:${image.digest.replace(':', '-')}`;
    for (const suffix of ['.sig', '']) {
      const { content, bytes } = await client.readManifest(parse(`${from}${suffix}`));
      const to = `${registry.host}/own/moved:${other.digest.replace(':', '-')}${suffix}`;
      await client.pushManifest(parse(to), bytes, content.mediaType);
    }
    const answer = await verify(reference, { keys: [key.publicKey] });
    expect(answer.verdict.decision).toBe('deny');
    expect(answer.facts.signatures.map((one) => one.refusal)).toEqual([
      'wrong-digest',
      'wrong-digest',
    ]);
  });

  test('index and manifest are told apart', async () => {
    const reference = `${registry.host}/own/parts:1`;
    const { manifestDigest } = await pushImage(reference, { index: true });
    await sign(`${registry.host}/own/parts@${manifestDigest}`, 'tag');
    const answer = await verify(reference, { keys: [key.publicKey] });
    expect(answer.facts.signatures[0]).toMatchObject({ verified: true, subject: manifestDigest });
    expect(answer.verdict.decision).toBe('allow');
    const signed = await sign(reference, 'tag', { recursive: true });
    expect(signed).toHaveLength(3);
  });

  test('keyless signatures in the old shape and the new', async () => {
    const reference = `${registry.host}/keyless/shop:1`;
    const { digest, manifestBytes } = await pushImage(reference);
    const bytes = payloadFor(digest);
    const { annotations } = await world.signMessage(bytes, { timestamp: true });
    const tag = `${registry.host}/keyless/shop:${digest.replace(':', '-')}`;
    const layer = { bytes, mediaType: simpleSigningType, annotations };
    await pushSignatures(client, `${tag}.sig`, [await pushLayer(client, reference, layer)]);
    const bundles = [
      (await world.signMessage(manifestBytes, { log: 'v2' })).bundle,
      await world.attest(statementFor(digest, 'https://sigstore.dev/cosign/sign/v1')),
      await world.attest(statementFor(digest), { log: 'v2', entry: 'hashedrekord' }),
    ];
    const manifests: object[] = [];
    for (const bundle of bundles) {
      const bundleLayer = { bytes: jsonBytes(bundle), mediaType: bundleType };
      const stored = await pushSignatures(
        client,
        `${registry.host}/keyless/shop:later${manifests.length}`,
        [await pushLayer(client, reference, bundleLayer)],
        { artifactType: bundleType, subject: { mediaType: 'x', digest, size: 1 } },
      );
      const { bytes: written } = await client.readManifest(
        parse(`${registry.host}/keyless/shop@${stored}`),
      );
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      manifests.push({ mediaType, digest: stored, size: written.length });
    }
    await client.pushManifest(
      parse(tag),
      jsonBytes({ schemaVersion: 2, manifests }),
      'application/vnd.oci.image.index.v1+json',
    );
    const answer = await verify(reference, { identity, attestations: ['slsaprovenance'] });
    expect(answer.facts.signatures.map(({ reason }) => reason)).toEqual(['', '', '', '']);
    expect(answer.verdict).toMatchObject({ decision: 'allow' });
    expect(answer.facts.signatures.map(({ kind }) => kind)).toEqual([
      'signature',
      'signature',
      'signature',
      'attestation',
    ]);
    const other = { ...identity, subject: { text: 'acme', kind: 'exact' } } as const;
    expect((await verify(reference, { identity: other })).verdict.decision).toBe('deny');
    // The new shape may lie about its type, but not without saying what it is.
    expect((await verify(reference)).verdict.reasons[0]?.code).toBe('no-demand');
  });

  test('attestations under the tag .att, and SBOMs that nobody signed', async () => {
    const reference = `${registry.host}/own/attested:1`;
    const { digest } = await pushImage(reference);
    const claim = {
      predicateType: 'https://cyclonedx.org/bom',
      predicate: { bomFormat: 'CycloneDX' },
    };
    await sign(reference, 'both', { claim });
    await sign(reference, 'tag');
    const tag = `${registry.host}/own/attested:${digest.replace(':', '-')}`;
    const sbom = await pushLayer(client, reference, {
      bytes: jsonBytes({}),
      mediaType: 'text/spdx',
    });
    await pushSignatures(client, `${tag}.sbom`, [sbom]);
    const answer = await verify(reference, { keys: [key.publicKey], attestations: ['cyclonedx'] });
    expect(answer.verdict.decision).toBe('allow');
    expect(answer.facts.signatures.map(({ shape, kind }) => [shape, kind])).toEqual([
      ['signature-tag', 'signature'],
      ['attestation-tag', 'attestation'],
      ['fallback-tag', 'attestation'],
    ]);
    expect(answer.predicates).toContainEqual({ bomFormat: 'CycloneDX' });
    expect(answer.facts.unknowns).toEqual([expect.stringContaining('nobody signed')]);
    const wanted = { keys: [key.publicKey], attestations: ['spdxjson'] };
    expect((await verify(reference, wanted)).verdict.reasons[0]?.code).toBe('no-attestation');
  });

  test('a Notation signature is found and told as not verified', async () => {
    const reference = `${registry.host}/own/notation:1`;
    const { digest } = await pushImage(reference);
    const tag = `${registry.host}/own/notation:${digest.replace(':', '-')}`;
    const jws = { bytes: jsonBytes({}), mediaType: 'application/jose+json' };
    const more = { artifactType: 'application/vnd.cncf.notary.signature' };
    const layers = [await pushLayer(client, reference, jws)];
    await pushSignatures(client, `${tag}.sig`, layers, more);
    const answer = await verify(reference, { keys: [key.publicKey] });
    expect(answer.facts.signatures[0]).toMatchObject({ verified: false, refusal: 'unsupported' });
    expect(answer.verdict.decision).toBe('deny');
  });

  test('an envelope with the signature of the image passes for no attestation', async () => {
    const reference = `${registry.host}/own/mixed:1`;
    const { digest } = await pushImage(reference);
    const bundle = await world.attest(statementFor(digest));
    const tag = `${registry.host}/own/mixed:${digest.replace(':', '-')}`;
    const { dsseEnvelope } = bundle;
    const bytes = jsonBytes(dsseEnvelope);
    const layer = await pushLayer(client, reference, { bytes, mediaType: envelopeType });
    await pushSignatures(client, `${tag}.att`, [layer]);
    const answer = await verify(reference, { identity });
    // Without its certificate it could be anybody's.
    expect(answer.facts.signatures[0]?.refusal).toBe('unknown-key');
  });
});

function newKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  return readSigningKey(pem, 'own key', null);
}
