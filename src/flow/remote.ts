// Images and containers that are not files: of the local engine, or of a registry.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { containerRootfsPath, type DockerEngine } from '../host/docker/index.ts';
import { openRegistryImage, parseReference, type RemoteImage } from '../host/registry/index.ts';
import {
  type BlobStore,
  listDockerArchive,
  listedImage,
  listedLayer,
  parseConfig,
  readFolder,
  streamedArchive,
} from '../inventory/image/index.ts';
import { inventoriesOf, knownInventory } from './known-inventory.ts';
import { recordInventory } from './read-inventory.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Taken } from './taken.ts';
import type { Target } from './target.ts';

/** An image by its reference: the engine's copy if there is one, else the registry's. */
export async function imageInventories(
  services: Services,
  target: Target,
  request: InventoryRequest,
): Promise<Taken[]> {
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
export async function engineImages(services: Services, reference: string): Promise<Taken[]> {
  const engine = await needEngine(services);
  const inspection = await engine.inspectImage(reference);
  const known = knownInventory(services, inspection.id);
  if (known !== null) {
    const target = { ...known.target, kind: 'docker' as const, name: reference };
    return [{ inventory: { ...known, target }, key: inspection.id }];
  }
  const open = (): AsyncIterable<Uint8Array> =>
    counted(engine.exportImage(reference), (done) =>
      services.progress({ step: reference, done, total: inspection.size, unit: 'bytes' }),
    );
  const analyst = async () => (await services.reading()).analyst;
  const store = await streamedArchive({ name: reference, open, analyst });
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
): Promise<Taken[]> {
  const platform = request.platform === null ? {} : { platform: request.platform };
  const image = await openRegistryImage(parseReference(reference), {
    ...services.registry,
    ...platform,
  });
  const config = new TextDecoder().decode(await image.readConfig());
  const store = remoteStore(services, reference, image);
  const listed = listedImage({ name: reference, identity: null, store }, () => ({
    digest: image.manifest.config.digest,
    parsed: parseConfig(config, `the config of ${reference}`),
    listed: image.manifest.layers.map(listedLayer),
  }));
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
    isOneFile: false,
    identityOf: () => null,
    // Foreign layers lie elsewhere, at addresses that the image chose: they are not fetched.
    has: (path) => byPath.get(path)?.foreign === false,
    document: (path) => {
      throw new SeaworthyError('not-found', `${path} is no document of ${name}`);
    },
    async layer({ path, diffId, aliases }) {
      const { analyst } = await services.reading();
      const known = aliases === undefined ? analyst.cached(diffId) : null;
      if (known !== null) return { record: known, diffId, digest: null, size: null };
      const descriptor = byPath.get(path);
      if (descriptor === undefined)
        throw new SeaworthyError('not-found', `${name} lists no ${path}`);
      const blob = image.openBlob(descriptor, (bytes) => tell(path, bytes));
      return analyst.readStream(blob, { aliases });
    },
    close: () => undefined,
  };
}

/** What is in a container now: its image and everything it changed since. */
export async function containerInventory(services: Services, id: string): Promise<Taken> {
  const engine = await needEngine(services);
  const container = await engine.inspectContainer(id);
  const target = { kind: 'container', name: container.name, digest: container.imageId } as const;
  const { wanted, analyst } = await services.reading();
  const mounted = engine.local ? containerRootfsPath(container) : null;
  if (mounted !== null) {
    const { store, progress } = services;
    return recordInventory(
      wanted,
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
    wanted,
    async (aliases) => {
      const chunks = engine.exportContainer(container.id);
      return (await analyst.readStream(chunks, { aliases })).record;
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
