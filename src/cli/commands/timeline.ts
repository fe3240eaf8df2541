// `seaworthy timeline CONTAINER`: what a container did, alive or dead.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { countOf } from './containers-options.ts';
import { parseMoment } from './moment.ts';
import { type TimelineOptions, timelineFormats } from './timeline-options.ts';

/** Adds the command `timeline`. */
export function defineTimeline(program: Command): void {
  const command = program
    .command('timeline')
    .description('what a container did: processes, files, packages, network, detections')
    .argument('<container>', 'its name, or the start of its id')
    .addOption(
      new Option(
        '--format <format>',
        'how to answer (events: for replay; scap: for sysdig, Falco; exceptions: rules that silence what was detected)',
      )
        .choices(timelineFormats)
        .default('table'),
    )
    .option('--since <time>', 'from this time on: 10m, 2h, 7d or a date', (text) =>
      parseMoment(text),
    )
    .option('--until <time>', 'up to this time', (text) => parseMoment(text))
    .option('--grep <text>', 'only what holds this text: a path, part of a command, an address')
    .option('--limit <count>', 'read at most so many records', countOf, 200_000);
  withCommonOptions(command).action(async (container: string, options: TimelineOptions) => {
    const { runTimeline } = await import('./timeline-run.ts');
    process.exitCode = await runTimeline(container, options);
  });
}
