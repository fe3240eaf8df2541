// Images that ran enter the index: their inventory, and which package each file that ran belongs to.
import { fileOwners, type LayerRecord } from '../inventory/image/index.ts';
import type { Package } from '../model/package.ts';
import type { Inventory } from '../model/report.ts';
import type { RecordReader } from '../store/record/index.ts';
import { matchEcosystems } from './ecosystems.ts';
import { takeInventories } from './inventory.ts';
import { knownInventory } from './known-inventory.ts';
import type { Services } from './services.ts';

export interface RanImage {
  /** Packages that were indexed; null when the image could not be read any more. */
  readonly packages: number | null;
  /** Files that ran and are mapped now. */
  readonly mapped: number;
}

/**
 * Takes the inventory of an image that ran (once in its life: the store remembers it) and maps what ran
 * of it. Throws `SeaworthyError` when the engine does not hold it any more and nobody scanned it
 * before. Reads whole layers: call it in a worker or process of low priority, one image at a time.
 */
export async function inventoryRan(
  services: Services,
  record: RecordReader,
  imageId: string,
): Promise<RanImage> {
  const inventory = knownInventory(services, imageId) ?? (await fromEngine(services, imageId));
  if (inventory === undefined) return { packages: null, mapped: 0 };
  indexInventory(record, imageId, inventory);
  return { packages: inventory.packages.length, mapped: await mapRan(services, record, imageId) };
}

/** Images looked up before one question is answered. */
const indexedAtOnce = 500;

/**
 * Indexes images that ran and that were scanned before they ran, or by another process meanwhile: the
 * store has their inventories. Reads no layer. @returns how many images it was
 */
export async function indexKnown(services: Services, record: RecordReader): Promise<number> {
  let indexed = 0;
  for (const { imageId } of record.unindexed(indexedAtOnce)) {
    const known = knownInventory(services, imageId);
    if (known === null) continue;
    indexInventory(record, imageId, known);
    await mapRan(services, record, imageId);
    indexed += 1;
  }
  return indexed;
}

async function fromEngine(services: Services, imageId: string): Promise<Inventory | undefined> {
  const target = { kind: 'docker' as const, name: imageId, text: `docker:${imageId}` };
  const request = { platform: null, verifyDigests: false, offline: true };
  const [taken] = await takeInventories(services, target, request);
  return taken?.inventory;
}

/** Enters the packages of an image; one that is there already stays as it is. */
export function indexInventory(record: RecordReader, imageId: string, inventory: Inventory): void {
  record.indexImage({
    imageId,
    digest: null,
    reference: inventory.target.name,
    distribution: inventory.distribution,
    packages: inventory.packages.map((found) => ({ found, knownAs: namesOf(found) })),
  });
}

/** Every name under which an advisory or a person may ask for it. */
export function namesOf(found: Package): readonly string[] {
  const { name, namespace, source } = found;
  return [
    name,
    ...(namespace === null ? [] : [`${namespace}/${name}`]),
    ...(source === null ? [] : [source.name]),
    matchEcosystems.advisoryName(found),
  ];
}

/** Maps files that ran to packages, from the records of its layers. @returns how many */
export async function mapRan(
  services: Services,
  record: RecordReader,
  imageId: string,
): Promise<number> {
  const inventory = knownInventory(services, imageId);
  if (inventory === null) return 0;
  const { analyst } = await services.reading();
  const { layers } = inventory.target;
  const records: LayerRecord[] = [];
  for (const { diffId } of layers) {
    const layer = analyst.cached(diffId);
    // Without all layers nobody can say whose a file is: it stays unmapped.
    if (layer === null) return 0;
    records.push(layer);
  }
  const { distribution, packages } = inventory;
  return record.mapFiles(imageId, fileOwners({ records, layers, distribution, packages }));
}
