// The door of the controls on containers: one configuration, whoever wrote it, and what is wrong.

export { interpolate, readEnvironmentFile } from './compose/interpolate.ts';
export { type ComposeContext, isCompose } from './compose/project.ts';
export type { ContainerConfig, Mount, PublishedPort } from './config.ts';
export { type ContainerControl, type ContainerFault, commandOf } from './control.ts';
export { type SocketReach, socketsOf } from './host-paths.ts';
export { configOfCreateBody, configOfInspection } from './inspect.ts';
export {
  containerControls,
  containerFaults,
  isInspectionDocument,
  judgeCompose,
  judgeCreateRequest,
  judgeInspection,
  subjectsOfInspections,
} from './judge.ts';
export { subjectOfCreateBody } from './subject.ts';
