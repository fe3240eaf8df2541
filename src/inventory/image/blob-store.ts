// Where the documents and layers of an image lie: a folder, a seekable archive, or an archive that
// has passed by as a stream. Everything above works on this one interface.
import type { Digest } from '../../model/image.ts';
import type { Aliases } from './aliases.ts';
import type { LayerRecord } from './layer-record.ts';

export interface ReadLayer {
  readonly record: LayerRecord;
  /** What the bytes hash to, or null where they were read in place and not hashed. */
  readonly diffId: Digest | null;
  /** Digest of the stored bytes, or null where they were not hashed or not read. */
  readonly digest: Digest | null;
  /** Bytes as stored; null when the layer came from the cache. */
  readonly size: number | null;
}

export interface LayerRequest {
  readonly path: string;
  /** As the image config says. */
  readonly diffId: Digest;
  /** Second pass: read only these files, and do not remember the result. */
  readonly aliases?: Aliases;
}

export interface BlobStore {
  /** For messages: the file or folder as the user named it. */
  readonly name: string;
  /**
   * Tells this very state of a document on disk (in an archive: of the whole archive) from any other, or
   * null. What was read without hashing may be remembered under this identity only.
   */
  identityOf(path: string): string | null;
  /** Everything lies in one file: `identityOf` stands for the layers too. */
  readonly isOneFile: boolean;
  /** Something was asked of it that it could not give (it is told as unknown): nothing is remembered. */
  readonly isIncomplete?: boolean;
  has(path: string): boolean;
  /** A document of at most `limits.manifestBytes`. Throws `not-found`, `limit`. */
  document(path: string): Uint8Array;
  /** Reads (or remembers) a layer. Throws `not-found`, `malformed`. */
  layer(request: LayerRequest): Promise<ReadLayer>;
  close(): void;
}
