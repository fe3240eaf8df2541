// `seaworthy scan [TARGET...]`: how safe is this image, folder, container, SBOM or package?
import { type Command, Option } from 'commander';
import { scanners, usualScanners } from '../../inspect/scanner.ts';
import { severities } from '../../model/severity.ts';
import { collect, withCommonOptions, withRegistryOptions, wordsOf } from '../options.ts';
import { type TraceFlags, withTraceOptions, withTraces } from '../tracing.ts';
import { failLevels, type ScanOptions, scanFormats } from './scan-options.ts';

const targetHelp = `
Targets are recognised by themselves: an archive (docker save, OCI, skopeo, kaniko),
an OCI layout folder, a root file system, a project folder, an SBOM, an image of the
local engine or of a registry. Force one with docker-archive:FILE, oci-archive:FILE,
oci:DIR, docker:REF, registry:REF, container:ID, rootfs:DIR, dir:DIR, sbom:FILE or a
package URL (pkg:npm/lodash@4.17.4). A pipe is read as it passes:
docker save IMAGE | seaworthy scan - (an SBOM as well). Without a target: every image
of the local engine, else this machine's own root file system.`;

export function defineScan(program: Command): void {
  const command = program
    .command('scan')
    .description('how safe is this image, container, folder, SBOM or package?')
    .argument('[target...]', 'what to scan')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(scanFormats).default('table'),
    )
    .addOption(
      new Option('--fail-on <level>', 'exit 1 from this severity on, or when exploited').choices(
        failLevels,
      ),
    )
    .addOption(
      new Option('--scanners <list>', `what to look for: ${scanners.join(',')}`)
        .argParser(wordsOf(scanners))
        .default(usualScanners, usualScanners.join(',')),
    )
    .option('--only-fixed', 'leave out what has no fixed version yet')
    .addOption(
      new Option('--show <what>', 'list in full').choices([
        ...severities,
        'unknowns',
        'suppressed',
        'packages',
        'all',
      ]),
    )
    .option('--vex <file>', 'OpenVEX, CSAF or CycloneDX statements (repeatable)', collect, [])
    .option('--ignore-file <file>', 'waivers (default: .seaworthyignore.yaml if there)')
    .option('--exclude-base <image>', "leave out what this base image's layers bring")
    .option('--verify-digests', 'hash uncompressed local layers too')
    .option('--update', 'update the advisories first, as far as they can be reached')
    .addHelpText('after', targetHelp);
  withTraceOptions(withRegistryOptions(withCommonOptions(command))).action(
    async (targets: readonly string[], options: ScanOptions & TraceFlags) => {
      const { runScan } = await import('./scan-run.ts');
      process.exitCode = await withTraces(options, () => runScan(targets, options));
    },
  );
}
