// `seaworthy sbom TARGET`: the inventory alone.
import { type Command, Option } from 'commander';
import { withCommonOptions, withRegistryOptions } from '../options.ts';
import { type SbomOptions, sbomFormats } from './sbom-options.ts';

export function defineSbom(program: Command): void {
  const command = program
    .command('sbom')
    .description('what is in it: packages, where they lie, who brought them')
    .argument('<target>', 'as for scan')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(sbomFormats).default('cyclonedx'),
    )
    .option('--verify-digests', 'hash uncompressed local layers too');
  withRegistryOptions(withCommonOptions(command)).action(
    async (target: string, options: SbomOptions) => {
      const { runSbom } = await import('./sbom-run.ts');
      process.exitCode = await runSbom(target, options);
    },
  );
}
