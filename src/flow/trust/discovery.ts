// Everything that may be a signature or attestation of an image, in all the shapes in which tools store
// them: cosign's tags, OCI 1.1 referrers, their fallback tag, layouts. Bounded, and nothing is followed
// twice.
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import type { Descriptor, FetchedManifest } from '../../host/registry/index.ts';
import type { Digest } from '../../model/image.ts';
import type { StorageShape } from '../../model/trust.ts';
import { type FoundLayer, inTotoType, isSignatureLayer } from '../../trust/index.ts';
import type { Resolved, TrustSource } from './source.ts';

export interface Discovered {
  readonly layers: readonly FoundLayer[];
  /** What was not looked at, in plain sentences. */
  readonly unknowns: readonly string[];
  /** Something could not be asked: that nothing was found may not be true. */
  readonly failure: SeaworthyError | null;
}

/** Looks for signatures of all subjects. Throws only on abort. */
export async function discover(source: TrustSource, resolved: Resolved): Promise<Discovered> {
  const search: Search = {
    source,
    unknowns: new Set(),
    seen: new Set(),
    layers: [],
    bytes: 0,
    failure: null,
  };
  const digests = resolved.subjects.map(({ digest }) => digest);
  const listed = await Promise.all(digests.map((digest) => candidatesOf(search, digest)));
  const others = resolved.others.map((descriptor): Candidate => {
    const shape = source.name === null ? 'layout' : 'index';
    return { shape, descriptor, manifest: null };
  });
  const candidates = [...listed.flat(), ...others].filter(({ descriptor, manifest }) => {
    const digest = manifest?.digest ?? descriptor?.digest ?? '';
    if (search.seen.has(digest)) return false;
    search.seen.add(digest);
    return true;
  });
  if (candidates.length > limits.trustManifests) {
    const left = candidates.length - limits.trustManifests;
    search.unknowns.add(
      `${left} of ${candidates.length} manifests with signatures were not looked at`,
    );
  }
  const read = candidates.slice(0, limits.trustManifests).map((one) => readCandidate(search, one));
  // Their order decides what is verified first: it must not depend on the network.
  for (const layers of await Promise.all(read)) search.layers.push(...layers);
  const { layers, unknowns, failure } = search;
  if (layers.length > limits.trustSignatures) {
    unknowns.add(`${layers.length - limits.trustSignatures} signatures were not verified`);
  }
  return { layers: layers.slice(0, limits.trustSignatures), unknowns: [...unknowns], failure };
}

interface Search {
  readonly source: TrustSource;
  readonly unknowns: Set<string>;
  readonly seen: Set<Digest>;
  readonly layers: FoundLayer[];
  bytes: number;
  failure: SeaworthyError | null;
}

interface Candidate {
  readonly shape: StorageShape;
  /** Null when the manifest is at hand. */
  readonly descriptor: Descriptor | null;
  readonly manifest: FetchedManifest | null;
}

async function candidatesOf(search: Search, digest: Digest): Promise<Candidate[]> {
  const tag = digest.replace(':', '-');
  const tagged = async (suffix: string, shape: StorageShape): Promise<Candidate[]> => {
    const manifest = await attempt(search, () => search.source.tagged(`${tag}${suffix}`));
    return manifest === null ? [] : [{ shape, descriptor: null, manifest }];
  };
  const [signatures, attestations, sboms, fallback, referrers] = await Promise.all([
    tagged('.sig', 'signature-tag'),
    tagged('.att', 'attestation-tag'),
    tagged('.sbom', 'sbom-tag'),
    attempt(search, () => search.source.tagged(tag)),
    attempt(search, () => search.source.referrers(digest)),
  ]);
  const index = fallback?.content.kind === 'index' ? fallback.content.entries : [];
  const own = new Set(index.map((entry) => entry.digest));
  const referring = (referrers ?? []).filter((one) => !own.has(one.digest));
  return [
    ...signatures,
    ...attestations,
    ...sboms,
    ...ofInterest(referring).map((one): Candidate => candidate('referrer', one)),
    ...ofInterest(index).map((one): Candidate => candidate('fallback-tag', one)),
  ];
}

function candidate(shape: StorageShape, descriptor: Descriptor): Candidate {
  return { shape, descriptor, manifest: null };
}

/** Fallback indexes lose types and annotations on their way: what tells nothing is looked at too. */
function ofInterest(descriptors: readonly Descriptor[]): Descriptor[] {
  return descriptors.filter(({ artifactType }) => {
    if (artifactType === null || artifactType === '') return true;
    return (
      isSignatureLayer(artifactType, artifactType) ||
      /cosign|sigstore|dsse|in-toto|oci\.empty|image\.config/.test(artifactType)
    );
  });
}

/** What fails at one place is told; the answers of the others still count. */
async function attempt<T>(search: Search, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    search.unknowns.add(messageOf(error));
    // Strange content is somebody's doing and stays; what was not answered may be asked again.
    if (error.code === 'network' || error.code === 'busy' || error.code === 'denied') {
      search.failure ??= error;
    }
    return null;
  }
}

async function readCandidate(search: Search, one: Candidate): Promise<FoundLayer[]> {
  const { descriptor, shape } = one;
  const manifest =
    one.manifest ??
    (descriptor === null
      ? null
      : await attempt(search, () => search.source.manifest(descriptor.digest)));
  if (manifest === null) return [];
  const { digest, content } = manifest;
  if (content.kind === 'index') {
    if (shape !== 'layout')
      search.unknowns.add(`${digest} is an index where a signature is expected`);
    return [];
  }
  if (shape === 'sbom-tag') {
    search.unknowns.add('an SBOM lies beside the image that nobody signed: it proves nothing');
    return [];
  }
  const artifactType = content.artifactType ?? descriptor?.artifactType ?? null;
  const signed = content.layers.filter((layer) => isSignatureLayer(layer.mediaType, artifactType));
  const found: FoundLayer[] = [];
  for (const layer of signed.slice(0, limits.trustSignatures)) {
    // What nobody signed need not be read to say so.
    const bytes =
      layer.mediaType === inTotoType ? new Uint8Array() : await contentOf(search, layer);
    if (bytes === null) continue;
    const { mediaType, annotations } = layer;
    found.push({ shape, storedIn: digest, artifactType, mediaType, annotations, bytes });
  }
  if (signed.length > limits.trustSignatures) {
    search.unknowns.add(`${digest} holds ${signed.length} signatures; not all were looked at`);
  }
  return found;
}

async function contentOf(search: Search, layer: Descriptor): Promise<Uint8Array | null> {
  search.bytes += layer.size;
  if (search.bytes > limits.trustBytes) {
    search.unknowns.add(`signatures beyond ${limits.trustBytes} bytes were not read`);
    return null;
  }
  return attempt(search, () => search.source.blob(layer, limits.attestationBytes));
}
