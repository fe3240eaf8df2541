// OCI distribution client: images, listings and artifacts on registries, verified while they stream.
export type { RemoteArtifact } from './artifact.ts';
export { digestProblem, startDigestCheck } from './digest.ts';
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
export { fitness, hostPlatform, type Platform, parsePlatform, platformText } from './platform.ts';
export { type ImageReference, parseReference } from './reference.ts';
export { createRegistry, openRegistryImage, type Registry } from './registry.ts';
