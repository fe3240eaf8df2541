// What is in an image, as a fleet keeps it: told by the node that has it, or found by a server that
// pulled it because no node scanned it.
import { SeaworthyError } from '../base/error.ts';
import { parseReference } from '../host/registry/index.ts';
import type { FleetInventory } from '../model/fleet.ts';
import type { Inventory } from '../model/report.ts';
import type { FleetImage } from '../store/fleet/index.ts';
import { namesOf } from './ran-images.ts';
import { imageInventories } from './remote.ts';
import type { Services } from './services.ts';

/** The inventory of an image without what only reports need. */
export function fleetInventory(
  { id, reference, digest }: FleetImage,
  { distribution, packages }: Inventory,
): FleetInventory {
  return {
    kind: 'inventory',
    imageId: id,
    reference,
    digest,
    distribution,
    packages: packages.map((found) => ({
      found: { ...found, licences: [], locations: [] },
      knownAs: namesOf(found).map((name) => name.toLowerCase()),
    })),
  };
}

/**
 * Pulls an image from its registry and reads it. Nodes name images, and a node may be a stranger's: only
 * registries that the operator named are spoken to.
 *
 * @param registries hosts with their ports, `docker.io` among them for names without a host
 * @throws SeaworthyError `denied` for another registry, `digest-mismatch` where the name means another
 * image by now, and what pulling throws
 */
export async function scanForFleet(
  services: Services,
  image: FleetImage,
  registries: readonly string[],
): Promise<FleetInventory> {
  const { registry, repository } = parseReference(image.reference ?? '');
  if (!registries.includes(registry)) {
    throw new SeaworthyError('denied', `${registry} is no registry that is pulled from`, {
      advice: `start the server with --scan ${registry}`,
    });
  }
  // The digest is the image; a tag may have moved.
  const isExact = image.digest !== null && /^sha256:[0-9a-f]{64}$/.test(image.digest);
  const name = isExact ? `${registry}/${repository}@${image.digest}` : (image.reference ?? '');
  const [taken] = await imageInventories(
    services,
    { kind: 'registry', name, text: name },
    { platform: null, verifyDigests: false, offline: false },
  );
  if (taken === undefined) throw new SeaworthyError('not-found', `${name} holds no image`);
  const { inventory } = taken;
  // Docker names an image by its configuration, containerd by its manifest: either proves what was read.
  const isMeant = inventory.target.digest === image.id || (isExact && image.digest === image.id);
  if (!isMeant) {
    throw new SeaworthyError('digest-mismatch', `${name} is another image than the one that ran`);
  }
  return fleetInventory(image, inventory);
}
