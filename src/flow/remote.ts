// Images and containers that are not files: of the local engine, or of a registry.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { containerRootfsPath, type DockerEngine } from '../host/docker/index.ts';
import { openRegistryImage, parseReference, type RemoteImage } from '../host/registry/index.ts';
import {
  type BlobStore,
  type ListedImage,
  listDockerArchive,
  listedLayer,
  parseConfig,
  readFolder,
  streamedArchive,
} from '../inventory/image/index.ts';
import type { Inventory } from '../model/report.ts';
import { inventoriesOf, recordInventory } from './known-inventory.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Target } from './target.ts';

/** An image by its reference: the engine's copy if there is one, else the registry's. */
export async function imageInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Inventory[]> {
  if (target.kind === 'image' && (request.platform === null || request.offline)) {
    const engine = await services.engine();
    if (engine !== null && (await holdsImage(engine, target.name))) {
      return engineImages(services, target.name);
    }
  }
  if (request.offline) {
    throw new SeaworthyError(
      'not-found',
      `no local engine holds ${target.name}, and --offline forbids asking its registry`,
      {
        advice: 'pull it first, or scan an archive of it',
      },
    );
  }
  return registryImage(services, target.name, request);
}

async function holdsImage(engine: DockerEngine, reference: string): Promise<boolean> {
  try {
    await engine.inspectImage(reference);
    return true;
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return false;
    throw error;
  }
}

/** An image of the local engine, streamed out of it once in its life. */
export async function engineImages(services: Services, reference: string): Promise<Inventory[]> {
  const engine = await needEngine(services);
  const inspection = await engine.inspectImage(reference);
  const known = services.store.inventory(inspection.id, services.wanted.revision);
  if (known !== null) {
    const { inventory } = known;
    return [{ ...inventory, target: { ...inventory.target, kind: 'docker', name: reference } }];
  }
  const open = (): AsyncIterable<Uint8Array> =>
    counted(engine.exportImage(reference), (done) =>
      services.progress({ step: reference, done, total: inspection.size, unit: 'bytes' }),
    );
  const store = await streamedArchive({ name: reference, open, analyst: services.analyst });
  const listed = listDockerArchive(store, null).map((image) => ({ ...image, name: reference }));
  return inventoriesOf(services, listed, 'docker');
}

async function needEngine(services: Services): Promise<DockerEngine> {
  const engine = await services.engine();
  if (engine !== null) return engine;
  throw new SeaworthyError('not-found', 'no container engine was found on this machine', {
    advice: 'start Docker or Podman, or set DOCKER_HOST',
  });
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  tell: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    tell(bytes);
    yield chunk;
  }
}

async function registryImage(
  services: Services,
  reference: string,
  request: InventoryRequest,
): Promise<Inventory[]> {
  const platform = request.platform === null ? {} : { platform: request.platform };
  const image = await openRegistryImage(parseReference(reference), {
    ...services.registry,
    ...platform,
  });
  const listed: ListedImage = {
    name: reference,
    digest: image.manifest.config.digest,
    parsed: parseConfig(
      new TextDecoder().decode(await image.readConfig()),
      `the config of ${reference}`,
    ),
    listed: image.manifest.layers.map(listedLayer),
    store: remoteStore(services, reference, image),
  };
  return inventoriesOf(services, [listed], 'registry');
}

/** A registry's repository as the place of blobs; layers that are known are not pulled. */
function remoteStore(services: Services, name: string, image: RemoteImage): BlobStore {
  const byPath = new Map(
    image.manifest.layers.map((layer) => [listedLayer(layer).path, layer] as const),
  );
  const total = image.manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  const received = new Map<string, number>();
  const tell = (path: string, bytes: number): void => {
    received.set(path, bytes);
    const done = received.values().reduce((sum, one) => sum + one, 0);
    services.progress({ step: name, done, total, unit: 'bytes' });
  };
  return {
    name,
    identity: null,
    // Foreign layers lie elsewhere, at addresses that the image chose: they are not fetched.
    has: (path) => byPath.get(path)?.foreign === false,
    document: (path) => {
      throw new SeaworthyError('not-found', `${path} is no document of ${name}`);
    },
    async layer({ path, diffId, aliases }) {
      const known = aliases === undefined ? services.analyst.cached(diffId) : null;
      if (known !== null) return { record: known, diffId, digest: null, size: null };
      const descriptor = byPath.get(path);
      if (descriptor === undefined)
        throw new SeaworthyError('not-found', `${name} lists no ${path}`);
      const blob = image.openBlob(descriptor, (bytes) => tell(path, bytes));
      return services.analyst.readStream(blob, { aliases });
    },
    close: () => undefined,
  };
}

/** What is in a container now: its image and everything it changed since. */
export async function containerInventory(services: Services, id: string): Promise<Inventory> {
  const engine = await needEngine(services);
  const container = await engine.inspectContainer(id);
  const target = { kind: 'container', name: container.name, digest: container.imageId } as const;
  const mounted = engine.local ? containerRootfsPath(container) : null;
  if (mounted !== null) {
    const { wanted, store, progress } = services;
    return recordInventory(
      services,
      (aliases) =>
        readFolder({
          folder: mounted,
          wanted,
          spoolFolder: store.spoolFolder,
          skipNames: new Set(),
          onProgress: (done) =>
            progress({ step: container.name, done, total: null, unit: 'files' }),
          ...(aliases === undefined ? {} : { aliases }),
        }),
      target,
    );
  }
  return recordInventory(
    services,
    async (aliases) => {
      const { record } = await services.analyst.readStream(engine.exportContainer(container.id), {
        aliases,
      });
      return record;
    },
    target,
  );
}

/** References of all images of the engine that can be named: what `scan` without a target scans. */
export async function localImages(engine: DockerEngine): Promise<string[]> {
  try {
    const images = await engine.images();
    return images.map((image) => image.repoTags[0] ?? image.id).toSorted();
  } catch (error) {
    throw new SeaworthyError(
      'network',
      `the engine's images cannot be listed: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
