// The door to what `watch` prints: lines of JSON for programs, a calm stream for people.
export { jsonLines } from './json-lines.ts';
export { type PeopleStreamOptions, peopleStream } from './people-stream.ts';
export type { ToldContainer, ToldDetection, WatchPrinter } from './printer.ts';
