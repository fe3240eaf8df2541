import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { operatingError } from '../../../test/registry-client.ts';
import { sha256 } from '../../../test/scripted-registry.ts';
import { payloadFor } from '../../../test/trust-samples.ts';
import { SeaworthyError } from '../../base/error.ts';
import type { BlobStore } from '../../inventory/image/index.ts';
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
import { createTrustVerifier, layoutSource } from './index.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const key = readSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }), 'own key', null);
const policy = demandedPolicy({ keys: [key.publicKey], identity: null, attestations: [] });
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';

/** A layout in memory. */
class Layout implements BlobStore {
  readonly name = 'layout';
  readonly isOneFile = false;
  identityOf(): null {
    return null;
  }
  readonly files = new Map<string, Uint8Array>();
  readonly entries: object[] = [];

  add(content: unknown, mediaType = 'x') {
    const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
    const digest = sha256(bytes);
    this.files.set(`blobs/${digest.replace(':', '/')}`, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  manifest(layers: readonly object[], more: object = {}, entry: object = {}) {
    const config = this.add({}, configType);
    const document = { schemaVersion: 2, mediaType: manifestType, config, layers, ...more };
    const descriptor = this.add(document, manifestType);
    this.entries.push({ ...descriptor, ...entry });
    return descriptor;
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  document(path: string): Uint8Array {
    if (path === 'index.json') {
      return Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: this.entries }));
    }
    const found = this.files.get(path);
    if (found === undefined) throw new SeaworthyError('not-found', `${path} is missing`);
    return found;
  }

  layer(): never {
    throw new Error('layers are not asked for');
  }

  close(): void {
    // Nothing is open.
  }
}

function imageIn(layout: Layout, name = 'shop:1'): string {
  const layer = layout.add(Buffer.from(name), 'application/vnd.oci.image.layer.v1.tar');
  const annotations = { 'org.opencontainers.image.ref.name': name };
  return layout.manifest([layer], {}, { annotations }).digest;
}

function signIn(layout: Layout, digest: string, entry: object = {}): void {
  const payload = payloadFor(digest);
  const annotations = { [annotationNames.signature]: key.sign(payload).toString('base64') };
  layout.manifest([{ ...layout.add(payload, simpleSigningType), annotations }], {}, entry);
}

const verify = (layout: Layout, reference: string | null = null) => {
  const source = layoutSource(layout, { text: 'oci:layout', reference, platform: null });
  return createTrustVerifier({ policy, root: null, now: () => new Date() }).verify(source);
};

describe('layouts', () => {
  test.each<[string, object]>([
    [
      'named by its tag',
      { annotations: { 'org.opencontainers.image.ref.name': `sha256-${'a'.repeat(64)}.sig` } },
    ],
    ['as cosign saves it', { annotations: { kind: 'dev.cosignproject.cosign/sigs' } }],
    ['without any name', {}],
  ])('with a signature %s', async (_, entry) => {
    const layout = new Layout();
    const digest = imageIn(layout);
    expect((await verify(layout)).verdict.decision).toBe('deny');
    signIn(layout, digest, entry);
    const answer = await verify(layout);
    expect(answer.verdict.decision).toBe('allow');
    expect(answer.facts.signatures[0]).toMatchObject({ shape: 'layout', subject: digest });
  });

  test('with a bundle that refers to the image', async () => {
    const layout = new Layout();
    const digest = imageIn(layout);
    const statement = statementOf(signatureClaim('shop', digest));
    const bundle = layout.add(bundleOf(key, envelopeOf(key, statement)), bundleType);
    const subject = { mediaType: manifestType, digest, size: 1 };
    layout.manifest([bundle], { artifactType: bundleType, subject });
    expect((await verify(layout)).verdict.decision).toBe('allow');
  });

  test('of several images, one must be named', async () => {
    const layout = new Layout();
    const first = imageIn(layout, 'shop:1');
    imageIn(layout, 'shop:2');
    signIn(layout, first);
    expect((await operatingError(verify(layout))).code).toBe('usage');
    expect((await verify(layout, 'shop:1')).verdict.decision).toBe('allow');
    expect((await verify(layout, '2')).verdict.decision).toBe('deny');
    expect((await operatingError(verify(layout, 'shop:3'))).code).toBe('not-found');
  });

  test('of several platforms: the index vouches for its manifests', async () => {
    const layout = new Layout();
    const inner = imageIn(layout, 'x');
    layout.entries.length = 0;
    const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
    const manifests = [{ mediaType: manifestType, digest: inner, size: 1, platform }];
    const indexType = 'application/vnd.oci.image.index.v1+json';
    const index = layout.add({ schemaVersion: 2, mediaType: indexType, manifests }, indexType);
    layout.entries.push(index);
    signIn(layout, index.digest);
    const answer = await verify(layout);
    expect(answer.verdict.decision).toBe('allow');
    expect(answer.facts.subjects.map(({ role }) => role)).toEqual(['index', 'manifest']);
  });

  test('whose blobs were changed', async () => {
    const layout = new Layout();
    const digest = imageIn(layout);
    signIn(layout, digest);
    for (const path of layout.files.keys()) {
      const kept = layout.files.get(path) ?? new Uint8Array();
      layout.files.set(path, Buffer.concat([kept, Buffer.from(' ')]));
      const outcome = await verify(layout).then(
        ({ verdict }) => verdict.decision,
        (error: unknown) => (error instanceof SeaworthyError ? 'error' : 'crash'),
      );
      // The layer of the image and configs are not read here: `scan` checks those.
      const isRead = outcome !== 'allow';
      layout.files.set(path, kept);
      if (isRead) expect(['deny', 'error']).toContain(outcome);
    }
    expect((await verify(layout)).verdict.decision).toBe('allow');
  });
});
