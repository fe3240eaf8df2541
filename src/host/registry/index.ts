// OCI distribution client: images, listings and artifacts on registries, verified while they stream.
export type { RemoteArtifact } from './artifact.ts';
export { checkDigest, digestOf } from './digest.ts';
export type { FetchedManifest } from './fetch-manifest.ts';
export type { OnProgress, RemoteImage } from './image.ts';
export {
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type IndexEntry,
  type LayerDescriptor,
  parseManifest,
} from './manifest.ts';
export type { Mirror, RegistryOptions } from './options.ts';
export { hostPlatform, type Platform, platformText } from './platform.ts';
export type { PushedManifest } from './push.ts';
export { createReference, type ImageReference, parseReference } from './reference.ts';
export { createRegistry, openRegistryImage, type Registry } from './registry.ts';
