// The first half of the walk "scan an image": from what the user named to the packages in it.
import { limits } from '../base/limits.ts';
import { headOf, kindOfPath, readText } from '../host/filesystem/index.ts';
import {
  type AnalystSource,
  asLayout,
  listOciLayout,
  openArchiveFile,
  openFolder,
} from '../inventory/image/index.ts';
import type { Inventory } from '../model/report.ts';
import { storedInventories } from './archive-inventories.ts';
import { inventoriesOf } from './known-inventory.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Taken } from './taken.ts';
import { splitReference, type Target } from './target.ts';

/**
 * The inventories of a target: one, or one for each image of an archive with several.
 * Throws `SeaworthyError` when the target as a whole cannot be read.
 */
export async function takeInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Taken[]> {
  switch (target.kind) {
    case 'archive':
      return (
        (await partOfProject(services, target)) ?? archiveInventories(services, target, request)
      );
    case 'docker-archive':
    case 'oci-archive':
      return archiveInventories(services, target, request);
    case 'oci':
      return layoutInventories(services, target, request);
    case 'image':
    case 'registry':
    case 'docker':
    case 'container':
      return remoteInventories(services, target, request);
    case 'rootfs':
    case 'dir': {
      const { folderInventory } = await import('./read-folder.ts');
      return [await folderInventory(services, { ...target, kind: target.kind }, request)];
    }
    case 'sbom':
      return (await partOfProject(services, target)) ?? documentInventories(target.name);
    case 'pipe': {
      const { pipeInventories } = await import('./pipe-target.ts');
      return pipeInventories(services, target.name, request);
    }
    case 'pkg':
      return [unstored((await import('./purl-target.ts')).inventoryOfPurl(target.name))];
  }
}

/** Where `ustar` stands in a tar archive, and its length. */
const tarMagicAt = 257;
const tarMagic = Buffer.from('ustar');
/** gzip and zstd. */
const packedMagic = ['1f8b', '28b52ffd'];

/** Not an image or SBOM, as one might think, but a lock file, a JAR or a program by itself. */
async function partOfProject(services: Services, target: Target): Promise<Taken[] | null> {
  const { kind, name, text } = target;
  if (text.startsWith(`${kind}:`) || kindOfPath(name) !== 'file') return null;
  const head = headOf(name, tarMagicAt + tarMagic.length);
  if (tarMagic.equals(head.subarray(tarMagicAt))) return null;
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  if (packedMagic.some((start) => magic.startsWith(start))) return null;
  const { fileInventory } = await import('./read-folder.ts');
  const taken = await fileInventory(services, { name, magic });
  return taken === null ? null : [taken];
}

async function documentInventories(path: string): Promise<Taken[]> {
  const { readSboms } = await import('../inventory/sbom/index.ts');
  return readSboms({ name: path, text: readText(path, limits.sbomBytes) }).map(unstored);
}

function unstored(inventory: Inventory): Taken {
  return { inventory, key: null };
}

function analystOf(services: Services): AnalystSource {
  return async () => (await services.reading()).analyst;
}

/** Loaded only here: clients for engines and registries double the start-up of a local scan. */
async function remoteInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Taken[]> {
  const remote = await import('./remote.ts');
  if (target.kind === 'docker') return remote.engineImages(services, target.name);
  if (target.kind !== 'container') return remote.imageInventories(services, target, request);
  return [await remote.containerInventory(services, target.name)];
}

async function archiveInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Taken[]> {
  const { path, reference } = splitReference(target);
  const store = await openArchiveFile({
    file: path,
    analyst: analystOf(services),
    verifyDigests: request.verifyDigests,
    onProgress: (done, total) => services.progress({ step: path, done, total, unit: 'bytes' }),
  });
  try {
    const isDocker = target.kind !== 'oci-archive' && store.has('manifest.json');
    const { platform } = request;
    return await storedInventories(services, store, { isDocker, reference, platform });
  } finally {
    store.close();
  }
}

async function layoutInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Taken[]> {
  const { path, reference } = splitReference(target);
  const folder = openFolder({
    folder: path,
    analyst: analystOf(services),
    verifyDigests: request.verifyDigests,
    onProgress: (done, total) => services.progress({ step: path, done, total, unit: 'bytes' }),
  });
  const store = asLayout(folder);
  const listed = listOciLayout(store, { reference, platform: request.platform });
  return inventoriesOf(services, listed, 'oci');
}
