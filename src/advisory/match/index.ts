// The door of matching: packages and advisories in, findings and unknowns out.
export { type AliasGroup } from './alias.ts';
export { arrangementOf } from './arrangement.ts';
export type { MatchEcosystems } from './book.ts';
export { type FixChoice, smallestFixForAll } from './fix.ts';
export {
  type MatchOptions,
  type MatchResult,
  type MatchStatistics,
  matchPackages,
} from './match.ts';
export { type PriorityInput } from './priority.ts';
export { evaluateRanges, type RangeOrders, type RangeVerdict, type Subject } from './range.ts';
export { chooseSeverity, type SeverityChoice } from './severity.ts';
