// Signing: a user's own images with a user's own key, stored as cosign stores it, in the old shape
// (tags) and the new one (bundles that refer to the image), so that either kind of reader finds it.
import { SeaworthyError } from '../../base/error.ts';
import { asArray, field, parseJson } from '../../base/json.ts';
import {
  createReference,
  createRegistry,
  digestOf,
  type FetchedManifest,
  type ImageReference,
  parseReference,
  type Registry,
  type RegistryOptions,
} from '../../host/registry/index.ts';
import type { Digest } from '../../model/image.ts';
import {
  annotationNames,
  bundleOf,
  bundleType,
  envelopeOf,
  envelopeType,
  type SigningKey,
  signatureClaim,
  simplePayload,
  simpleSigningType,
  statementOf,
} from '../../trust/index.ts';

/** Cosign's tags, a bundle that refers to the image, or both. */
export type PushShape = 'tag' | 'bundle' | 'both';

export interface SignRequest {
  readonly reference: string;
  readonly key: SigningKey;
  readonly shape: PushShape;
  /** What is attested; null: the image is signed. */
  readonly claim: { readonly predicateType: string; readonly predicate: unknown } | null;
  /** Sign the manifests of an index as well as the index. */
  readonly recursive: boolean;
  /** ISO time for the annotation `created`. */
  readonly now: string;
}

export interface SignedImage {
  readonly digest: Digest;
  /** Where it was put: tags and digests of the repository. */
  readonly stored: readonly string[];
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const emptyType = 'application/vnd.oci.empty.v1+json';
/** Signatures under one tag: what readers look at (`limits.trustSignatures`). */
const signaturesOfTag = 128;
/** Manifests of one index that are signed with it. */
const manifestsOfIndex = 100;

/** Signs or attests, and pushes. Errors: those of the registry, `limit`. */
export async function signImage(
  request: SignRequest,
  options: RegistryOptions,
): Promise<readonly SignedImage[]> {
  const reference = parseReference(request.reference);
  const registry = createRegistry(options);
  try {
    const fetched = await registry.readManifest(reference);
    const signed: SignedImage[] = [];
    for (const digest of digestsToSign(fetched, request.recursive)) {
      signed.push(await signDigest({ registry, reference, request }, digest));
    }
    return signed;
  } finally {
    registry.close();
  }
}

function digestsToSign({ digest, content }: FetchedManifest, recursive: boolean): Digest[] {
  if (!recursive || content.kind === 'manifest') return [digest];
  if (content.entries.length > manifestsOfIndex) {
    throw new SeaworthyError('limit', `the index lists ${content.entries.length} manifests`);
  }
  return [digest, ...new Set(content.entries.map((entry) => entry.digest))];
}

interface Place {
  readonly registry: Registry;
  readonly reference: ImageReference;
  readonly request: SignRequest;
}

async function signDigest(place: Place, digest: Digest): Promise<SignedImage> {
  const { shape } = place.request;
  const stored: string[] = [];
  if (shape !== 'bundle') stored.push(await pushTag(place, digest));
  if (shape !== 'tag') stored.push(...(await pushBundle(place, digest)));
  return { digest, stored };
}

function at(place: Place, tag: string | null, digest: Digest | null): ImageReference {
  const { registry, repository } = place.reference;
  return createReference({ registry, repository, tag, digest });
}

function nameOf({ reference }: Place): string {
  return `${reference.registry}/${reference.repository}`;
}

interface StoredLayer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The old shape: one layer more under the tag `sha256-<hex>.sig` or `.att`. */
async function pushTag(place: Place, digest: Digest): Promise<string> {
  const { claim } = place.request;
  const suffix = claim === null ? 'sig' : 'att';
  const tag = `${digest.replace(':', '-')}.${suffix}`;
  const layer = claim === null ? signatureLayer(place, digest) : attestationLayer(place, digest);
  const before = await existing(place, tag);
  if (before.length >= signaturesOfTag) {
    throw new SeaworthyError('limit', `${tag} holds ${before.length} signatures already`, {
      advice: 'remove old ones first',
    });
  }
  const layers = [...before, await descriptorOf(place, layer)];
  const config = {
    architecture: '',
    os: '',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map((one) => field(one, 'digest')) },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: await descriptorOf(place, {
      mediaType: configType,
      bytes: jsonOf(config),
      annotations: {},
    }),
    layers,
  };
  await place.registry.pushManifest(at(place, tag, null), jsonOf(manifest), manifestType);
  return tag;
}

function signatureLayer(place: Place, digest: Digest): StoredLayer {
  const bytes = simplePayload(nameOf(place), digest);
  const signature = place.request.key.sign(bytes).toString('base64');
  return {
    mediaType: simpleSigningType,
    bytes,
    annotations: { [annotationNames.signature]: signature },
  };
}

function attestationLayer(place: Place, digest: Digest): StoredLayer {
  const { predicateType = '' } = place.request.claim ?? {};
  return {
    mediaType: envelopeType,
    bytes: jsonOf(envelopeFor(place, digest)),
    annotations: { [annotationNames.signature]: '', predicateType },
  };
}

function envelopeFor(place: Place, digest: Digest) {
  const { claim, key } = place.request;
  const name = nameOf(place);
  const whole = claim === null ? signatureClaim(name, digest) : { name, digest, ...claim };
  return envelopeOf(key, statementOf(whole));
}

/** Layers under a tag as they are written there, or none. */
async function existing(place: Place, tag: string): Promise<readonly unknown[]> {
  const found = await tagged(place, tag);
  return found === null ? [] : asArray(field(found, 'layers'));
}

async function tagged(place: Place, tag: string): Promise<unknown> {
  try {
    const { bytes } = await place.registry.readManifest(at(place, tag, null));
    const parsed = parseJson(new TextDecoder().decode(bytes));
    return parsed.ok ? parsed.value : null;
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return null;
    throw error;
  }
}

/** The new shape: a bundle in a manifest whose subject is the image. */
async function pushBundle(place: Place, digest: Digest): Promise<string[]> {
  const { key, claim, now } = place.request;
  const subject = await place.registry.readManifest(at(place, null, digest));
  const bytes = bundleOf(key, envelopeFor(place, digest));
  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType':
      claim?.predicateType ?? signatureClaim(nameOf(place), digest).predicateType,
    'org.opencontainers.image.created': now,
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: bundleType,
    config: await descriptorOf(place, { mediaType: emptyType, bytes: jsonOf({}), annotations: {} }),
    layers: [await descriptorOf(place, { mediaType: bundleType, bytes, annotations: {} })],
    subject: { mediaType: subject.content.mediaType, digest, size: subject.bytes.length },
    annotations,
  };
  const document = jsonOf(manifest);
  const own = digestOf(document);
  const pushed = await place.registry.pushManifest(at(place, null, own), document, manifestType);
  if (pushed.isListed) return [own];
  const entry = {
    mediaType: manifestType,
    digest: own,
    size: document.length,
    artifactType: bundleType,
    annotations,
  };
  return [own, await pushFallback(place, digest, entry)];
}

/** Registries without the referrers API: an index under the tag `sha256-<hex>` lists what refers. */
async function pushFallback(place: Place, digest: Digest, entry: object): Promise<string> {
  const tag = digest.replace(':', '-');
  const before = asArray(field(await tagged(place, tag), 'manifests'));
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [...before, entry] };
  await place.registry.pushManifest(at(place, tag, null), jsonOf(index), indexType);
  return tag;
}

async function descriptorOf(place: Place, layer: StoredLayer): Promise<object> {
  const { mediaType, bytes, annotations } = layer;
  const digest = await place.registry.pushBlob(place.reference, bytes);
  const own = Object.keys(annotations).length === 0 ? {} : { annotations };
  return { mediaType, digest, size: bytes.length, ...own };
}

function jsonOf(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
