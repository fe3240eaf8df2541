// All rules of our own by theme, in the order of the files in `rules/`. Adding a rule = the rule in its
// file, a row in its theme, events in `fixtures/`; a test holds the three together.
import type { RuleFacts } from './rule-facts.ts';
import { credentialRules } from './themes/credential.ts';
import { driftRules } from './themes/drift.ts';
import { escapeRules } from './themes/escape.ts';
import { filelessRules } from './themes/fileless.ts';
import { kernelRules } from './themes/kernel.ts';
import { lateralRules } from './themes/lateral.ts';
import { minerRules } from './themes/miner.ts';
import { persistenceRules } from './themes/persistence.ts';
import { postureRules } from './themes/posture.ts';
import { shellRules } from './themes/shell.ts';
import { tamperRules } from './themes/tamper.ts';

export interface RuleTheme {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly RuleFacts[];
}

export const ruleThemes: readonly RuleTheme[] = [
  { id: 'escape', title: 'Ways out of a container', rules: escapeRules },
  { id: 'kernel', title: 'Surface of the kernel', rules: kernelRules },
  { id: 'drift', title: 'Drift from the image', rules: driftRules },
  { id: 'fileless', title: 'Programs without a file or under a false name', rules: filelessRules },
  { id: 'shell', title: 'Shells in the hands of others', rules: shellRules },
  { id: 'miner', title: 'Mining and sale of bandwidth', rules: minerRules },
  { id: 'credential', title: 'Theft of credentials', rules: credentialRules },
  { id: 'lateral', title: 'From a container to others', rules: lateralRules },
  { id: 'tamper', title: 'Traces, defences and data removed', rules: tamperRules },
  { id: 'persistence', title: 'What stays after a restart', rules: persistenceRules },
  { id: 'posture', title: 'Containers that start too strong or change', rules: postureRules },
];

const byName: ReadonlyMap<string, RuleFacts> = new Map(
  ruleThemes.flatMap(({ rules }) => rules).map((facts) => [facts.name, facts]),
);

/** What stands beside a rule of our own; null for a rule of somebody else. */
export function factsOfRule(name: string): RuleFacts | null {
  return byName.get(name) ?? null;
}
