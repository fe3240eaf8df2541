// An image that was opened: its description and the record of every layer, bottom first.
import { messageOf, SeaworthyError } from '../../base/error.ts';
import type { Digest, ImageConfig, Layer } from '../../model/image.ts';
import type { Unknown } from '../../model/unknown.ts';
import type { Aliases } from './aliases.ts';
import type { BlobStore, ReadLayer } from './blob-store.ts';
import type { ParsedConfig } from './config.ts';
import { emptyRecord, type LayerRecord, RecordBudget } from './layer-record.ts';

export interface OpenedImage {
  /** As the image calls itself: a tag, or the name of the archive. */
  readonly name: string;
  /** Image ID: the digest of its config. */
  readonly digest: Digest;
  readonly platform: string | null;
  readonly config: ImageConfig | null;
  readonly layers: readonly Layer[];
  /** Parallel to `layers`. */
  readonly records: readonly LayerRecord[];
  readonly unknowns: readonly Unknown[];
  /** Every layer was hashed and is what the config says (or was so when it was remembered). */
  readonly verified: boolean;
  /** Reads single files of one layer once more, under other names (see aliases.ts). */
  reread(layer: number, aliases: Aliases): Promise<LayerRecord>;
}

/** A layer as the manifest lists it, before it is read. */
export interface ListedLayer {
  readonly path: string;
  /** Digest of the stored blob, when the manifest gives it. */
  readonly digest: Digest | null;
  readonly size: number | null;
  /** Foreign layers may be absent: they are fetched from elsewhere at pull time. */
  readonly foreign: boolean;
  /** The manifest calls it compressed; absent where manifests do not tell. */
  readonly compressed?: boolean;
}

/** What the manifest and the config of an image say. */
export interface ImageDescription {
  /** Image ID: the digest of its config. */
  readonly digest: Digest;
  readonly parsed: ParsedConfig;
  readonly listed: readonly ListedLayer[];
}

/** An image as a place lists it. */
export interface ListedImage {
  readonly name: string;
  /** Tells the very file that describes it, in this state, from any other; null where there is none. */
  readonly identity: string | null;
  readonly store: BlobStore;
  /** Reads and checks manifest and config, the first time. Throws `SeaworthyError`. */
  describe(): ImageDescription;
}

/** A listed image whose description is read when somebody asks, once. */
export function listedImage(
  { name, identity, store }: Pick<ListedImage, 'name' | 'identity' | 'store'>,
  read: () => ImageDescription,
): ListedImage {
  let known: ImageDescription | null = null;
  return { name, identity, store, describe: () => (known ??= read()) };
}

/** Layers that are inflated side by side: one a core on the small machines that CI has. */
const layersAtOnce = 2;

/**
 * Reads all layers. A layer that is missing, cut off or not what its digest says ends the scan with
 * one error that names it: an image of which a part is unread must not be called safe.
 */
export async function readImage(options: ListedImage): Promise<OpenedImage> {
  const { name } = options;
  const { parsed, listed, digest } = options.describe();
  const { diffIds } = parsed;
  if (listed.length !== diffIds.length) {
    throw new SeaworthyError(
      'malformed',
      `${name}: the manifest lists ${listed.length} layers, the config ${diffIds.length}`,
      { advice: 'export the image again' },
    );
  }
  const unknowns: Unknown[] = [];
  const read = await readAll(options, unknowns);
  return {
    name,
    digest,
    platform: parsed.platform,
    config: parsed.config,
    layers: diffIds.map((diffId, index) => ({
      digest: read[index]?.digest ?? listed[index]?.digest ?? null,
      diffId,
      createdBy: parsed.createdBy[index] ?? null,
      size: read[index]?.size ?? listed[index]?.size ?? 0,
    })),
    records: read.map((layer) => layer.record),
    unknowns,
    verified: read.every((layer) => layer.diffId !== null),
    async reread(layer, aliases) {
      const { path } = listed[layer] as ListedLayer;
      const diffId = diffIds[layer] as Digest;
      return (await options.store.layer({ path, diffId, aliases })).record;
    },
  };
}

async function readAll(options: ListedImage, unknowns: Unknown[]): Promise<ReadLayer[]> {
  const { listed, parsed } = options.describe();
  const read: ReadLayer[] = Array.from({ length: listed.length });
  const failures: { readonly line: string; readonly isLimit: boolean }[] = [];
  const budget = new RecordBudget();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < listed.length && failures.length === 0) {
      const index = next;
      next += 1;
      const layer = listed[index] as ListedLayer;
      const diffId = parsed.diffIds[index] as Digest;
      if (layer.foreign && !options.store.has(layer.path)) {
        unknowns.push({
          path: '',
          layer: diffId,
          reason: 'a foreign layer that the image leaves out',
        });
        read[index] = emptyLayer(diffId);
        continue;
      }
      try {
        read[index] = checked(
          await options.store.layer({ path: layer.path, diffId }),
          layer,
          diffId,
        );
        budget.add(read[index].record);
      } catch (error) {
        if (!(error instanceof SeaworthyError)) throw error;
        const line = failureLine(options, index, error);
        failures.push({ line, isLimit: error.code === 'limit' });
      }
    }
  };
  await Promise.all(Array.from({ length: layersAtOnce }, work));
  const [failure] = failures;
  if (failure !== undefined) {
    const others = read.flatMap((layer, index) => (layer === undefined ? [] : [index + 1]));
    const done = others.length === 0 ? 'No layer was read' : `Layers read: ${others.join(', ')}`;
    const help = failure.isLimit ? 'unpack it and scan the folder' : 'copy the image again';
    throw new SeaworthyError(failure.isLimit ? 'limit' : 'malformed', failure.line, {
      advice: `${help}. ${done}; nothing was reported as safe`,
    });
  }
  return read;
}

function failureLine(image: ListedImage, index: number, error: unknown): string {
  const { name } = image;
  const short = (image.describe().parsed.diffIds[index] ?? '').slice(0, 19);
  return `${name}: layer ${index + 1} (${short}…) ${messageOf(error)}`;
}

/** Both digests must hold: of the blob (manifest) and of the tar inside (config). */
function checked(layer: ReadLayer, listed: ListedLayer, diffId: Digest): ReadLayer {
  const broken = layer.record.unknowns.find((unknown) => unknown.path === '');
  if (broken !== undefined && layer.record.entryCount === 0) {
    throw new SeaworthyError('malformed', broken.reason.replace(/^the layer /, ''));
  }
  if (
    listed.digest?.startsWith('sha256:') &&
    layer.digest !== null &&
    layer.digest !== listed.digest
  ) {
    throw new SeaworthyError(
      'digest-mismatch',
      `has the digest ${layer.digest}, not the listed one`,
    );
  }
  if (diffId.startsWith('sha256:') && layer.diffId !== null && layer.diffId !== diffId) {
    if (broken !== undefined) {
      throw new SeaworthyError('malformed', broken.reason.replace(/^the layer /, ''));
    }
    throw new SeaworthyError(
      'digest-mismatch',
      `holds other content (${layer.diffId}) than the config says`,
    );
  }
  return layer;
}

function emptyLayer(diffId: Digest): ReadLayer {
  return { record: emptyRecord(), diffId, digest: null, size: 0 };
}
