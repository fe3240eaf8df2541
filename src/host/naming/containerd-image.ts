// The id of an image (digest of its configuration) out of containerd's content store: its database knows
// only the digest of the manifest or index.
import { arch } from 'node:os';
import { join } from 'node:path';
import { asArray, field, stringField } from '../../base/json.ts';
import { readDocument } from './bounded-read.ts';

/** OCI image-spec: what Node calls otherwise. */
const architectures: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
]);
/** Platforms of one image; the largest of Docker's own have 20. */
const manifestsRead = 256;

/**
 * `sha256:...` of the configuration; null when the content is not there (or removed after unpacking).
 *
 * @param root containerd's root folder
 * @param digest of a manifest or of an index
 */
export function containerdImageId(root: string, digest: string): string | null {
  const document = blob(root, digest);
  const manifests = asArray(field(document, 'manifests')).slice(0, manifestsRead);
  if (manifests.length === 0) return configOf(document);
  const wanted = architectures.get(arch()) ?? arch();
  for (const manifest of manifests) {
    const platform = field(manifest, 'platform');
    const isOurs =
      stringField(platform, 'os') === 'linux' && stringField(platform, 'architecture') === wanted;
    // `docker save` and others write an index of one without a platform.
    if (!isOurs && (manifests.length > 1 || platform !== undefined)) continue;
    const id = configOf(blob(root, stringField(manifest, 'digest')));
    if (id !== null) return id;
  }
  return null;
}

function configOf(manifest: unknown): string | null {
  const digest = stringField(field(manifest, 'config'), 'digest');
  return digest !== null && isDigest(digest) ? digest : null;
}

function blob(root: string, digest: string | null): unknown {
  if (digest === null || !isDigest(digest)) return null;
  return readDocument(
    join(root, 'io.containerd.content.v1.content/blobs/sha256', digest.slice('sha256:'.length)),
  );
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
