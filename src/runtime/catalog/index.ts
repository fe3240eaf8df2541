// The door of the catalog: what stands beside the rules, and MITRE ATT&CK for containers.
export { type Tactic, type Technique, tacticsOf, techniqueOf, techniques } from './attack.ts';
export { type OfficialRule, officialRules } from './official.ts';
export { factsOfRule, type RuleTheme, ruleThemes } from './registry.ts';
export type { Maturity, RuleFacts } from './rule-facts.ts';
export { type ExtraCall, extraCalls, watchedReads } from './sensor-needs.ts';
