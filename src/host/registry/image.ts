// An image on a registry: its manifest known and verified, its config and layers ready to stream.
import { SeaworthyError } from '../../base/error.ts';
import { parseJson, stringField } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { realPace } from '../../base/retry.ts';
import type { Digest } from '../../model/image.ts';
import { type BlobSource, readBlob, readSmallBlob } from './blob.ts';
import type { Descriptor, ImageManifest, LayerDescriptor } from './manifest.ts';
import { isImageConfig } from './media-type.ts';
import type { RegistryOptions } from './options.ts';
import { fitness, hostPlatform, type Platform, parsePlatform, platformText } from './platform.ts';
import { createReference, type ImageReference } from './reference.ts';
import { resolveManifest } from './resolve.ts';
import type { Session } from './session.ts';

/** Told the bytes received so far. */
export type OnProgress = (receivedBytes: number) => void;

export interface RemoteImage {
  readonly reference: ImageReference;
  /** Of the manifest that was chosen. */
  readonly digest: Digest;
  /** Of the (outermost) multi-platform index that the reference names, or null. */
  readonly indexDigest: Digest | null;
  readonly mediaType: string;
  readonly manifest: {
    readonly config: Descriptor;
    /** Base first. */
    readonly layers: readonly LayerDescriptor[];
    readonly annotations: ReadonlyMap<string, string>;
  };
  readonly rawManifest: Uint8Array;
  /** As the index tells it; null when the reference names a single manifest. */
  readonly platform: Platform | null;
  /** BuildKit's attestation manifests about this image, from the same index. */
  readonly attestations: readonly Descriptor[];
  /** The image config, verified. Errors: as `openBlob`; `not-found` when of another platform. */
  readConfig(): Promise<Uint8Array>;
  /**
   * Streams a layer (or any blob of the repository), verified: errors `digest-mismatch`, `limit`,
   * `network`, `not-found` come at the latest at its end.
   */
  openBlob(descriptor: Descriptor, onProgress?: OnProgress): AsyncIterable<Uint8Array>;
}

/** Opens the image that `reference` names. Errors: those of `resolveManifest`, `unsupported`. */
export async function openImage(
  session: Session,
  request: { readonly reference: ImageReference; readonly options: RegistryOptions },
): Promise<RemoteImage> {
  const { reference, options } = request;
  const wanted = options.platform === undefined ? null : parsePlatform(options.platform);
  const platform = wanted ?? hostPlatform();
  const resolved = await resolveManifest(session, { reference, platform });
  const { fetched, manifest, index } = resolved;
  checkIsImage(manifest, reference.canonical());
  return {
    reference,
    digest: fetched.digest,
    indexDigest: index?.digest ?? null,
    mediaType: manifest.mediaType,
    manifest,
    rawManifest: fetched.bytes,
    platform: resolved.platform,
    attestations: resolved.attestations,
    readConfig: async () => {
      const source = blobSource(session, { reference, options, descriptor: manifest.config });
      const bytes = await readSmallBlob(source, manifest.config);
      // An index names platforms; of a single manifest only its config does.
      if (wanted !== null && index === null) checkPlatform(bytes, { wanted, reference });
      return bytes;
    },
    openBlob: (descriptor, onProgress) =>
      readBlob(blobSource(session, { reference, options, descriptor, onProgress }), descriptor),
  };
}

export interface BlobRequest {
  readonly reference: ImageReference;
  readonly options: RegistryOptions;
  readonly descriptor: Descriptor;
  readonly onProgress?: OnProgress | undefined;
}

/** Where the bytes of a blob come from: the repository's mirrors and registry. */
export function blobSource(session: Session, request: BlobRequest): BlobSource {
  const { reference, options, descriptor, onProgress } = request;
  const { registry, repository } = reference;
  const { digest } = descriptor;
  const name = createReference({ registry, repository, tag: null, digest }).canonical();
  return {
    name,
    pace: options.pace ?? realPace,
    tries: options.tries ?? limits.httpTries,
    signal: options.signal,
    onProgress,
    open: (offset) =>
      session.get(reference, { path: `blobs/${digest}`, what: name, offset }, (response) =>
        Promise.resolve(response),
      ),
  };
}

function checkIsImage(manifest: ImageManifest, name: string): void {
  const { config, layers, artifactType } = manifest;
  // Signatures and attestations borrow the image config's type; their layers give them away.
  const odd = layers.length > 0 && !layers.some(({ mediaType }) => mayBeLayer(mediaType));
  if (isImageConfig(config.mediaType) && artifactType === null && !odd) return;
  const kind = artifactType ?? (odd ? (layers[0]?.mediaType ?? '') : config.mediaType);
  const shown = JSON.stringify(kind.slice(0, 100));
  throw new SeaworthyError(
    'unsupported',
    `${name} is not an image but an artifact of type ${shown}`,
  );
}

function mayBeLayer(mediaType: string): boolean {
  return mediaType === '' || /tar|layer|octet-stream/.test(mediaType);
}

function checkPlatform(
  config: Uint8Array,
  request: { readonly wanted: Platform; readonly reference: ImageReference },
): void {
  const { wanted, reference } = request;
  const parsed = parseJson(new TextDecoder().decode(config));
  const value = parsed.ok ? parsed.value : null;
  const os = stringField(value, 'os');
  const architecture = stringField(value, 'architecture');
  if (os === null || architecture === null || os === '' || architecture === '') return;
  const offered = { os, architecture, variant: stringField(value, 'variant') };
  if (fitness(offered, wanted) > 0) return;
  throw new SeaworthyError(
    'not-found',
    `${reference.canonical()} has no image for ${platformText(wanted)}`,
    { advice: `it exists only for ${JSON.stringify(platformText(offered)).slice(1, -1)}` },
  );
}
