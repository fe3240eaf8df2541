// The first half of the walk "scan an image": from what the user named to the packages in it.
import { SeaworthyError } from '../base/error.ts';
import { limits } from '../base/limits.ts';
import { readText } from '../host/filesystem/index.ts';
import {
  type Aliases,
  inventoryOf,
  type LayerRecord,
  type ListedImage,
  listDockerArchive,
  listOciLayout,
  type OpenedImage,
  openArchiveFile,
  openFolder,
  readFolder,
  readImage,
} from '../inventory/image/index.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Layer, TargetKind } from '../model/image.ts';
import type { Inventory } from '../model/report.ts';
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
      return [await folderInventory(services, target.name, target.kind)];
    case 'sbom':
      return documentInventories(target.name);
    case 'pkg':
      return [(await import('./purl-target.ts')).inventoryOfPurl(target.name)];
  }
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
  switch (target.kind) {
    case 'docker':
      return remote.engineImages(services, target.name);
    case 'container':
      return [await remote.containerInventory(services, target.name)];
    default:
      return remote.imageInventories(services, target, request);
  }
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
  const store = openFolder({
    folder: path,
    analyst: services.analyst,
    verifyDigests: request.verifyDigests,
    onProgress: (done, total) => services.progress({ step: path, done, total, unit: 'bytes' }),
  });
  const listed = listOciLayout(store, { reference, platform: request.platform });
  return inventoriesOf(services, listed, 'oci');
}

/** One inventory for each listed image, out of the store where it is known there. */
export async function inventoriesOf(
  services: Services,
  listed: readonly ListedImage[],
  kind: TargetKind,
): Promise<Inventory[]> {
  const inventories: Inventory[] = [];
  for (const image of listed) {
    inventories.push(await knownOrRead(services, image, kind));
  }
  return inventories;
}

async function knownOrRead(
  services: Services,
  image: ListedImage,
  kind: TargetKind,
): Promise<Inventory> {
  const { store, wanted } = services;
  // Content that was not hashed may speak only for the file that it came from.
  const ownKey = image.store.identity === null ? null : `${image.digest} ${image.store.identity}`;
  const known =
    store.inventory(image.digest, wanted.revision) ??
    (ownKey === null ? null : store.inventory(ownKey, wanted.revision));
  if (known !== null) {
    const { inventory } = known;
    return { ...inventory, target: { ...inventory.target, kind, name: image.name } };
  }
  const opened = await readImage(image);
  const inventory = await imageInventory(services, opened, kind);
  const key = opened.verified ? image.digest : ownKey;
  if (key !== null) {
    const firstSeen = services.now().toISOString();
    store.putInventory(key, wanted.revision, { inventory, firstSeen });
  }
  return inventory;
}

async function imageInventory(
  services: Services,
  opened: OpenedImage,
  kind: TargetKind,
): Promise<Inventory> {
  const { wanted } = services;
  const found = await inventoryOf(opened, { wanted, believesInstalled: true });
  return {
    target: {
      kind,
      name: opened.name,
      digest: opened.digest,
      platform: opened.platform,
      os: describeOs(found.distribution),
      layers: opened.layers,
      ...(opened.config === null ? {} : { config: opened.config }),
    },
    packages: found.packages,
    unknowns: [...opened.unknowns, ...found.unknowns],
    distribution: found.distribution,
  };
}

async function folderInventory(
  services: Services,
  folder: string,
  kind: 'rootfs' | 'dir',
): Promise<Inventory> {
  const read = (aliases?: Aliases): LayerRecord =>
    readFolder({
      folder,
      ...(aliases === undefined ? {} : { aliases }),
      wanted: services.wanted,
      spoolFolder: services.store.spoolFolder,
      skipNames: kind === 'dir' ? projectSkips : nothingSkipped,
      onProgress: (done) => services.progress({ step: folder, done, total: null, unit: 'files' }),
    });
  return recordInventory(services, read, { kind, name: folder, digest: null });
}

function describeOs(distribution: Distribution | null): Inventory['target']['os'] {
  if (distribution === null) return null;
  const { id, versionId, name, endOfLife } = distribution;
  return { id, versionId, name, endOfLife };
}

/** The inventory of a single record that is no image layer: a folder or a container's own files. */
export async function recordInventory(
  services: Services,
  read: (aliases?: Aliases) => LayerRecord | Promise<LayerRecord>,
  target: { kind: TargetKind; name: string; digest: string | null },
): Promise<Inventory> {
  const contents = {
    records: [await read()],
    layers: [null] as readonly (Layer | null)[],
    reread: async (_layer: number, aliases: Aliases) => read(aliases),
  };
  const believesInstalled = target.kind !== 'dir';
  const found = await inventoryOf(contents, { wanted: services.wanted, believesInstalled });
  return {
    target: { ...target, platform: null, os: describeOs(found.distribution), layers: [] },
    packages: found.packages,
    unknowns: found.unknowns,
    distribution: found.distribution,
  };
}
