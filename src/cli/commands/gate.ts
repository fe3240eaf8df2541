// `seaworthy gate check`: may this run? Decides on manifests before they reach a cluster.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions, wordsOf } from '../options.ts';
import { defineGateDocker } from './gate-docker.ts';
import { type GateOptions, gateDecisions, gateFormats, gateProfiles } from './gate-options.ts';
import { defineGateManifests, defineGateServe } from './gate-serve.ts';
import { defineGateBaseline, defineGateTest } from './gate-test.ts';

/** Adds the command `gate`. */
export function defineGate(program: Command): void {
  const gate = program.command('gate').description('what may run: decide on manifests');
  const check = gate
    .command('check')
    .description('judge manifests, Compose files, Dockerfiles, docker inspect, images')
    .argument(
      '<manifest...>',
      'file, folder of such, - for standard input, container:ID, or an image',
    )
    .addOption(
      new Option('--profile <list>', `which controls hold: ${gateProfiles.join(', ')}`)
        .argParser(wordsOf(gateProfiles))
        .default(['recommended'], 'recommended: baseline denies, restricted warns'),
    )
    .option('--kubernetes-version <version>', 'the version whose rules are meant', 'latest')
    .option('--waivers <file>', 'faults that somebody answers for: reason, owner, expiry')
    .option(
      '--policy <file>',
      'policy files and folders: Policy, ValidatingAdmissionPolicy (repeatable)',
      collect,
      [],
    )
    .option('--trust <file>', 'whose signatures count: the policy file of verify')
    .option('--unrecorded <file>', 'leave out what this record of the webhook holds')
    .option('--env-file <file>', 'variables of Compose files (default: .env beside the file)')
    .addOption(
      new Option('--on-unknown <decision>', 'what to decide where something cannot be judged')
        .choices(gateDecisions)
        .default('deny'),
    )
    .addOption(
      new Option('--format <format>', 'how to answer').choices(gateFormats).default('table'),
    );
  withCommonOptions(check)
    .exitOverride()
    .action(async (manifests: readonly string[], options: GateOptions) => {
      const { runGateCheck } = await import('./gate-run.ts');
      process.exitCode = await runGateCheck(manifests, options);
    });
  defineGateTest(gate);
  defineGateBaseline(gate);
  defineGateServe(gate);
  defineGateManifests(gate);
  defineGateDocker(gate);
}
