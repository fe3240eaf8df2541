// The `dir:` form of skopeo and podman (containers-transports(5)): manifest.json beside blobs that are
// named by the hexadecimal part of their digest. Shown as the OCI layout that it nearly is.
import { sha256Hex } from '../../base/digest.ts';
import type { BlobStore } from './blob-store.ts';

const manifestPath = 'manifest.json';
const indexPath = 'index.json';
const blobPattern = /^blobs\/[a-z0-9]+\/([0-9a-f]+)$/;

/** The store itself, or, where it has that form, a view of it as a layout. */
export function asLayout(store: BlobStore): BlobStore {
  if (store.has(indexPath) || !store.has(manifestPath)) return store;
  const manifest = store.document(manifestPath);
  const own = sha256Hex(manifest);
  const text = new TextDecoder().decode(manifest);
  const isIndex = /"mediaType"\s*:\s*"[^"]*(?:index|manifest\.list)[^"]*"/.test(
    text.slice(0, 1024),
  );
  const mediaType = `application/vnd.oci.image.${isIndex ? 'index' : 'manifest'}.v1+json`;
  const index = new TextEncoder().encode(
    JSON.stringify({ manifests: [{ mediaType, digest: `sha256:${own}` }] }),
  );
  const placeOf = (path: string): string => {
    const hex = blobPattern.exec(path)?.[1];
    if (hex === undefined) return path;
    if (hex === own) return manifestPath;
    // Manifests of single platforms, as `skopeo copy --all` leaves them.
    const instance = `${hex}.${manifestPath}`;
    return store.has(instance) ? instance : hex;
  };
  return {
    ...store,
    has: (path) => path === indexPath || store.has(placeOf(path)),
    identityOf: (path) => store.identityOf(placeOf(path)),
    document: (path) => (path === indexPath ? index : store.document(placeOf(path))),
    layer: (request) => store.layer({ ...request, path: placeOf(request.path) }),
  };
}
