// `seaworthy sbom TARGET`: the inventory alone.
import { type Command, Option } from 'commander';
import {
  type CommonOptions,
  type RegistryFlags,
  withCommonOptions,
  withRegistryOptions,
} from '../options.ts';

export const sbomFormats = ['cyclonedx', 'spdx', 'json'] as const;

export interface SbomOptions extends CommonOptions, RegistryFlags {
  readonly format: (typeof sbomFormats)[number];
  readonly verifyDigests?: boolean;
}

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
