// Writing to a registry: small blobs in one piece, and manifests (OCI distribution spec 1.1, "Pushing").
import { SeaworthyError } from '../../base/error.ts';
import type { HttpResponse } from '../../base/http.ts';
import { NetworkError } from '../../base/http-error.ts';
import type { Digest } from '../../model/image.ts';
import { digestOf } from './digest.ts';
import type { ImageReference } from './reference.ts';
import type { Session } from './session.ts';

export interface PushedManifest {
  readonly digest: Digest;
  /** The registry lists it among the referrers of its subject; else the fallback tag must. */
  readonly isListed: boolean;
}

/** Puts a blob into the reference's repository, unless it is there. Errors: those of `Connection.get`. */
export async function pushBlob(
  session: Session,
  request: { readonly reference: ImageReference; readonly bytes: Uint8Array },
): Promise<Digest> {
  const { reference, bytes } = request;
  const digest = digestOf(bytes);
  const what = `the blob ${digest}`;
  const isThere = await session.push(
    reference,
    { path: `blobs/${digest}`, what, method: 'HEAD', expected: [404] },
    (response) => statusOf(response).then((status) => status === 200),
  );
  if (isThere) return digest;
  const location = await session.push(
    reference,
    { path: 'blobs/uploads/', what, method: 'POST', body: new Uint8Array(), expected: [202] },
    (response) => {
      response.discard();
      return Promise.resolve(response.header('location'));
    },
  );
  if (location === null) {
    throw new NetworkError(`${reference.registry} names no place for an upload`, {
      transient: false,
    });
  }
  const address = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  const contentType = 'application/octet-stream';
  await session.push(
    reference,
    { path: '', what, method: 'PUT', body: bytes, contentType, location: address, expected: [201] },
    statusOf,
  );
  return digest;
}

/** Puts a manifest under the reference's tag, or under its digest where it has no tag. */
export async function pushManifest(
  session: Session,
  request: {
    readonly reference: ImageReference;
    readonly bytes: Uint8Array;
    readonly mediaType: string;
  },
): Promise<PushedManifest> {
  const { reference, bytes, mediaType } = request;
  const digest = digestOf(bytes);
  const what = reference.canonical();
  const path = `manifests/${reference.tag ?? digest}`;
  return session.push(
    reference,
    { path, what, method: 'PUT', body: bytes, contentType: mediaType, expected: [201] },
    (response) => {
      response.discard();
      const told = response.header('docker-content-digest');
      if (told !== null && told !== digest) {
        throw new SeaworthyError('digest-mismatch', `${reference.registry} stored ${what} altered`);
      }
      return Promise.resolve({ digest, isListed: response.header('oci-subject') !== null });
    },
  );
}

function statusOf(response: HttpResponse): Promise<number> {
  response.discard();
  return Promise.resolve(response.status);
}
