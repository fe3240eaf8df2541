// Digests of images in registries, which Docker's classic store keeps apart from its containers.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entriesOf, field } from '../../base/json.ts';
import { readDocument } from './bounded-read.ts';
import type { NamedContainer } from './messages.ts';

interface Listing {
  readonly stamp: string;
  /** `sha256:...` of the configuration -> digest of the manifest. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Completes identities of Docker's containers; each list of repositories is read once a version. */
export class ImageDigests {
  private readonly listings = new Map<string, Listing>();

  /** The same container, with the image's digest where it came from a registry. */
  complete(container: NamedContainer): NamedContainer {
    const { identity, engineFolder } = container;
    const { image } = identity;
    if (engineFolder === null || image.id === null || image.digest !== null) return container;
    const digest = this.find(dirname(dirname(engineFolder)), image.id);
    return digest === null
      ? container
      : { ...container, identity: { ...identity, image: { ...image, digest } } };
  }

  private find(dataRoot: string, imageId: string): string | null {
    for (const path of repositoryFiles(dataRoot)) {
      const digest = this.read(path).get(imageId);
      if (digest !== undefined) return digest;
    }
    return null;
  }

  private read(path: string): ReadonlyMap<string, string> {
    const facts = statSync(path, { throwIfNoEntry: false });
    const stamp = facts === undefined ? '' : `${facts.ino} ${facts.mtimeMs} ${facts.size}`;
    const known = this.listings.get(path);
    if (known !== undefined && known.stamp === stamp) return known.digests;
    const digests = digestsOf(readDocument(path));
    this.listings.set(path, { stamp, digests });
    return digests;
  }
}

/** One for each storage driver that was ever used. */
function repositoryFiles(dataRoot: string): readonly string[] {
  const folder = join(dataRoot, 'image');
  try {
    return readdirSync(folder)
      .slice(0, 16)
      .map((driver) => join(folder, driver, 'repositories.json'));
  } catch {
    return [];
  }
}

/** `{"Repositories": {"shop": {"shop:1": "sha256:ID", "shop@sha256:DIGEST": "sha256:ID"}}}`. */
function digestsOf(value: unknown): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const [, references] of entriesOf(field(value, 'Repositories'))) {
    for (const [reference, id] of entriesOf(references)) {
      const digest = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
      if (digest !== undefined && typeof id === 'string') digests.set(id, digest);
    }
  }
  return digests;
}
