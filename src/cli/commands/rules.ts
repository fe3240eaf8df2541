// `seaworthy rules check|explain|list`: detection rules in the Falco language.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import type { ExplainOptions, RuleListOptions, RulesOptions } from './rules-options.ts';

/** Adds the command `rules`. */
export function defineRules(program: Command): void {
  const rules = program.command('rules').description('detection rules: check, explain, list');
  const check = rules
    .command('check')
    .description('load rules files as one set and tell what is wrong with them')
    .argument(
      '[file...]',
      'rules files, or folders of them, in the order of loading (built-in ones)',
    );
  const explain = rules
    .command('explain')
    .description('why a rule matches an event, or not: each part of its condition')
    .argument('<rule>', 'the name of the rule, or a part of it that no other rule has')
    .argument('[file...]', 'rules files, or folders of them (built-in ones)')
    .requiredOption(
      '--event <file>',
      'the event as JSON: fields and values, or an alert (- is stdin)',
    );
  const list = rules
    .command('list')
    .description('rules with what they are for: priority, maturity, ATT&CK, lesson')
    .argument('[file...]', 'rules files, or folders of them (built-in ones)')
    .option('--technique <id>', 'only rules on a technique of ATT&CK, by its id of v18 or v19');
  for (const command of [check, explain, list]) {
    command.addOption(
      new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
    );
    withCommonOptions(command).exitOverride();
  }
  check.action(async (files: readonly string[], options: RulesOptions) => {
    process.exitCode = await (await import('./rules-run.ts')).runRulesCheck(files, options);
  });
  explain.action(async (rule: string, files: readonly string[], options: ExplainOptions) => {
    process.exitCode = await (await import('./rules-run.ts')).runRulesExplain(rule, files, options);
  });
  list.action(async (files: readonly string[], options: RuleListOptions) => {
    process.exitCode = await (await import('./rules-run.ts')).runRulesList(files, options);
  });
}
