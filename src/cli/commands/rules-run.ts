// What `rules` does; loaded only when it is called.
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { listRules } from '../../flow/rule-list.ts';
import { checkRules, explainRule } from '../../flow/rules.ts';
import { builtinRules } from '../../host/rules/index.ts';
import type { RulesFile } from '../../runtime/rules/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
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

/**
 * Rules files of paths; a folder stands for its YAML files in the order of their names. Without paths:
 * the rules that come with the program.
 */
export function readRules(paths: readonly string[]): readonly RulesFile[] {
  if (paths.length === 0) return builtinRules();
  const files = paths.flatMap((path) => {
    if (!statOf(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
    if (names.length === 0) throw new SeaworthyError('not-found', `${path} has no YAML files`);
    return names.toSorted().map((name) => join(path, name));
  });
  return files.map((name) => ({ name, text: readText(name) }));
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new SeaworthyError('not-found', `${path} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}

/** The text of a file, or of stdin for 0. */
function readText(path: string | 0): string {
  const name = path === 0 ? 'stdin' : path;
  try {
    if (path !== 0 && statSync(path).size > limits.documentBytes) {
      throw new SeaworthyError('limit', `${name} has more than ${limits.documentBytes} bytes`);
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    throw new SeaworthyError('unreadable', `${name} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}
