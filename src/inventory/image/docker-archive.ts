// `docker save` archives: manifest.json names the config and the layers of each image. Docker 25
// and later add an OCI layout to the same archive; manifest.json is then still there and enough.
import { sha256Hex } from '../../base/digest.ts';
import { SeaworthyError } from '../../base/error.ts';
import { asArray, asString, field, parseJson, stringField } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { BlobStore } from './blob-store.ts';
import { parseConfig } from './config.ts';
import { type ImageDescription, type ListedImage, type ListedLayer, listedImage } from './image.ts';

interface ManifestEntry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * The images of an archive, each config once. Throws `SeaworthyError` when it is none.
 * @param wanted a tag or image ID prefix that selects one image, or null for all
 */
export function listDockerArchive(store: BlobStore, wanted: string | null): ListedImage[] {
  const entries = manifestEntries(store);
  const selected = wanted === null ? entries : entries.filter((entry) => isWanted(entry, wanted));
  if (selected.length === 0) {
    const known = entries.flatMap((entry) => entry.tags).slice(0, 10);
    throw new SeaworthyError(
      'not-found',
      `${store.name} holds no image ${wanted ?? ''}`.trimEnd(),
      {
        advice: known.length === 0 ? 'save it again' : `it holds ${known.join(', ')}`,
      },
    );
  }
  const images: ListedImage[] = [];
  const seen = new Set<string>();
  for (const entry of selected) {
    if (seen.has(entry.config)) continue;
    seen.add(entry.config);
    images.push(listOne(store, entry, selected.length));
  }
  return images;
}

function listOne(store: BlobStore, entry: ManifestEntry, siblings: number): ListedImage {
  const name = entry.tags[0] ?? (siblings === 1 ? store.name : `${store.name}:${entry.config}`);
  const identity = store.identityOf(entry.config);
  return listedImage({ name, identity, store }, () => describe(store, entry));
}

function describe(store: BlobStore, entry: ManifestEntry): ImageDescription {
  const bytes = store.document(entry.config);
  return {
    digest: `sha256:${sha256Hex(bytes)}`,
    parsed: parseConfig(new TextDecoder().decode(bytes), `${entry.config} in ${store.name}`),
    listed: entry.layers.map(
      (path): ListedLayer => ({ path, digest: null, size: null, foreign: false }),
    ),
  };
}

function manifestEntries(store: BlobStore): ManifestEntry[] {
  const parsed = parseJson(new TextDecoder().decode(store.document('manifest.json')));
  if (!parsed.ok) throw badManifest(store, parsed.reason);
  const entries = asArray(parsed.value).map((value) => ({
    config: stringField(value, 'Config') ?? '',
    tags: strings(field(value, 'RepoTags')),
    layers: strings(field(value, 'Layers')),
  }));
  if (entries.length === 0) throw badManifest(store, 'it lists no image');
  for (const entry of entries) {
    if (entry.config === '') throw badManifest(store, 'an image has no Config');
    if (entry.layers.length > limits.imageLayers) {
      throw badManifest(store, `an image lists ${entry.layers.length} layers`);
    }
  }
  return entries;
}

function badManifest(store: BlobStore, why: string): SeaworthyError {
  return new SeaworthyError('malformed', `manifest.json in ${store.name} cannot be used: ${why}`, {
    advice: 'save the image again',
  });
}

function strings(value: unknown): string[] {
  return asArray(value).flatMap((item) => asString(item) ?? []);
}

function isWanted(entry: ManifestEntry, wanted: string): boolean {
  const id = wanted.replace(/^sha256:/, '');
  const config = entry.config.replace(/^.*\//, '');
  const short = shortName(wanted);
  return (
    entry.tags.some((tag) => shortName(tag) === short) || (id.length >= 6 && config.startsWith(id))
  );
}

/** `docker.io/library/alpine` and `alpine:latest` are one name: skopeo writes the long, docker the short. */
function shortName(reference: string): string {
  const name = reference.replace(/^docker\.io\//, '').replace(/^library\//, '');
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}
