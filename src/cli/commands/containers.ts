// `seaworthy containers`: every container that was recorded, alive and dead, newest first.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { type ContainersOptions, countOf } from './containers-options.ts';
import { parseMoment } from './moment.ts';

/** Adds the command `containers`. */
export function defineContainers(program: Command): void {
  const command = program
    .command('containers')
    .description('which containers ran here, alive and dead')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
    )
    .option('--image <word>', 'part of the image, or of its id or digest')
    .option('--name <word>', 'part of the name, or the start of the id')
    .option('--remote <address>', 'only those that talked with this address')
    .option('--alive', 'only those that still run')
    .option('--since <time>', 'alive at this time or later: 10m, 2h, 7d or a date', (text) =>
      parseMoment(text),
    )
    .option('--limit <count>', 'list at most so many', countOf, 1000);
  withCommonOptions(command).action(async (options: ContainersOptions) => {
    const { runContainers } = await import('./containers-run.ts');
    process.exitCode = await runContainers(options);
  });
}
