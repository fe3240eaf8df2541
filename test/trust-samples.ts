// An image and what can be said about it, for tests of signatures.
import { createHash } from 'node:crypto';
import {
  bundleType,
  type FoundLayer,
  type ImageSubject,
  readTrustedRoot,
  simpleSigningType,
  type TrustedRoot,
} from '../src/trust/index.ts';

export const manifest = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}');
export const hex = createHash('sha256').update(manifest).digest('hex');
export const image: ImageSubject = { digest: `sha256:${hex}`, role: 'manifest', bytes: manifest };
export const otherDigest = `sha256:${'0'.repeat(64)}`;

export function payloadFor(digest: string, more: object = {}): Buffer {
  const critical = {
    identity: { 'docker-reference': 'registry.example/anything' },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  };
  return Buffer.from(JSON.stringify({ critical, optional: null, ...more }));
}

export function layerOf(
  mediaType: string,
  bytes: Uint8Array,
  annotations: Readonly<Record<string, string>> = {},
): FoundLayer {
  return {
    shape: mediaType === simpleSigningType ? 'signature-tag' : 'referrer',
    storedIn: otherDigest,
    artifactType: mediaType === bundleType ? bundleType : null,
    mediaType,
    annotations: new Map(Object.entries(annotations)),
    bytes,
  };
}

export const bundleLayer = (bundle: unknown): FoundLayer =>
  layerOf(bundleType, Buffer.from(JSON.stringify(bundle)));

export function statementFor(digest: string, predicateType = 'https://slsa.dev/provenance/v1') {
  const [algorithm = '', value = ''] = digest.split(':');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'shop', digest: { [algorithm]: value } }],
    predicateType,
    predicate: { runDetails: { builder: { id: 'https://builder.example' } } },
  };
}

export const rootOf = (document: unknown): TrustedRoot =>
  readTrustedRoot(Buffer.from(JSON.stringify(document)), 'test root');
