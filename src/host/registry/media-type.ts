// The media types of manifests, configs and layers: Docker v2 schema 2 and OCI, and what else is met.

export const indexTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

export const manifestTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);

/** Docker's first manifests: not content-addressed in our sense, and gone from Docker since 2025. */
export const schema1Types: ReadonlySet<string> = new Set([
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);

/** The short-lived manifest kind of OCI 1.1 release candidates, used by early ORAS. */
export const artifactManifestTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.artifact.manifest.v1+json',
]);

/** What we accept of `GET manifests`; the refused ones are asked for so that we can say what it is. */
export const acceptManifests = [
  ...indexTypes,
  ...manifestTypes,
  ...artifactManifestTypes,
  ...[...schema1Types].map((type) => `${type};q=0.1`),
].join(', ');

/** Configs of images. The generic ones are those of old builders, which Docker accepts too. */
const imageConfigTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  'application/octet-stream',
  'application/json',
  'text/plain',
  '',
]);

/** Is a manifest with a config of this type an image (and not a chart, a plugin, a signature)? */
export function isImageConfig(mediaType: string): boolean {
  return imageConfigTypes.has(mediaType);
}

/** Layers that may not be pushed to other registries; their bytes may lie elsewhere. */
export function isForeignLayer(mediaType: string): boolean {
  return mediaType.includes('.nondistributable.') || mediaType.includes('.foreign.');
}

/** The bare type of a Content-Type header, lower case. */
export function bareType(header: string | null): string {
  const text = header ?? '';
  const end = text.indexOf(';');
  return (end === -1 ? text : text.slice(0, end)).trim().toLowerCase();
}
