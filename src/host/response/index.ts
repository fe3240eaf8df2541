// The door of responses: does to a container what was decided, and takes it back. What is allowed is
// decided elsewhere (runtime/response).
export { type Acted, type Actor, type ActorOptions, createActor, isGone } from './actor.ts';
export type { DenyGuard, DenyGuardOptions } from './deny-guard.ts';
export type { Denied, GuardFigures } from './deny-messages.ts';
