// `seaworthy exposed CVE|PURL`: which containers ran it, alive or dead.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { countOf } from './containers-options.ts';
import type { ExposedOptions } from './exposed-options.ts';

const exposedHelp = `
Ask for an advisory (CVE-2021-44228, GHSA-jfh8-c2jp-5v3q) or for a package:
pkg:npm/lodash, pkg:npm/lodash@4.17.4, pkg:deb/openssl@<3.0.11 or
"pkg:maven/org.apache.logging.log4j/log4j-core@>=2,<2.17".`;

/** Adds the command `exposed`. */
export function defineExposed(program: Command): void {
  const command = program
    .command('exposed')
    .description('who ran this vulnerability or package: containers alive and dead')
    .argument('<what>', 'CVE-..., GHSA-..., or a package URL with a version or range')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
    )
    .option('--limit <count>', 'list at most so many containers', countOf, 100)
    .option('--skip <count>', 'leave out so many of the newest', countOf, 0)
    .addHelpText('after', exposedHelp);
  withCommonOptions(command).action(async (asked: string, options: ExposedOptions) => {
    const { runExposed } = await import('./exposed-run.ts');
    process.exitCode = await runExposed(asked, options);
  });
}
