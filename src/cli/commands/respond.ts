// `seaworthy respond list|undo`: what was done to containers, and taking it back.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { type RespondListOptions, type RespondOptions, respondFormats } from './respond-options.ts';

/** Adds the command `respond`. */
export function defineRespond(program: Command): void {
  const respond = program
    .command('respond')
    .description('what was done to containers because of detections: list, take back');
  const list = respond
    .command('list')
    .description('actions with their reasons and results, newest first')
    .option('--active', 'only what still holds and can be taken back');
  const undo = respond
    .command('undo')
    .description('take an action back: go on, restore the network, lift a denial')
    .argument('<id>', 'the id of the action, or its start');
  for (const command of [list, undo]) {
    command.addOption(
      new Option('--format <format>', 'how to answer').choices(respondFormats).default('table'),
    );
    withCommonOptions(command).exitOverride();
  }
  list.action(async (options: RespondListOptions) => {
    process.exitCode = await (await import('./respond-run.ts')).runRespondList(options);
  });
  undo.action(async (id: string, options: RespondOptions) => {
    process.exitCode = await (await import('./respond-run.ts')).runRespondUndo(id, options);
  });
}
