// The door to the parts of `watch`: its thread, its runs, what it tells.
export { type ContainerBook, openContainers } from './containers.ts';
export type { Asker, FromThread, Sighted, ThreadFigures, ThreadOptions } from './messages.ts';
export { openProcessWatch } from './process-watch.ts';
export { openWatchThread, type WatchThread } from './sensor-thread.ts';
