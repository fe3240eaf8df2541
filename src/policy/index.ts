// The door of the policy wing: what is allowed to run, and why not.
export type { Answer, AnsweredUnknown, Decision, Reason, Waived } from './answer.ts';
export {
  type ComposeContext,
  type ContainerConfig,
  type ContainerControl,
  type ContainerFault,
  commandOf,
  configOfInspection,
  containerControls,
  isCompose,
  isInspectionDocument,
  judgeCompose,
  judgeCreateRequest,
  judgeInspection,
  readEnvironmentFile,
  type SocketReach,
  socketsOf,
  subjectOfCreateBody,
  subjectsOfInspections,
} from './container/index.ts';
export type { Control, PodVector } from './control.ts';
export { controls } from './controls/index.ts';
export { isSecret } from './credential.ts';
export { type DockerfileControl, dockerfileControls, judgeDockerfile } from './dockerfile/index.ts';
export { judge, notJudged, type Policy } from './evaluate.ts';
export { type ManifestDocument, readManifest } from './manifest.ts';
export type { PatchOperation } from './patch.ts';
export { type Mode, type ProfileId, profileIds } from './profile.ts';
export { type Subject, subjectsOf } from './subject.ts';
export { newestMinor, parseKubernetesVersion } from './version.ts';
export {
  noWaivers,
  readWaivers,
  type Waiver,
  type WaiverBook,
  type WaiverRemark,
} from './waiver.ts';
