// The door to processes of our own: an entry with a channel, or the whole program with other words.
export { forkEntry, spawnProgram } from './own-process.ts';
