// Small images in a registry, pushed with our own client: a manifest, or an index of two platforms.
import {
  createRegistry,
  digestOf,
  parseReference,
  type Registry,
} from '../src/host/registry/index.ts';
import { bareEnvironment } from './registry-client.ts';

export const registryTestOptions = {
  environment: bareEnvironment,
  tries: 1,
  platform: 'linux/amd64',
};

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** Pushes a manifest of `layers` under the reference; returns its digest. */
async function pushDocument(
  registry: Registry,
  reference: string,
  document: object,
): Promise<string> {
  const mediaType = 'manifests' in document ? types.index : types.manifest;
  const bytes = jsonBytes(document);
  const { digest } = await registry.pushManifest(parseReference(reference), bytes, mediaType);
  return digest;
}

/** A blob as the descriptor of a layer. */
export async function pushLayer(
  registry: Registry,
  reference: string,
  layer: { bytes: Uint8Array; mediaType: string; annotations?: Readonly<Record<string, string>> },
): Promise<object> {
  const { bytes, ...rest } = layer;
  const digest = await registry.pushBlob(parseReference(reference), bytes);
  return { ...rest, digest, size: bytes.length };
}

/** A manifest around layers that are no image's. */
export async function pushSignatures(
  registry: Registry,
  reference: string,
  layers: readonly object[],
  more: object = {},
): Promise<string> {
  const config = await pushLayer(registry, reference, {
    bytes: jsonBytes({}),
    mediaType: types.config,
  });
  const document = { schemaVersion: 2, mediaType: types.manifest, config, layers, ...more };
  return pushDocument(registry, reference, document);
}

export interface PushedImage {
  readonly digest: string;
  /** Of linux/amd64; the same as `digest` where there is no index. */
  readonly manifestDigest: string;
  readonly manifestBytes: Uint8Array;
}

/** Pushes an image of one small layer under `reference`. */
export async function pushImage(
  reference: string,
  { index = false, content = 'content' } = {},
): Promise<PushedImage> {
  const registry = createRegistry(registryTestOptions);
  try {
    const manifests: object[] = [];
    let amd64: Uint8Array = new Uint8Array();
    for (const architecture of index ? ['arm64', 'amd64'] : ['amd64']) {
      const layer = { bytes: Buffer.from(content + architecture), mediaType: types.layer };
      const layers = [await pushLayer(registry, reference, layer)];
      const config = await pushLayer(registry, reference, {
        bytes: jsonBytes({ os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [] } }),
        mediaType: types.config,
      });
      const document = { schemaVersion: 2, mediaType: types.manifest, config, layers };
      amd64 = jsonBytes(document);
      const digest = digestOf(amd64);
      const name = reference.slice(0, reference.lastIndexOf(':'));
      await pushDocument(registry, index ? `${name}@${digest}` : reference, document);
      const platform = { os: 'linux', architecture };
      manifests.push({ mediaType: types.manifest, digest, size: amd64.length, platform });
    }
    const manifestDigest = digestOf(amd64);
    if (!index) return { digest: manifestDigest, manifestDigest, manifestBytes: amd64 };
    const whole = { schemaVersion: 2, mediaType: types.index, manifests };
    const digest = await pushDocument(registry, reference, whole);
    return { digest, manifestDigest, manifestBytes: amd64 };
  } finally {
    registry.close();
  }
}
