// The images of an archive that is open, or has passed by as a stream, as inventories.
import { SeaworthyError } from '../base/error.ts';
import { type BlobStore, listDockerArchive, listOciLayout } from '../inventory/image/index.ts';
import { inventoriesOf } from './known-inventory.ts';
import type { Services } from './services.ts';
import type { Taken } from './taken.ts';

interface ArchiveRequest {
  readonly isDocker: boolean;
  readonly reference: string | null;
  readonly platform: string | null;
}

/** The inventories of an archive that is open, or has passed by. Throws `SeaworthyError`. */
export async function storedInventories(
  services: Services,
  store: BlobStore,
  { isDocker, reference, platform }: ArchiveRequest,
): Promise<Taken[]> {
  if (!isDocker && !store.has('index.json')) {
    const { name } = store;
    throw new SeaworthyError('malformed', `${name} holds neither manifest.json nor index.json`, {
      advice: 'give a file made by `docker save`, `skopeo copy`, `podman save` or `buildah push`',
    });
  }
  const listed = isDocker
    ? listDockerArchive(store, reference)
    : listOciLayout(store, { reference, platform });
  return inventoriesOf(services, listed, isDocker ? 'docker-archive' : 'oci-archive');
}
