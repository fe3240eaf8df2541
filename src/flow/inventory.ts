// The first half of the walk "scan an image": from what the user named to the packages in it.
import { basename, dirname } from 'node:path';
import { SeaworthyError } from '../base/error.ts';
import { limits } from '../base/limits.ts';
import { headOf, kindOfPath, readText } from '../host/filesystem/index.ts';
import {
  type Aliases,
  asLayout,
  type LayerRecord,
  listDockerArchive,
  listOciLayout,
  openArchiveFile,
  openFolder,
  readFolder,
} from '../inventory/image/index.ts';
import type { Inventory } from '../model/report.ts';
import { inventoriesOf, recordInventory } from './known-inventory.ts';
import type { InventoryRequest, Services } from './services.ts';
import { splitReference, type Target } from './target.ts';

/** Folder names that hold no part of a project: version control's own data. */
const projectSkips = new Set(['.git', '.hg', '.svn']);
const nothingSkipped = new Set<string>();

/**
 * The inventories of a target: one, or one for each image of an archive with several.
 * Throws `SeaworthyError` when the target as a whole cannot be read.
 */
export async function takeInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Inventory[]> {
  switch (target.kind) {
    case 'archive':
      if (isPartOfProject(services, target)) return [await fileInventory(services, target)];
      return archiveInventories(services, target, request);
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
    case 'dir':
      return [
        await folderInventory(forFolder(services, target, request), target.name, {
          kind: target.kind,
          name: target.name,
        }),
      ];
    case 'sbom':
      if (isPartOfProject(services, target)) return [await fileInventory(services, target)];
      return documentInventories(target.name);
    case 'pkg':
      return [(await import('./purl-target.ts')).inventoryOfPurl(target.name)];
  }
}

/** First bytes of ELF, PE, Mach-O (three forms) and zip: a program or a JAR, no image. */
const programMagic = ['7f454c46', '4d5a', 'cffaedfe', 'cefaedfe', 'cafebabe', '504b0304'];

/** Not an image or SBOM, as one might think, but a lock file, a JAR or a program by itself. */
function isPartOfProject({ wanted }: Services, { kind, name, text }: Target): boolean {
  if (text.startsWith(`${kind}:`) || kindOfPath(name) !== 'file') return false;
  const magic = Buffer.from(headOf(name, 4)).toString('hex');
  if (programMagic.some((start) => magic.startsWith(start))) return true;
  return wanted.rules.match(basename(name)).some((found) => wanted.catalogers[found] !== undefined);
}

async function fileInventory(services: Services, { name }: Target): Promise<Inventory> {
  const [folder, only] = [dirname(name), basename(name)];
  return folderInventory(services, folder, { kind: 'dir', name, only });
}

async function documentInventories(path: string): Promise<Inventory[]> {
  const { readSboms } = await import('../inventory/sbom/index.ts');
  return readSboms({ name: path, text: readText(path, limits.sbomBytes) });
}

/** Loaded only here: clients for engines and registries double the start-up of a local scan. */
async function remoteInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Inventory[]> {
  const remote = await import('./remote.ts');
  if (target.kind === 'docker') return remote.engineImages(services, target.name);
  if (target.kind !== 'container') return remote.imageInventories(services, target, request);
  return [await remote.containerInventory(services, target.name)];
}

async function archiveInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Inventory[]> {
  const { path, reference } = splitReference(target);
  const store = await openArchiveFile({
    file: path,
    analyst: services.analyst,
    verifyDigests: request.verifyDigests,
    onProgress: (done, total) => services.progress({ step: path, done, total, unit: 'bytes' }),
  });
  try {
    const isDocker = target.kind !== 'oci-archive' && store.has('manifest.json');
    if (!isDocker && !store.has('index.json')) {
      throw new SeaworthyError('malformed', `${path} holds neither manifest.json nor index.json`, {
        advice: 'give a file made by `docker save`, `skopeo copy`, `podman save` or `buildah push`',
      });
    }
    const listed = isDocker
      ? listDockerArchive(store, reference)
      : listOciLayout(store, { reference, platform: request.platform });
    return await inventoriesOf(services, listed, isDocker ? 'docker-archive' : 'oci-archive');
  } finally {
    store.close();
  }
}

async function layoutInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Inventory[]> {
  const { path, reference } = splitReference(target);
  const folder = openFolder({
    folder: path,
    analyst: services.analyst,
    verifyDigests: request.verifyDigests,
    onProgress: (done, total) => services.progress({ step: path, done, total, unit: 'bytes' }),
  });
  const store = asLayout(folder);
  const listed = listOciLayout(store, { reference, platform: request.platform });
  return inventoriesOf(services, listed, 'oci');
}

/**
 * A machine's own root is full of keys that belong there, and of data: it is searched for secrets only
 * when somebody asks for just that.
 */
function forFolder(services: Services, target: Target, request: InventoryRequest): Services {
  if (target.kind !== 'rootfs' || target.name !== '/' || request.searchesMachine === true) {
    return services;
  }
  return { ...services, wanted: { ...services.wanted, inspectors: [] } };
}

async function folderInventory(
  services: Services,
  folder: string,
  {
    kind,
    name,
    only,
  }: { readonly kind: 'rootfs' | 'dir'; readonly name: string; readonly only?: string },
): Promise<Inventory> {
  const read = (aliases?: Aliases): LayerRecord =>
    readFolder({
      folder,
      ...(only === undefined ? {} : { only }),
      ...(aliases === undefined ? {} : { aliases }),
      wanted: services.wanted,
      spoolFolder: services.store.spoolFolder,
      skipNames: kind === 'dir' ? projectSkips : nothingSkipped,
      onProgress: (done) => services.progress({ step: folder, done, total: null, unit: 'files' }),
    });
  const inventory = await recordInventory(services, read, { kind, name, digest: null });
  if (inventory.packages.length > 0 || inventory.unknowns.length > 0) return inventory;
  // The wrong folder must not look like a clean one.
  const reason = 'no lock file, package or program was recognised here: nothing could be assessed';
  return { ...inventory, unknowns: [{ path: '', layer: null, reason }] };
}
