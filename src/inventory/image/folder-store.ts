// An OCI image layout folder (OCI image spec, "Image Layout"). Blobs are read in place.
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import { fileIdentity, fileWindow, windowChunks } from '../../base/file-access.ts';
import { limits } from '../../base/limits.ts';
import type { AnalystSource } from './analyst.ts';
import type { BlobStore, LayerRequest, ReadLayer } from './blob-store.ts';
import { compressionOf } from './inflate.ts';

export interface FolderOptions {
  readonly folder: string;
  readonly analyst: AnalystSource;
  readonly verifyDigests: boolean;
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** Paths come from digests that were checked for their form, so they cannot leave the folder. */
export function openFolder(options: FolderOptions): BlobStore {
  const { folder } = options;
  return {
    name: folder,
    // Blobs can be replaced one by one: no single stamp stands for the whole folder.
    isOneFile: false,
    identityOf(path) {
      const descriptor = openOrMissing(folder, path);
      try {
        return fileIdentity(fstatSync(descriptor, { bigint: true }));
      } finally {
        closeSync(descriptor);
      }
    },
    has(path) {
      try {
        closeSync(openRegular(join(folder, path)));
        return true;
      } catch {
        return false;
      }
    },
    document(path) {
      const descriptor = openOrMissing(folder, path);
      try {
        const { size } = fstatSync(descriptor);
        if (size > limits.manifestBytes) {
          throw new SeaworthyError('limit', `${path} in ${folder} has ${size} bytes, too many`);
        }
        return fileWindow(descriptor, 0, size).read(0, size);
      } finally {
        closeSync(descriptor);
      }
    },
    layer: (request) => readLayer(options, request),
    close: () => undefined,
  };

  async function readLayer(
    { verifyDigests, onProgress }: FolderOptions,
    { path, diffId, aliases }: LayerRequest,
  ): Promise<ReadLayer> {
    const analyst = await options.analyst();
    const known = aliases === undefined ? analyst.cached(diffId) : null;
    if (known !== null) return { record: known, diffId, digest: null, size: null };
    const descriptor = openOrMissing(folder, path);
    try {
      const stat = fstatSync(descriptor, { bigint: true });
      const size = Number(stat.size);
      const access = fileWindow(descriptor, 0, size);
      if (!verifyDigests && compressionOf(access.read(0, 4)) === 'none') {
        const record = analyst.readInPlace(access, fileIdentity(stat), aliases);
        return { record, diffId: null, digest: null, size };
      }
      const chunks = windowChunks(access, onProgress);
      return await analyst.readStream(chunks, { aliases });
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Non-blocking, so that a FIFO planted under a blob's name cannot hang the scan. */
function openRegular(file: string): number {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new SeaworthyError('unreadable', `${file} is no regular file`);
}

function openOrMissing(folder: string, path: string): number {
  try {
    return openRegular(join(folder, path));
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    throw new SeaworthyError('not-found', `${folder} does not hold ${path}`, {
      cause,
      advice: 'copy the image again',
    });
  }
}
