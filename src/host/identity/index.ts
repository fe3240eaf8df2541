// Who a container is, out of paths, command lines and documents that its engine wrote. Pure.
export { type BoltFile, openBolt } from './bolt.ts';
export { type BundleSources, bundleIdentity } from './bundle.ts';
export {
  type CgroupContainer,
  cgroupPathsOf,
  parseCgroupPath,
  parseProcessCgroups,
} from './cgroup-path.ts';
export { type ContainerdFacts, findContainerdRecord } from './containerd.ts';
export { type DockerDocuments, dockerIdentity } from './docker.ts';
export { nanosecondsOf } from './moment.ts';
export { type OciFacts, parseOciConfig } from './oci-config.ts';
export { findStorageContainer, type PodmanFacts, parseLibpodConfig } from './podman.ts';
export {
  isContainerId,
  parseRuntimeCommand,
  type RuntimeCommand,
  wordsOf,
} from './runtime-command.ts';
