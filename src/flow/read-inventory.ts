// Inventories that are read: of an image from its layers, of a folder or a container's own files as a
// single record.
import {
  type Aliases,
  inventoryOf,
  type LayerRecord,
  type ListedImage,
  type OpenedImage,
  readImage,
  type Wanted,
} from '../inventory/image/index.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Layer, TargetKind } from '../model/image.ts';
import type { Inventory } from '../model/report.ts';
import { fileIssues, settingIssues, withoutSecrets } from './issues.ts';
import type { Services } from './services.ts';
import type { Taken } from './taken.ts';

export interface ReadInventory {
  readonly inventory: Inventory;
  /** Every layer was hashed and is what the config says. */
  readonly isVerified: boolean;
}

/** Reads all layers of an image. Throws `SeaworthyError` when one cannot be read. */
export async function readInventory(
  services: Services,
  image: ListedImage,
  kind: TargetKind,
): Promise<ReadInventory> {
  const { wanted } = await services.reading();
  const opened = withoutSecrets(await readImage(image));
  const inventory = await imageInventory(wanted, { image, opened, kind });
  return { inventory, isVerified: opened.verified };
}

async function imageInventory(
  wanted: Wanted,
  { image, opened, kind }: { image: ListedImage; opened: OpenedImage; kind: TargetKind },
): Promise<Inventory> {
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
      ...(asksSecrets ? settingIssues(image.describe()) : []),
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
  wanted: Wanted,
  read: (aliases?: Aliases) => LayerRecord | Promise<LayerRecord>,
  target: { kind: TargetKind; name: string; digest: string | null },
): Promise<Taken> {
  const contents = {
    records: [await read()],
    layers: [null] as readonly (Layer | null)[],
    reread: async (_layer: number, aliases: Aliases) => read(aliases),
  };
  const believesInstalled = target.kind !== 'dir';
  const found = await inventoryOf(contents, { wanted, believesInstalled });
  const inventory: Inventory = {
    target: { ...target, platform: null, os: describeOs(found.distribution), layers: [] },
    packages: found.packages,
    unknowns: found.unknowns,
    distribution: found.distribution,
    issues: fileIssues(found.issues, contents.layers),
  };
  return { inventory, key: null };
}
