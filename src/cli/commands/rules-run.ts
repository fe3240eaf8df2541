// What `rules` does; loaded only when it is called.
import { listRules } from '../../flow/rule-list.ts';
import { checkRules, explainRule } from '../../flow/rules.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import { readRules, readText } from './rules-files.ts';
import type { ExplainOptions, RuleListOptions, RulesOptions } from './rules-options.ts';
import { explanationText, ruleListText, rulesReportText } from './rules-text.ts';

/** Checks rules files; 1 when there are errors. */
export async function runRulesCheck(
  paths: readonly string[],
  options: RulesOptions,
): Promise<number> {
  const report = checkRules(readRules(paths));
  const text =
    options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : rulesReportText(report);
  await writeResult(text, options.output);
  return report.errors.length === 0 ? exitCodes.satisfied : exitCodes.violated;
}

/** Explains one rule for one event. */
export async function runRulesExplain(
  rule: string,
  paths: readonly string[],
  options: ExplainOptions,
): Promise<number> {
  const event = readText(options.event === '-' ? 0 : options.event);
  const explanation = explainRule(rule, readRules(paths), event);
  const text =
    options.format === 'json'
      ? `${JSON.stringify(explanation, null, 2)}\n`
      : explanationText(explanation);
  await writeResult(text, options.output);
  return exitCodes.satisfied;
}

/** Lists rules with what stands beside them. */
export async function runRulesList(
  paths: readonly string[],
  options: RuleListOptions,
): Promise<number> {
  const rows = listRules(readRules(paths), options.technique ?? null);
  const text =
    options.format === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : ruleListText(rows);
  await writeResult(text, options.output);
  return exitCodes.satisfied;
}
