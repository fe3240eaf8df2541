// The door to naming: who a container is, before its first instruction where the kernel lets us, and
// afterwards from what its engine keeps.
export type { AnswererFigures, NamedContainer } from './messages.ts';
export {
  defaultDeadlineMs,
  type Namer,
  type NamerOptions,
  type NamerProblem,
  openNamer,
} from './namer.ts';
export { type EnginePlaces, usualPlaces } from './places.ts';
