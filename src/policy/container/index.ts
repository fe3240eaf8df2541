// The door of the controls on containers: one configuration, whoever wrote it, and what is wrong.
import { accessControls } from './access.ts';
import type { ContainerControl } from './control.ts';
import { exposureControls } from './exposure.ts';
import { hostPathControls } from './host-paths.ts';
import { resourceControls } from './resources.ts';

export { capabilityName } from './access.ts';
export type { ContainerConfig, Mount, PublishedPort } from './config.ts';
export { optionOf } from './config.ts';
export { type ContainerControl, type ContainerFault, commandOf, sourcesOf } from './control.ts';
export { type SocketReach, socketsOf } from './host-paths.ts';
export { configOfCreateBody, configOfInspection, isInspection } from './inspect.ts';

/** All controls on the configuration of a container. Adding one = a row in its family's list. */
export const containerControls: readonly ContainerControl[] = [
  ...accessControls,
  ...hostPathControls,
  ...resourceControls,
  ...exposureControls,
];
