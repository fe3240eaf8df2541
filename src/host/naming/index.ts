// The door to naming: who a container is, before its first instruction where the kernel lets us, and
// afterwards from what its engine keeps; and its runs from start to end.
export { type BundleWatchOptions, watchBundles } from './bundle-watch.ts';
export { type DeadlineKeeper, keepDeadline } from './deadline-keeper.ts';
export { createEndWatch, type EndWatch, type EndWatchOptions } from './end-watch.ts';
export { identityWithin, withinLabel } from './evidence.ts';
export {
  createIdentifier,
  type Identifier,
  type IdentifierOptions,
  type Subject,
} from './identify.ts';
export {
  createLifecycle,
  type Lifecycle,
  type LifecycleOptions,
  type RunUpdate,
} from './lifecycle.ts';
export type { AnswererFigures, NamedContainer } from './messages.ts';
export {
  defaultDeadlineMs,
  type Namer,
  type NamerOptions,
  type NamerProblem,
  openNamer,
} from './namer.ts';
export { type EnginePlaces, usualPlaces } from './places.ts';
export { createRunningStarts, type RunningStarts } from './running-starts.ts';
export * as turnState from './shared-state.ts';
