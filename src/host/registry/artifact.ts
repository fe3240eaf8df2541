// Artifacts that are one file (ORAS style): advisory databases, signatures, SBOMs.
import { SeaworthyError } from '../../base/error.ts';
import type { Digest } from '../../model/image.ts';
import { readBlob } from './blob.ts';
import { fetchManifest } from './fetch-manifest.ts';
import { blobSource, type OnProgress } from './image.ts';
import type { Descriptor, ImageManifest } from './manifest.ts';
import type { RegistryOptions } from './options.ts';
import { createReference, type ImageReference } from './reference.ts';
import type { Session } from './session.ts';

export interface RemoteArtifact {
  readonly reference: ImageReference;
  /** Of its manifest: equal digests are equal files. */
  readonly digest: Digest;
  /** What it is: `artifactType`, else the config's media type. */
  readonly artifactType: string;
  readonly annotations: ReadonlyMap<string, string>;
  /** Its one file. */
  readonly file: Descriptor;
  /** Streams the file, verified as `RemoteImage.openBlob`. */
  read(onProgress?: OnProgress): AsyncIterable<Uint8Array>;
}

/**
 * Opens an artifact of exactly one file; an index counts when it lists exactly one manifest.
 * Errors: `unsupported`, and those of `fetchManifest`.
 */
export async function openArtifact(
  session: Session,
  request: { readonly reference: ImageReference; readonly options: RegistryOptions },
): Promise<RemoteArtifact> {
  const { reference, options } = request;
  const { digest, manifest } = await fetchSingle(session, reference);
  const [file, ...others] = manifest.layers;
  if (file === undefined || others.length > 0) {
    throw new SeaworthyError(
      'unsupported',
      `${reference.canonical()} holds ${manifest.layers.length} files where one is expected`,
    );
  }
  return {
    reference,
    digest,
    artifactType: manifest.artifactType ?? manifest.config.mediaType,
    annotations: manifest.annotations,
    file,
    read: (onProgress) =>
      readBlob(blobSource(session, { reference, options, descriptor: file, onProgress }), file),
  };
}

async function fetchSingle(
  session: Session,
  reference: ImageReference,
): Promise<{ readonly digest: Digest; readonly manifest: ImageManifest }> {
  const { digest, content } = await fetchManifest(session, reference);
  if (content.kind === 'manifest') return { digest, manifest: content };
  const [only, ...others] = content.entries;
  if (only !== undefined && others.length === 0) {
    const { registry, repository } = reference;
    const part = createReference({ registry, repository, tag: null, digest: only.digest });
    const inner = await fetchManifest(session, part);
    if (inner.content.kind === 'manifest') return { digest: inner.digest, manifest: inner.content };
  }
  throw new SeaworthyError(
    'unsupported',
    `${reference.canonical()} is an index of ${content.entries.length} manifests, not one artifact`,
  );
}
