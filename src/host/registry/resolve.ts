// From a reference to one manifest: through indexes, nested ones too, to the wanted platform.
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import type { Digest } from '../../model/image.ts';
import { type FetchedManifest, fetchManifest } from './fetch-manifest.ts';
import type { Descriptor, ImageIndex, ImageManifest, IndexEntry } from './manifest.ts';
import { indexTypes } from './media-type.ts';
import { fitness, type Platform, platformText } from './platform.ts';
import { createReference, type ImageReference } from './reference.ts';
import type { Session } from './session.ts';

export interface Resolved {
  readonly fetched: FetchedManifest;
  readonly manifest: ImageManifest;
  /** The outermost index, null when the reference names a manifest. */
  readonly index: FetchedManifest | null;
  /** As the index tells it. */
  readonly platform: Platform | null;
  /** Attestations (provenance, SBOM) of the chosen manifest, as BuildKit adds them to an index. */
  readonly attestations: readonly Descriptor[];
}

/** Indexes fetched on the way: a wide and deep tree must not become thousands of requests. */
const indexesFetched = 16;
/** Platforms named in an error message. */
const platformsTold = 12;

/**
 * Resolves `reference` for `platform`. Errors: `not-found` (no such platform; the advice lists those
 * there are), `limit` (nesting), and those of `fetchManifest`.
 */
export async function resolveManifest(
  session: Session,
  request: { readonly reference: ImageReference; readonly platform: Platform },
): Promise<Resolved> {
  const { reference, platform } = request;
  const root = await fetchManifest(session, reference);
  if (root.content.kind === 'manifest') {
    const none = { index: null, platform: null, attestations: [] };
    return { fetched: root, manifest: root.content, ...none };
  }
  const search: Search = {
    session,
    reference,
    wanted: platform,
    visited: new Set([root.digest]),
    offered: new Set(),
  };
  const found = await searchIndex(search, { index: root.content, depth: 1 });
  if (found !== null) return { ...found, index: root };
  const offered = [...search.offered];
  const listed = offered.slice(0, platformsTold).join(', ');
  const more = offered.length > platformsTold ? ' and others' : '';
  throw new SeaworthyError(
    'not-found',
    `${reference.canonical()} has no image for ${platformText(platform)}`,
    offered.length === 0
      ? { advice: 'the index lists no image at all' }
      : { advice: `choose one of its platforms with --platform: ${listed}${more}` },
  );
}

interface Search {
  readonly session: Session;
  readonly reference: ImageReference;
  readonly wanted: Platform;
  readonly visited: Set<Digest>;
  readonly offered: Set<string>;
}

type Found = Omit<Resolved, 'index'>;

interface Level {
  readonly index: ImageIndex;
  readonly depth: number;
}

async function searchIndex(search: Search, level: Level): Promise<Found | null> {
  const images = level.index.entries.filter((entry) => !isAttestation(entry));
  for (const { platform } of images) {
    if (platform !== null) search.offered.add(platformText(platform));
  }
  for (const entry of candidates(images, search.wanted)) {
    const found = await follow(search, { entry, level });
    if (found !== null) return found;
  }
  return null;
}

/** The entries to try, best first: fitting platforms, then indexes and a lone manifest untold. */
function candidates(images: readonly IndexEntry[], wanted: Platform): readonly IndexEntry[] {
  const fitting = images
    .map((entry) => ({
      entry,
      score: entry.platform === null ? 0 : fitness(entry.platform, wanted),
    }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ entry }) => entry);
  const untold = images.filter(
    (entry) => entry.platform === null && (indexTypes.has(entry.mediaType) || images.length === 1),
  );
  return [...fitting, ...untold];
}

async function follow(
  search: Search,
  step: { readonly entry: IndexEntry; readonly level: Level },
): Promise<Found | null> {
  const { session, reference, visited } = search;
  const { entry, level } = step;
  // No digest can stand inside its own content, but an index may be listed twice: once is enough.
  if (visited.has(entry.digest)) return null;
  if (indexTypes.has(entry.mediaType)) enterIndex(search, level);
  const { registry, repository } = reference;
  const part = createReference({ registry, repository, tag: null, digest: entry.digest });
  const fetched = await fetchManifest(session, part);
  visited.add(entry.digest);
  if (fetched.content.kind === 'index') {
    // The entry may have called it a manifest: the bounds hold all the same.
    if (!indexTypes.has(entry.mediaType)) enterIndex(search, level);
    return searchIndex(search, { index: fetched.content, depth: level.depth + 1 });
  }
  return {
    fetched,
    manifest: fetched.content,
    platform: entry.platform,
    attestations: level.index.entries.filter((other) => attests(other, entry.digest)),
  };
}

function enterIndex(search: Search, level: Level): void {
  const name = search.reference.canonical();
  if (level.depth >= limits.indexDepth) {
    throw new SeaworthyError('limit', `${name} nests indexes deeper than ${limits.indexDepth}`);
  }
  if (search.visited.size > indexesFetched) {
    throw new SeaworthyError('limit', `${name} consists of more than ${indexesFetched} indexes`);
  }
}

const attestationType = 'vnd.docker.reference.type';
const attestationSubject = 'vnd.docker.reference.digest';

/** Manifests about another manifest of the index: not something that runs. */
function isAttestation(entry: IndexEntry): boolean {
  return (
    entry.annotations.get(attestationType) === 'attestation-manifest' ||
    (entry.platform?.os === 'unknown' && entry.platform.architecture === 'unknown')
  );
}

function attests(entry: IndexEntry, digest: Digest): boolean {
  return isAttestation(entry) && entry.annotations.get(attestationSubject) === digest;
}
