// An image in an OCI layout (folder or archive) as a source of signatures: everything that its index
// lists is looked at, whatever it is called, so that `cosign save` and copies of referrers both work.
import { SeaworthyError } from '../../base/error.ts';
import {
  checkDigest,
  type Descriptor,
  type FetchedManifest,
  hostPlatform,
  type ImageIndex,
  type IndexEntry,
  parseManifest,
  platformText,
} from '../../host/registry/index.ts';
import type { BlobStore } from '../../inventory/image/index.ts';
import type { Digest } from '../../model/image.ts';
import { type ImageSubject, isSignatureLayer, normalName } from '../../trust/index.ts';
import { tooLarge } from './registry-source.ts';
import type { Resolved, TrustSource } from './source.ts';

export interface LayoutOptions {
  /** As the user wrote it. */
  readonly text: string;
  /** A reference name or digest inside the layout; null when it holds one image. */
  readonly reference: string | null;
  /** `os/architecture[/variant]`; null for this machine's. */
  readonly platform: string | null;
}

/** Entries of one layout that are looked at. */
const entriesOfLayout = 1000;

const names = ['org.opencontainers.image.ref.name', 'io.containerd.image.name'] as const;

/** The layout behind `store` as a source; it is read when asked. Errors of `resolve`: `usage`, `not-found`. */
export function layoutSource(store: BlobStore, options: LayoutOptions): TrustSource {
  const read = (digest: Digest): FetchedManifest => {
    const bytes = store.document(pathOf(digest));
    checkDigest(bytes, digest, `${digest} in ${store.name}`);
    return { digest, bytes, content: parseManifest(bytes, { name: digest, contentType: null }) };
  };
  let resolved: Resolved | null = null;
  return {
    reference: options.text,
    name: nameOf(options.reference),
    // The index is read when asked, so that its faults are answers.
    resolve: () =>
      Promise.try(() => {
        resolved ??= resolveLayout(store, read, options);
        return resolved;
      }),
    tagged: () => Promise.resolve(null),
    manifest: (digest) => Promise.try(() => read(digest)),
    referrers: () => Promise.resolve([]),
    blob: (descriptor, most) =>
      Promise.try(() => {
        if (descriptor.size > most) throw tooLarge(descriptor.digest, descriptor.size);
        const bytes = store.document(pathOf(descriptor.digest));
        checkDigest(bytes, descriptor.digest, `${descriptor.digest} in ${store.name}`);
        return bytes;
      }),
    close: () => store.close(),
  };
}

/** A layout's names are full references with some tools, and bare tags with others. */
function nameOf(reference: string | null): string | null {
  return reference?.includes('/') === true ? normalName(reference) : null;
}

function pathOf(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

type Read = (digest: Digest) => FetchedManifest;

function resolveLayout(store: BlobStore, read: Read, options: LayoutOptions): Resolved {
  const root = parseManifest(store.document('index.json'), {
    name: `index.json of ${store.name}`,
    contentType: 'application/vnd.oci.image.index.v1+json',
  });
  if (root.kind === 'manifest') throw new SeaworthyError('malformed', 'index.json is no index');
  const entries = root.entries.slice(0, entriesOfLayout);
  const images: IndexEntry[] = [];
  const others: IndexEntry[] = [];
  for (const entry of entries) (isImage(read, entry) ? images : others).push(entry);
  const chosen = chooseImage(images, store, options);
  const outer = read(chosen.digest);
  if (outer.content.kind === 'manifest') {
    const { digest, bytes } = outer;
    return { subjects: [{ digest, role: 'manifest', bytes }], others };
  }
  const inner = chooseManifest(outer.content, store, options);
  const subjects: ImageSubject[] = [{ digest: outer.digest, role: 'index', bytes: outer.bytes }];
  if (inner !== null && store.has(pathOf(inner.digest))) {
    const { digest, bytes } = read(inner.digest);
    subjects.push({ digest, role: 'manifest', bytes });
  }
  const attestations = outer.content.entries.filter((entry) => isAttestation(entry));
  return { subjects, others: [...others, ...attestations] };
}

/** What holds a signature, refers to something, or is an artifact is no image. */
function isImage(read: Read, entry: IndexEntry): boolean {
  const kind = entry.annotations.get('kind') ?? '';
  if (kind.endsWith('/sigs') || kind.endsWith('/atts')) return false;
  if (names.some((name) => /sha256-[0-9a-f]{64}/.test(entry.annotations.get(name) ?? ''))) {
    return false;
  }
  try {
    const { content } = read(entry.digest);
    if (content.kind === 'index') return true;
    const { artifactType, subject, layers } = content;
    if (artifactType !== null || subject !== null) return false;
    return !layers.some(({ mediaType }) => isSignatureLayer(mediaType, null));
  } catch {
    return false;
  }
}

function chooseImage(
  images: readonly IndexEntry[],
  store: BlobStore,
  { reference }: LayoutOptions,
): IndexEntry {
  const fitting = images.filter(({ annotations, digest }) => {
    if (reference === null || digest === reference) return true;
    return names.some((name) => {
      const told = annotations.get(name);
      return told === reference || told?.endsWith(`:${reference}`) === true;
    });
  });
  const [only, ...more] = fitting;
  if (only !== undefined && more.every(({ digest }) => digest === only.digest)) return only;
  const known = images.map(({ annotations, digest }) => annotations.get(names[0]) ?? digest);
  throw new SeaworthyError(
    only === undefined ? 'not-found' : 'usage',
    only === undefined
      ? `${store.name} does not hold ${reference ?? 'an image'}`
      : `${store.name} holds ${fitting.length} images`,
    {
      advice:
        known.length === 0
          ? 'give another layout'
          : `name one behind a colon: ${known.slice(0, 8).join(', ')}`,
    },
  );
}

function isAttestation({ annotations, platform }: IndexEntry): boolean {
  return annotations.has('vnd.docker.reference.type') || platform?.os === 'unknown';
}

/** The manifest for the platform, when the index has one; an index alone can be verified too. */
function chooseManifest(
  index: ImageIndex,
  store: BlobStore,
  { platform }: LayoutOptions,
): Descriptor | null {
  const images = index.entries.filter((entry) => !isAttestation(entry));
  const wanted = platform ?? platformText(hostPlatform());
  const found = images.find((entry) => {
    const { os = '', architecture = '', variant = null } = entry.platform ?? {};
    const told = `${os}/${architecture}`;
    return told === wanted || `${told}/${variant ?? ''}` === wanted;
  });
  if (found !== undefined) return found;
  if (platform !== null) {
    throw new SeaworthyError('not-found', `${store.name} has no image for ${platform}`);
  }
  const [only, ...more] = images;
  return only !== undefined && more.length === 0 ? only : null;
}
