// The door of detection: from single matches and many events to what is told, once, with its chain and
// with an exception at hand.
export { chainText } from './ancestry.ts';
export { type Cause, causeOf } from './cause.ts';
export type { CauseCheck } from './check.ts';
export {
  type BlastRadius,
  blastRadius,
  flawsOfException,
  type ProposedException,
  proposeException,
  type SeenDetection,
} from './exception.ts';
export { FieldReader } from './fields.ts';
export {
  type DetectionGroup,
  DetectionGrouper,
  type GroupingOptions,
  type Sighting,
  type Told,
} from './grouping.ts';
export type { Pattern, PatternThreshold } from './pattern.ts';
export {
  type PatternSettings,
  PatternWatch,
  type PatternWatchOptions,
} from './pattern-watch.ts';
export { patterns } from './patterns.ts';
