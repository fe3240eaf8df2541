// The door of what is live: the kernel's records become state, events for rules and a timeline. Pure.
export { keep, shortId } from './containers.ts';
export { type LiveOptions, LiveState, type Told } from './live-state.ts';
export { OpenMemory } from './open-memory.ts';
export { Timeline } from './timeline.ts';
