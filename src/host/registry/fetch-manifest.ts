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
  // Judged here, so that a mirror that sends something wrong is passed over like one that fails.
  return session.get(reference, ask, async (response) => {
    const bytes = await response.readBytes({ limit: limits.manifestBytes });
    const contentType = response.header('content-type');
    const told = response.header('docker-content-digest');
    return judge(bytes, { reference, contentType, told });
  });
}

interface Sent {
  readonly reference: ImageReference;
  readonly contentType: string | null;
  /** The digest by the registry's own word. */
  readonly told: string | null;
}

function judge(bytes: Uint8Array, sent: Sent): FetchedManifest {
  const { reference, contentType, told } = sent;
  const name = reference.canonical();
  const parse = (): ImageManifest | ImageIndex => parseManifest(bytes, { name, contentType });
  const toldDigest = told !== null && digestProblem(told) === null ? told : null;
  const expected = reference.digest ?? toldDigest;
  if (expected === null) return { digest: digestOf(bytes), bytes, content: parse() };
  // A schema 1 manifest is signed in a way that no plain digest fits: its kind is told first.
  if (contentType?.includes('prettyjws') === true) parse();
  checkDigest(bytes, expected, name);
  return { digest: expected, bytes, content: parse() };
}
