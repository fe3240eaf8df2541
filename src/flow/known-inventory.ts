// What was opened becomes an inventory: an image out of the store or from its layers, or a single
// record (a folder, a container's own files).
import {
  type Aliases,
  inventoryOf,
  type LayerRecord,
  type ListedImage,
  type OpenedImage,
  readImage,
} from '../inventory/image/index.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Layer, TargetKind } from '../model/image.ts';
import type { Inventory } from '../model/report.ts';
import { fileIssues, settingIssues, withoutSecrets } from './issues.ts';
import type { Services } from './services.ts';

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
  const opened = withoutSecrets(await readImage(image));
  const inventory = await imageInventory(services, { image, opened, kind });
  const key = opened.verified ? image.digest : ownKey;
  if (key !== null) {
    const firstSeen = services.now().toISOString();
    store.putInventory(key, wanted.revision, { inventory, firstSeen });
  }
  return inventory;
}

async function imageInventory(
  services: Services,
  { image, opened, kind }: { image: ListedImage; opened: OpenedImage; kind: TargetKind },
): Promise<Inventory> {
  const { wanted } = services;
  const asksSecrets = wanted.inspectors.some((one) => one.kind === 'secret');
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
    issues: [
      ...(asksSecrets ? settingIssues(image) : []),
      ...fileIssues(found.issues, opened.layers),
    ],
  };
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
    issues: fileIssues(found.issues, contents.layers),
  };
}
