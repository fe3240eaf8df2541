// The door to the parts of `watch`: its thread, its runs, what it tells.
export { type ContainerBook, openContainers } from './containers.ts';
export { openKeptThread } from './kept-thread.ts';
export type { Asker, FromThread, Sighted, ThreadFigures, ThreadOptions } from './messages.ts';
export { openProcessWatch } from './process-watch.ts';
export type { WatchThread } from './sensor-thread.ts';
