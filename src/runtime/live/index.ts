// The door of what is live: the kernel's records become state, events for rules and a timeline. Pure.
export { containerFacts, shortId } from './containers.ts';
export { LiveState, type LiveOptions, type Told } from './live-state.ts';
export { Timeline } from './timeline.ts';
