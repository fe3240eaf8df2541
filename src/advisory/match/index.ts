// The door of matching: packages and advisories in, findings and unknowns out.
export { type AliasGroup, compareText, groupByFlaw } from './alias.ts';
export type { MatchEcosystems } from './book.ts';
export { type FixChoice, smallestFixForAll } from './fix.ts';
export {
  compareFindings,
  type MatchOptions,
  type MatchResult,
  type MatchStatistics,
  matchPackages,
} from './match.ts';
export { type PriorityInput, priorityOf } from './priority.ts';
export {
  evaluateRanges,
  type RangeOrders,
  type RangeVerdict,
  type Subject,
  subjectOf,
} from './range.ts';
export { chooseSeverity, type SeverityChoice, severityOfWord } from './severity.ts';
