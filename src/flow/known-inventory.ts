// The inventory of an image: out of the store where it is known, else read.
import { expectLayers, type ListedImage } from '../inventory/image/index.ts';
import type { TargetKind } from '../model/image.ts';
import type { Inventory } from '../model/report.ts';
import type { Services } from './services.ts';
import type { Taken } from './taken.ts';

/** One inventory for each listed image. */
export async function inventoriesOf(
  services: Services,
  listed: readonly ListedImage[],
  kind: TargetKind,
): Promise<Taken[]> {
  const inventories: Taken[] = [];
  for (const image of listed) inventories.push(await knownOrRead(services, image, kind));
  return inventories;
}

/** The inventory of an image of this digest, as far as it was ever taken. */
export function knownInventory(
  { store, revision }: Pick<Services, 'store' | 'revision'>,
  key: string,
): Inventory | null {
  return store.inventory(key, revision)?.inventory ?? null;
}

async function knownOrRead(
  services: Services,
  image: ListedImage,
  kind: TargetKind,
): Promise<Taken> {
  const { name } = image;
  const known = seenHere(services, image) ?? seenAnywhere(services, image);
  if (known !== null) {
    const { inventory, key } = known;
    return { key, inventory: { ...inventory, target: { ...inventory.target, kind, name } } };
  }
  expectLayers(image.describe().listed);
  const { readInventory } = await import('./read-inventory.ts');
  const { inventory, isVerified } = await readInventory(services, image, kind);
  const { digest } = image.describe();
  // Content that was not hashed may speak only for the file that it came from.
  const key = keyOf(image, isVerified ? digest : null);
  if (key !== null) {
    const firstSeen = services.now().toISOString();
    services.store.putInventory(key, services.revision, { inventory, firstSeen });
    remember(services, image, key);
  }
  return { inventory, key };
}

/** Null for what must not be remembered. @param digest that of the image, if all of it was hashed */
function keyOf({ store, identity }: ListedImage, digest: string | null): string | null {
  if (store.isIncomplete === true) return null;
  return digest ?? (store.isOneFile ? identity : null);
}

/** The same file again, unchanged: not even its manifest is read. */
function seenHere(services: Services, { identity }: ListedImage): Taken | null {
  if (identity === null) return null;
  const key = services.store.answers.get(`image ${identity}`);
  if (key === null) return null;
  return taken(services, new TextDecoder().decode(key));
}

/** The same image out of another place. */
function seenAnywhere(services: Services, image: ListedImage): Taken | null {
  const { digest } = image.describe();
  const known = taken(services, digest);
  if (known !== null) remember(services, image, digest);
  return known;
}

function taken(services: Services, key: string): Taken | null {
  const inventory = knownInventory(services, key);
  return inventory === null ? null : { inventory, key };
}

function remember({ store }: Services, { identity }: ListedImage, key: string): void {
  if (identity !== null) store.answers.put(`image ${identity}`, new TextEncoder().encode(key));
}
