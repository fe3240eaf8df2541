// OCI image layouts, as folders and archives (OCI image spec v1.1: Image Layout, Image Index,
// Image Manifest), with Docker's v2 schema 2 media types, nested indexes and several platforms.
import { createHash } from 'node:crypto';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { asArray, asNumber, field, parseJson, stringField } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Digest } from '../../model/image.ts';
import type { BlobStore } from './blob-store.ts';
import { isDigest, parseConfig } from './config.ts';
import { type ImageDescription, type ListedImage, type ListedLayer, listedImage } from './image.ts';

export interface OciSelection {
  /** `org.opencontainers.image.ref.name` or a manifest digest; null for every image. */
  readonly reference: string | null;
  /** `os/architecture[/variant]`; null for this machine's. */
  readonly platform: string | null;
}

interface Candidate {
  readonly digest: Digest;
  readonly platform: string | null;
  readonly reference: string | null;
}

const attestation = 'attestation-manifest';

/** The images of a layout, one for each reference name. Throws `SeaworthyError` when there is none. */
export function listOciLayout(store: BlobStore, selection: OciSelection): ListedImage[] {
  const candidates: Candidate[] = [];
  collect(store, {
    document: readJson(store, 'index.json', null),
    depth: 0,
    reference: null,
    seen: new Set(),
    candidates,
  });
  const wanted = candidates.filter(
    ({ reference, digest }) =>
      selection.reference === null ||
      reference === selection.reference ||
      reference?.endsWith(`:${selection.reference}`) === true ||
      digest === selection.reference,
  );
  return onePerReference(store, wanted, selection).map((one) => listManifest(store, one));
}

interface Collecting {
  readonly document: unknown;
  readonly depth: number;
  readonly reference: string | null;
  readonly seen: Set<Digest>;
  readonly candidates: Candidate[];
}

/** Flattens nested indexes; a digest met twice (a loop, a repeated entry) is followed once. */
function collect(store: BlobStore, index: Collecting): void {
  const manifests = asArray(field(index.document, 'manifests'));
  for (const descriptor of manifests.slice(0, limits.archiveMembers)) {
    const digest = stringField(descriptor, 'digest');
    if (!isDigest(digest) || index.seen.has(digest)) continue;
    index.seen.add(digest);
    const annotations = field(descriptor, 'annotations');
    const reference =
      stringField(annotations, 'org.opencontainers.image.ref.name') ?? index.reference;
    if (stringField(annotations, 'vnd.docker.reference.type') === attestation) continue;
    const mediaType = stringField(descriptor, 'mediaType') ?? '';
    if (mediaType.includes('index') || mediaType.includes('manifest.list')) {
      if (index.depth + 1 >= limits.indexDepth) {
        throw new SeaworthyError(
          'limit',
          `${store.name}: indexes are nested deeper than ${limits.indexDepth}`,
        );
      }
      const document = readJson(store, blobPath(digest), digest);
      collect(store, { ...index, document, depth: index.depth + 1, reference });
    } else {
      const platform = platformOf(field(descriptor, 'platform'));
      if (platform !== 'unknown/unknown') index.candidates.push({ digest, platform, reference });
    }
  }
}

function platformOf(value: unknown): string | null {
  const os = stringField(value, 'os');
  const architecture = stringField(value, 'architecture');
  const variant = stringField(value, 'variant');
  if (os === null || architecture === null) return null;
  return [os, architecture, variant].filter(Boolean).join('/');
}

function onePerReference(
  store: BlobStore,
  candidates: readonly Candidate[],
  selection: OciSelection,
): Candidate[] {
  const groups = Map.groupBy(candidates, (candidate) => candidate.reference);
  const platform = selection.platform ?? hostPlatform();
  const chosen: Candidate[] = [];
  for (const group of groups.values()) {
    const fitting = group.filter((candidate) => fits(candidate.platform, platform));
    if (fitting.length > 0)
      chosen.push(...fitting.slice(0, fitting[0]?.platform === null ? undefined : 1));
    // A single image is meant whatever it was built for; a choice must be made by the user.
    else if (group.length === 1 && selection.platform === null) chosen.push(...group);
  }
  if (chosen.length > 0) return chosen;
  const known = [...new Set(candidates.map((candidate) => candidate.platform ?? 'unknown'))];
  const what = selection.reference ?? `an image for ${platform}`;
  throw new SeaworthyError('not-found', `${store.name} does not hold ${what}`, {
    advice:
      known.length === 0 ? 'give another file' : `choose with --platform: ${known.join(', ')}`,
  });
}

function fits(candidate: string | null, wanted: string): boolean {
  return candidate === null || candidate === wanted || candidate.startsWith(`${wanted}/`);
}

/** `linux/<this machine's architecture>` in the words of Go, which image indexes use. */
function hostPlatform(architecture: string = process.arch): string {
  const names: Record<string, string> = { x64: 'amd64', ia32: '386' };
  return `linux/${names[architecture] ?? architecture}`;
}

function listManifest(store: BlobStore, { digest, reference }: Candidate): ListedImage {
  const name = reference ?? store.name;
  const identity = store.identityOf(blobPath(digest));
  return listedImage({ name, identity, store }, () => describe(store, digest, name));
}

function describe(store: BlobStore, digest: Digest, name: string): ImageDescription {
  const manifest = readJson(store, blobPath(digest), digest);
  const config = field(manifest, 'config');
  const configDigest = stringField(config, 'digest');
  const mediaType = stringField(config, 'mediaType') ?? '';
  if (!isDigest(configDigest) || !/image\.config|container\.image\.v1\+json/.test(mediaType)) {
    const kind = stringField(manifest, 'artifactType') ?? (mediaType || 'no config');
    throw new SeaworthyError(
      'unsupported',
      `${name} in ${store.name} is an artifact (${kind}), not an image`,
      {
        advice: 'name an image',
      },
    );
  }
  const bytes = verified(store, blobPath(configDigest), configDigest);
  return {
    digest: configDigest,
    parsed: parseConfig(new TextDecoder().decode(bytes), `the config of ${name}`),
    listed: asArray(field(manifest, 'layers'))
      .slice(0, limits.imageLayers + 1)
      .map(listedLayer),
  };
}

/** @internal shared with the registry source: one layer descriptor of a manifest */
export function listedLayer(descriptor: unknown): ListedLayer {
  const digest = stringField(descriptor, 'digest');
  if (!isDigest(digest))
    throw new SeaworthyError('malformed', 'a layer of the manifest has no digest');
  const mediaType = stringField(descriptor, 'mediaType') ?? '';
  return {
    path: blobPath(digest),
    digest,
    size: asNumber(field(descriptor, 'size')),
    foreign: mediaType.includes('foreign') || mediaType.includes('nondistributable'),
    // OCI `+gzip` and `+zstd`, Docker `.tar.gzip`.
    compressed: /[.+](?:gzip|zstd)$/.test(mediaType),
  };
}

function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function readJson(store: BlobStore, path: string, digest: Digest | null): unknown {
  const bytes = digest === null ? store.document(path) : verified(store, path, digest);
  const parsed = parseJson(new TextDecoder().decode(bytes));
  if (parsed.ok) return parsed.value;
  throw new SeaworthyError('malformed', `${path} in ${store.name} is no JSON: ${parsed.reason}`, {
    advice: 'copy the image again',
  });
}

function verified(store: BlobStore, path: string, digest: Digest): Uint8Array {
  const bytes = store.document(path);
  const [algorithm = '', expected = ''] = digest.split(':');
  let actual: string;
  try {
    actual = createHash(algorithm).update(bytes).digest('hex');
  } catch (cause) {
    throw new SeaworthyError('unsupported', `the digest ${digest}: ${messageOf(cause)}`, { cause });
  }
  if (actual === expected) return bytes;
  throw new SeaworthyError('digest-mismatch', `${path} in ${store.name} does not have its digest`, {
    advice: 'copy the image again',
  });
}
