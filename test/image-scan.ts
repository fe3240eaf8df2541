// Opens built images as a scan does: what the tests of the image room share.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { SeaworthyError } from '../src/base/error.ts';
import { distributionGlobs } from '../src/inventory/distro/index.ts';
import { ecosystems } from '../src/inventory/ecosystem/registry.ts';
import {
  type BlobStore,
  type ContentInventory,
  compileWanted,
  inventoryOf,
  LayerAnalyst,
  type ListedImage,
  listDockerArchive,
  openArchiveFile,
  readImage,
} from '../src/inventory/image/index.ts';
import { buildImage, dockerArchive } from './image-builder.ts';
import type { BuiltEntry } from './tar-builder.ts';

const wanted = compileWanted(ecosystems, distributionGlobs);
/** Removed after the tests of the file. */
export const folder = mkdtempSync(join(tmpdir(), 'seaworthy-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** An analyst with all catalogers, and a cache that a test may look into. */
export function analystWith(cache = new Map<string, Uint8Array>()): LayerAnalyst {
  return new LayerAnalyst({
    wanted,
    spoolFolder: join(folder, 'spool'),
    cache: {
      get: (key) => cache.get(key) ?? null,
      put: (key, value) => void cache.set(key, value),
    },
  });
}

/** A file of these bytes in the temporary folder. */
function fileOf(bytes: Uint8Array): string {
  count += 1;
  const file = join(folder, `image-${count}.tar`);
  writeFileSync(file, bytes);
  return file;
}

/** The archive of these bytes, opened as a scan does. */
export async function openFile(
  bytes: Uint8Array,
  analyst = analystWith(),
  verifyDigests = false,
): Promise<BlobStore> {
  return openArchiveFile({ file: fileOf(bytes), analyst: async () => analyst, verifyDigests });
}

/** The inventory of a listed image. */
export async function inventory(listed: ListedImage | undefined): Promise<ContentInventory> {
  const opened = await readImage(listed as ListedImage);
  return inventoryOf(opened, { wanted, believesInstalled: true });
}

/** `name@version` of all packages. */
export function names(found: ContentInventory): string[] {
  return found.packages.map((one) => `${one.name}@${one.version}`);
}

/** The inventory of an image with these layers, bottom first. */
export async function scanLayers(
  ...layers: (readonly (BuiltEntry | Buffer)[])[]
): Promise<ContentInventory> {
  const store = await openFile(dockerArchive(buildImage(layers)));
  return inventory(listDockerArchive(store, null)[0]);
}

/** The operating error that `run` ends with. */
export async function failure(run: () => Promise<unknown>): Promise<SeaworthyError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof SeaworthyError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
