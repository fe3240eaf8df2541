// `seaworthy watch`: containers and what happens in them, as it happens.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions } from '../options.ts';
import { failPriorities } from './replay-options.ts';
import {
  durationOf,
  type WatchCommandOptions,
  watchEvents,
  watchFormats,
} from './watch-options.ts';

/** Adds the command `watch`. */
export function defineWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('see containers and detections as they happen, and record them')
    .option(
      '--rules <path>',
      'rules file or folder (repeatable; default: the rules that come with Seaworthy)',
      collect,
      [],
    )
    .option('--exceptions <path>', 'exceptions, read behind the rules (repeatable)', collect, [])
    .addOption(
      new Option('--format <format>', 'jsonl: one object a line, detections as Falco writes them')
        .choices(watchFormats)
        .default('table'),
    )
    .addOption(
      new Option('--events <which>', 'all: also each process, file and connection (jsonl)')
        .choices(watchEvents)
        .default('detections'),
    )
    .option('--no-record', 'keep no record of what is seen')
    .option('--no-inventory', 'do not read images that run in the background')
    .option('--alerts <file>', 'tell detections to the outputs of this file (kind: Alerts)')
    .option('--response <file>', 'act by this policy (kind: ResponsePolicy)')
    .option('--for <duration>', 'end after this time: 30s, 10m, 2h', durationOf)
    .option('--container <name>', 'print only this container: its name, or the start of its id')
    .addOption(
      new Option('--priority <priority>', 'print detections of this priority and above').choices(
        failPriorities,
      ),
    );
  withCommonOptions(command).action(async (options: WatchCommandOptions) => {
    process.exitCode = await (await import('./watch-run.ts')).runWatch(options);
  });
}
