// `seaworthy gate test` and `gate baseline`: prove policies, and waive what is wrong today.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions, wordsOf } from '../options.ts';
import { gateProfiles } from './gate-options.ts';
import type { GateBaselineOptions, GateTestOptions } from './gate-test-options.ts';

/** Adds `gate test`. */
export function defineGateTest(gate: Command): void {
  const test = gate
    .command('test')
    .description('prove policies: objects, and what should be decided on them')
    .argument('<suite...>', 'file with tests, or folder of such')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
    );
  withCommonOptions(test)
    .exitOverride()
    .action(async (suites: readonly string[], options: GateTestOptions) => {
      const { runGateTest } = await import('./gate-test-run.ts');
      process.exitCode = await runGateTest(suites, options);
    });
}

/** Adds `gate baseline`. */
export function defineGateBaseline(gate: Command): void {
  const baseline = gate
    .command('baseline')
    .description('waivers for what is wrong today: only what is new fails from now on')
    .argument('<manifest...>', 'as for gate check; - for `kubectl get ... -A -o yaml`')
    .requiredOption('--owner <who>', 'who answers for it')
    .option('--expires <day>', 'last day of the waivers (default: 90 days from now)')
    .option('--reason <text>', 'why it is waived', 'was there when the policy came')
    .option('--policy <file>', 'policy files and folders (repeatable)', collect, [])
    .addOption(
      new Option('--profile <list>', `which controls hold: ${gateProfiles.join(', ')}`)
        .argParser(wordsOf(gateProfiles))
        .default(['recommended'], 'recommended'),
    )
    .option('--kubernetes-version <version>', 'the version whose rules are meant', 'latest');
  withCommonOptions(baseline)
    .exitOverride()
    .action(async (manifests: readonly string[], options: GateBaselineOptions) => {
      const { runGateBaseline } = await import('./gate-test-run.ts');
      process.exitCode = await runGateBaseline(manifests, options);
    });
}
