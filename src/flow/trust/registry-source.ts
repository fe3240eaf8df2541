// An image on a registry as a source of signatures.
import { SeaworthyError } from '../../base/error.ts';
import {
  createReference,
  createRegistry,
  type FetchedManifest,
  parseReference,
  type Registry,
  type RegistryOptions,
} from '../../host/registry/index.ts';
import type { Digest } from '../../model/image.ts';
import { type ImageSubject, normalName } from '../../trust/index.ts';
import type { Resolved, TrustSource } from './source.ts';

/** Opens nothing before it is asked. Throws `usage` for what is no reference. */
export function registrySource(text: string, options: RegistryOptions): TrustSource {
  const registry = createRegistry(options);
  return { ...sourceOf(text, registry), close: () => registry.close() };
}

/** The same over a client that others use too: closing the source leaves it open. */
export function sourceOf(text: string, registry: Registry): TrustSource {
  const reference = parseReference(text);
  const { registry: host, repository } = reference;
  const at = (tag: string | null, digest: Digest | null) =>
    createReference({ registry: host, repository, tag, digest });

  async function resolve(): Promise<Resolved> {
    const fetched = await registry.readManifest(reference);
    const { digest, bytes, content } = fetched;
    if (content.kind === 'manifest') {
      return { subjects: [{ digest, role: 'manifest', bytes }], others: [] };
    }
    const image = await registry.openImage(at(null, digest));
    const subjects: ImageSubject[] = [
      { digest, role: 'index', bytes },
      { digest: image.digest, role: 'manifest', bytes: image.rawManifest },
    ];
    return { subjects, others: image.attestations };
  }

  return {
    reference: text,
    name: normalName(`${host}/${repository}`),
    resolve,
    tagged: (tag) => orNull(() => registry.readManifest(at(tag, null))),
    manifest: (digest) => registry.readManifest(at(null, digest)),
    referrers: (digest) => registry.referrers(reference, digest),
    blob: (descriptor, most) => {
      if (descriptor.size > most) throw tooLarge(descriptor.digest, descriptor.size);
      return collected(registry.openBlob(reference, descriptor), descriptor.size);
    },
    close: () => undefined,
  };
}

async function orNull(read: () => Promise<FetchedManifest>): Promise<FetchedManifest | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return null;
    throw error;
  }
}

async function collected(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return Buffer.concat(parts, size);
}

/** The refusal of a blob that is larger than signatures may be. */
export function tooLarge(digest: Digest, size: number): SeaworthyError {
  return new SeaworthyError('limit', `${digest} has ${size} bytes, too many for a signature`);
}
