// Container engines with Docker's API: Docker (rootful, rootless, Desktop) and Podman.
export type {
  ContainerInspection,
  EngineContainer,
  EngineImage,
  EngineVersion,
  ImageInspection,
} from './answer.ts';
export { connectEngine, type EngineOptions } from './connect.ts';
export type {
  ContainerVerb,
  DockerEngine,
  EventOptions,
  ExportImageOptions,
  StreamOptions,
} from './engine.ts';
export type { EngineEvent } from './events.ts';
export { type Followed, type FollowOptions, followEngine } from './follow.ts';
export { containerRootfsPath } from './rootfs.ts';
