// Manifests and indexes out of hostile bytes: what it is, and only what we rely on, checked.
import { SeaworthyError } from '../../base/error.ts';
import {
  asArray,
  asRecord,
  entriesOf,
  field,
  keysOf,
  parseJson,
  stringField,
  stringsOf,
} from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Digest } from '../../model/image.ts';
import { digestProblem } from './digest.ts';
import {
  artifactManifestTypes,
  bareType,
  indexTypes,
  isForeignLayer,
  manifestTypes,
  schema1Types,
} from './media-type.ts';
import type { Platform } from './platform.ts';

export interface Descriptor {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  /** Where else the bytes are said to lie; never fetched by us. */
  readonly urls: readonly string[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly artifactType: string | null;
}

export interface LayerDescriptor extends Descriptor {
  /** A layer that its licence forbids to push: the registry may not hold it. */
  readonly foreign: boolean;
}

export interface IndexEntry extends Descriptor {
  /** Null when the index does not tell. */
  readonly platform: Platform | null;
}

export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly LayerDescriptor[];
  /** What it is when it is not an image (OCI 1.1 `artifactType`). */
  readonly artifactType: string | null;
  /** The manifest this one speaks about (signatures, SBOMs). */
  readonly subject: Descriptor | null;
  readonly annotations: ReadonlyMap<string, string>;
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly entries: readonly IndexEntry[];
  readonly annotations: ReadonlyMap<string, string>;
}

/** Entries of one index: the busiest public ones have about 40, and 8 MiB hold 40,000. */
const indexEntries = 10_000;

/**
 * Reads a manifest or index. `contentType` is the registry's word for it; `name` is for messages.
 * A body that is both a manifest and an index is refused (CVE-2021-41190), as is one whose own
 * `mediaType` contradicts the header. Errors: `malformed`, `unsupported`, `limit`.
 */
export function parseManifest(
  bytes: Uint8Array,
  origin: { readonly name: string; readonly contentType: string | null },
): ImageManifest | ImageIndex {
  const { name } = origin;
  const parsed = parseJson(new TextDecoder().decode(bytes));
  const root = parsed.ok ? asRecord(parsed.value) : null;
  if (root === null) {
    const reason = parsed.ok ? 'not a JSON object' : parsed.reason;
    throw malformed(name, `the registry's answer is ${reason}`);
  }
  const mediaType = decideType(root, origin);
  const annotations = annotationsOf(field(root, 'annotations'));
  if (indexTypes.has(mediaType)) {
    const listed = asArray(field(root, 'manifests'));
    if (listed.length > indexEntries) throw tooMany(name, listed.length, 'manifests');
    return { kind: 'index', mediaType, annotations, entries: listed.map((e) => entry(e, name)) };
  }
  const listed = asArray(field(root, 'layers'));
  if (listed.length > limits.imageLayers) throw tooMany(name, listed.length, 'layers');
  const subject = field(root, 'subject');
  return {
    kind: 'manifest',
    mediaType,
    config: parseDescriptor(field(root, 'config'), name),
    layers: listed.map((layer) => layerOf(layer, name)),
    artifactType: stringField(root, 'artifactType'),
    subject: asRecord(subject) === null ? null : parseDescriptor(subject, name),
    annotations,
  };
}

function decideType(
  root: unknown,
  origin: { readonly name: string; readonly contentType: string | null },
): string {
  const { name } = origin;
  const sent = bareType(origin.contentType);
  const own = stringField(root, 'mediaType')?.toLowerCase() ?? null;
  const keys = new Set(keysOf(root));
  if (schema1Types.has(sent) || (keys.has('fsLayers') && keys.has('signatures'))) {
    throw new SeaworthyError('unsupported', `${name} is an image of Docker's schema 1`, {
      advice: 'pull it with an old Docker and push it again: schema 1 cannot be verified',
    });
  }
  if (artifactManifestTypes.has(own ?? sent)) {
    throw new SeaworthyError('unsupported', `${name} is an artifact manifest, not an image`);
  }
  if (keys.has('manifests') && (keys.has('layers') || keys.has('config'))) {
    throw malformed(name, 'it claims to be an index and a manifest at once');
  }
  const shape = keys.has('manifests') ? 'index' : keys.has('config') ? 'manifest' : null;
  // Some registries and proxies send application/json or text/plain: then the document decides.
  if (known(own) && known(sent) && own !== sent) {
    throw malformed(name, `it is sent as ${sent} but calls itself ${own}`);
  }
  const claimed = known(own) ? own : known(sent) ? sent : null;
  if (claimed === null) {
    if (shape === 'index') return 'application/vnd.oci.image.index.v1+json';
    if (shape === 'manifest' && keys.has('layers')) {
      return 'application/vnd.oci.image.manifest.v1+json';
    }
    const shown = JSON.stringify((own ?? sent).slice(0, 100));
    throw new SeaworthyError('unsupported', `${name} is of the unknown kind ${shown}`);
  }
  if ((indexTypes.has(claimed) ? 'index' : 'manifest') !== shape) {
    throw malformed(name, `it does not hold what ${claimed} must hold`);
  }
  return claimed;
}

function known(type: string | null): type is string {
  return type !== null && (indexTypes.has(type) || manifestTypes.has(type));
}

/** A descriptor (OCI image spec, descriptor.md). Errors: `malformed`. */
export function parseDescriptor(value: unknown, name: string): Descriptor {
  const digest = stringField(value, 'digest') ?? '';
  const size = field(value, 'size');
  const problem = digestProblem(digest);
  if (problem !== null) throw malformed(name, `a part ${problem}`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw malformed(name, `${digest} has no valid size`);
  }
  return {
    digest,
    size,
    mediaType: stringField(value, 'mediaType') ?? '',
    urls: stringsOf(field(value, 'urls')),
    annotations: annotationsOf(field(value, 'annotations')),
    artifactType: stringField(value, 'artifactType'),
  };
}

function layerOf(value: unknown, name: string): LayerDescriptor {
  const descriptor = parseDescriptor(value, name);
  return { ...descriptor, foreign: isForeignLayer(descriptor.mediaType) };
}

function entry(value: unknown, name: string): IndexEntry {
  const platform = field(value, 'platform');
  const os = stringField(platform, 'os');
  const architecture = stringField(platform, 'architecture');
  const told = os !== null && architecture !== null;
  return {
    ...parseDescriptor(value, name),
    platform: told ? { os, architecture, variant: stringField(platform, 'variant') } : null,
  };
}

function annotationsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    entriesOf(value).filter(
      (pair): pair is readonly [string, string] => typeof pair[1] === 'string',
    ),
  );
}

function malformed(name: string, reason: string): SeaworthyError {
  return new SeaworthyError('malformed', `${name} cannot be read: ${reason}`, {
    advice: 'check that the address is a container registry, and push the image again',
  });
}

function tooMany(name: string, count: number, what: string): SeaworthyError {
  return new SeaworthyError('limit', `${name} lists ${count} ${what}, more than any honest image`);
}
