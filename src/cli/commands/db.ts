// `seaworthy db update|build|status`: the advisory database.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions, withRegistryOptions } from '../options.ts';
import type { DbOptions } from './db-options.ts';

export function defineDb(program: Command): void {
  const db = program.command('db').description('the advisory database: update, build, status');
  const update = db
    .command('update')
    .description("fetch what changed: OSV's public data, or another source")
    .option(
      '--from <source>',
      "a finished database (oci://, https://, file://, path) if OSV's public data cannot be " +
        'reached, or a mirror or folder of feeds instead of it (repeatable)',
      collect,
      [],
    )
    .option('--no-public', "never ask OSV's public data")
    .option(
      '--ecosystem <name>',
      'only these ecosystems, as OSV spells them (repeatable)',
      collect,
      [],
    );
  const build = db
    .command('build')
    .description('build the database anew from feeds')
    .requiredOption(
      '--from <source>',
      'folder, zip, file or URL of advisories (repeatable)',
      collect,
      [],
    )
    .option('--kev <file>', "CISA's catalogue of exploited vulnerabilities (JSON)")
    .option('--epss <file>', "FIRST's exploitation scores (CSV, also gzipped)")
    .option('--cve <path>', 'NVD 2.0 or CVE 5 JSON with severities (repeatable)', collect, [])
    .option('--ecosystem <name>', 'only these ecosystems of a bucket (repeatable)', collect, []);
  const status = db.command('status').description('what the database holds and how old it is');
  for (const command of [update, build, status]) {
    command.addOption(
      new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
    );
    withCommonOptions(command).exitOverride();
  }
  withRegistryOptions(update);
  update.action(async (options: DbOptions) => {
    process.exitCode = await (await import('./db-run.ts')).runUpdate(options);
  });
  build.action(async (options: DbOptions) => {
    process.exitCode = await (await import('./db-run.ts')).runBuild(options);
  });
  status.action(async (options: DbOptions) => {
    process.exitCode = await (await import('./db-run.ts')).runStatus(options);
  });
}
