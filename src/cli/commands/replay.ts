// `seaworthy replay`: rules over what was recorded.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions } from '../options.ts';
import { failPriorities, type ReplayOptions, replayFormats } from './replay-options.ts';

/** Adds the command `replay`. */
export function defineReplay(program: Command): void {
  const replay = program
    .command('replay')
    .description('what rules would have said: captures (.scap), recorded events, audit logs')
    .argument(
      '<recording...>',
      '.scap of sysdig or Falco, JSON lines of events or alerts, a Kubernetes audit log; each plain ' +
        'or gzip (- is stdin)',
    )
    .option(
      '--rules <path>',
      'rules file or folder (repeatable; default: the rules that come with Seaworthy)',
      collect,
      [],
    )
    .option('--all', 'tell every rule that an event matches, not only the first')
    .addOption(
      new Option(
        '--fail-on <priority>',
        'exit 1 when a rule of this priority or above matches',
      ).choices(failPriorities),
    )
    .addOption(
      new Option('--format <format>', 'jsonl: one detection a line, as Falco writes them')
        .choices(replayFormats)
        .default('table'),
    );
  withCommonOptions(replay)
    .exitOverride()
    .action(async (recordings: readonly string[], options: ReplayOptions) => {
      process.exitCode = await (await import('./replay-run.ts')).runReplay(recordings, options);
    });
}
