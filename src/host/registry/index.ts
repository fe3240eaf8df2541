// OCI distribution client: images, listings and artifacts on registries, verified while they stream.
export type { RemoteArtifact } from './artifact.ts';
export type { FetchedManifest } from './fetch-manifest.ts';
export type { OnProgress, RemoteImage } from './image.ts';
export type {
  Descriptor,
  ImageIndex,
  ImageManifest,
  IndexEntry,
  LayerDescriptor,
} from './manifest.ts';
export type { Mirror, RegistryOptions } from './options.ts';
export type { Platform } from './platform.ts';
export { type ImageReference, parseReference } from './reference.ts';
export { createRegistry, openRegistryImage, type Registry } from './registry.ts';
