// Where an image and its signatures lie: the one interface that discovery works on.
import type { Descriptor, FetchedManifest } from '../../host/registry/index.ts';
import type { Digest } from '../../model/image.ts';
import type { ImageSubject } from '../../trust/index.ts';

export interface TrustSource {
  /** As the user wrote it. */
  readonly reference: string;
  /** `registry/repository` in normal form; null for files. */
  readonly name: string | null;
  /** The image: its index first, if there is one, then the manifest for the platform. */
  resolve(): Promise<Resolved>;
  /** The manifest under a tag of the image's repository; null when there is none. */
  tagged(tag: string): Promise<FetchedManifest | null>;
  /** By digest. Errors: `SeaworthyError`. */
  manifest(digest: Digest): Promise<FetchedManifest>;
  /** What refers to a digest. */
  referrers(digest: Digest): Promise<readonly Descriptor[]>;
  /** A blob, verified. Errors: `limit` beyond `most` bytes. */
  blob(descriptor: Descriptor, most: number): Promise<Uint8Array>;
  close(): void;
}

export interface Resolved {
  readonly subjects: readonly ImageSubject[];
  /** Manifests of the index or layout that are no images: attestations of BuildKit, signatures. */
  readonly others: readonly Descriptor[];
}
