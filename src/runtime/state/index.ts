// Processes, descriptors, users and containers as events tell them; pure, fed by captures and sensors.
export { capabilityBits } from './capabilities.ts';
export {
  type OpenFacts,
  openFacts,
  openFlag,
  openFlagsOf,
  openFlagsText,
} from './open-flags.ts';
export { resolvePath } from './path.ts';
export type { Names } from './process-record.ts';
export type { ProcessLimits } from './process-table.ts';
export {
  RuntimeState,
  type StateLosses,
  type StateOptions,
  unnamedContainer,
} from './state.ts';
export { type EventParts, StateEvent } from './state-event.ts';
export type {
  Duplicated,
  Executed,
  Forked,
  Opened,
  ProcessDescription,
  ProcessKey,
  Seen,
} from './update.ts';
