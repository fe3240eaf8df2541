// The client as callers hold it: one object for any number of registries, images and listings.
import type { Digest } from '../../model/image.ts';
import { openArtifact, type RemoteArtifact } from './artifact.ts';
import { readBlob } from './blob.ts';
import { type FetchedManifest, fetchManifest } from './fetch-manifest.ts';
import { blobSource, type OnProgress, openImage, type RemoteImage } from './image.ts';
import { listReferrers, listTags } from './listing.ts';
import type { Descriptor } from './manifest.ts';
import type { RegistryOptions } from './options.ts';
import { type PushedManifest, pushBlob, pushManifest } from './push.ts';
import type { ImageReference } from './reference.ts';
import { openSession } from './session.ts';

export interface Registry {
  /** The image for the platform of the options. */
  openImage(reference: ImageReference): Promise<RemoteImage>;
  /** The manifest or index itself, verified, whatever it is. */
  readManifest(reference: ImageReference): Promise<FetchedManifest>;
  /** Any blob of the reference's repository, verified while it streams. */
  openBlob(
    reference: ImageReference,
    descriptor: Descriptor,
    onProgress?: OnProgress,
  ): AsyncIterable<Uint8Array>;
  listTags(reference: ImageReference): Promise<readonly string[]>;
  /** Manifests that refer to the manifest `digest` of the reference's repository. */
  referrers(reference: ImageReference, digest: Digest): Promise<readonly Descriptor[]>;
  /** An artifact of one file. */
  openArtifact(reference: ImageReference): Promise<RemoteArtifact>;
  /** The file of such an artifact. */
  pullArtifact(reference: ImageReference, onProgress?: OnProgress): AsyncIterable<Uint8Array>;
  /** Puts a small blob into the reference's repository. */
  pushBlob(reference: ImageReference, bytes: Uint8Array): Promise<Digest>;
  /** Puts a manifest under the reference's tag, else under its digest. */
  pushManifest(
    reference: ImageReference,
    bytes: Uint8Array,
    mediaType: string,
  ): Promise<PushedManifest>;
  /** Closes the connections; optional, idle ones do not keep a process alive. */
  close(): void;
}

/**
 * A client that shares connections and tokens between everything asked of it, in parallel too.
 * Every method's errors are `SeaworthyError`s: `denied`, `not-found`, `busy` (rate limit), `network`,
 * `digest-mismatch`, `limit`, `malformed`, `unsupported`; an abort rejects with its reason.
 */
export function createRegistry(options: RegistryOptions = {}): Registry {
  const session = openSession(options);
  return {
    openImage: (reference) => openImage(session, { reference, options }),
    readManifest: (reference) => fetchManifest(session, reference),
    openBlob: (reference, descriptor, onProgress) =>
      readBlob(blobSource(session, { reference, options, descriptor, onProgress }), descriptor),
    listTags: (reference) => listTags(session, reference),
    referrers: (reference, digest) => listReferrers(session, { reference, digest }),
    openArtifact: (reference) => openArtifact(session, { reference, options }),
    pullArtifact: async function* pull(reference, onProgress) {
      const artifact = await openArtifact(session, { reference, options });
      yield* artifact.read(onProgress);
    },
    pushBlob: (reference, bytes) => pushBlob(session, { reference, bytes }),
    pushManifest: (reference, bytes, mediaType) =>
      pushManifest(session, { reference, bytes, mediaType }),
    close: () => session.close(),
  };
}

/** Opens one image with connections of its own; see `createRegistry` for many. */
export function openRegistryImage(
  reference: ImageReference,
  options: RegistryOptions = {},
): Promise<RemoteImage> {
  return createRegistry(options).openImage(reference);
}
