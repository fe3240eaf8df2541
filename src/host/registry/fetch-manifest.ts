// One manifest or index from a registry: bounded, its digest checked, parsed.

import { limits } from '../../base/limits.ts';
import type { Digest } from '../../model/image.ts';
import { checkDigest, digestOf, digestProblem } from './digest.ts';
import { type ImageIndex, type ImageManifest, parseManifest } from './manifest.ts';
import { acceptManifests } from './media-type.ts';
import { defaultTag, type ImageReference } from './reference.ts';
import type { Session } from './session.ts';

export interface FetchedManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly content: ImageManifest | ImageIndex;
}

/**
 * Fetches what `reference` names: its digest when it has one, else its tag. Errors:
 * `digest-mismatch`, `limit` (over `limits.manifestBytes`), and those of `parseManifest` and
 * `Connection.get`.
 */
export async function fetchManifest(
  session: Session,
  reference: ImageReference,
): Promise<FetchedManifest> {
  const name = reference.canonical();
  const ask = {
    path: `manifests/${reference.digest ?? reference.tag ?? defaultTag}`,
    what: name,
    accept: acceptManifests,
  };
  const answer = await session.get(reference, ask, async (response) => ({
    bytes: await response.readBytes({ limit: limits.manifestBytes }),
    contentType: response.header('content-type'),
    told: response.header('docker-content-digest'),
  }));
  const { bytes, contentType, told } = answer;
  // A schema 1 manifest is signed in a way that no plain digest fits: its kind is told first.
  const expected =
    reference.digest ?? (told !== null && digestProblem(told) === null ? told : null);
  const parse = (): ImageManifest | ImageIndex => parseManifest(bytes, { name, contentType });
  if (expected === null) return { digest: digestOf(bytes), bytes, content: parse() };
  if (isSigned(contentType)) parse();
  checkDigest(bytes, expected, name);
  return { digest: expected, bytes, content: parse() };
}

function isSigned(contentType: string | null): boolean {
  return contentType?.includes('prettyjws') === true;
}
