// `seaworthy audit`: what is already open. One subcommand for each thing that is audited.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { addKubernetes } from './audit-kubernetes.ts';
import {
  type AuditDockerOptions,
  type AuditExposureOptions,
  type AuditHostOptions,
  auditFormats,
  failSeverities,
} from './audit-options.ts';

/** Adds the command `audit`. */
export function defineAudit(program: Command): void {
  const audit = program.command('audit').description('what is already open: benchmarks and risks');
  addDocker(audit);
  addHost(audit);
  addExposure(audit);
  addKubernetes(audit, { withAuditOptions, listOf });
}

function addDocker(audit: Command): void {
  const docker = audit
    .command('docker')
    .description('judge a Docker engine, its host and its containers by CIS Docker 1.6')
    .option('--host <socket>', 'the engine: a socket, or tcp://HOST:PORT (default: as docker)')
    .option('--root <dir>', 'where the files of the host are (in a container: /host)', '/')
    .addOption(
      new Option(
        '--containers <list>',
        'names, ids, or `running` (default: all, also those that ended)',
      ).argParser(listOf),
    );
  withCommonOptions(withAuditOptions(docker))
    .exitOverride()
    .action(async (options: AuditDockerOptions) => {
      const { runAuditDocker } = await import('./audit-docker-run.ts');
      process.exitCode = await runAuditDocker(options);
    });
}

function addHost(audit: Command): void {
  const host = audit
    .command('host')
    .description('judge this host: flaws of kernel and runtimes, settings, updates')
    .option('--host <socket>', 'socket of the local engine (default: as docker)')
    .option('--root <dir>', 'where the files of the host are (in a container: /host)', '/');
  withCommonOptions(withAuditOptions(host))
    .exitOverride()
    .action(async (options: AuditHostOptions) => {
      const { runAuditHost } = await import('./audit-host-run.ts');
      process.exitCode = await runAuditHost(options);
    });
}

function addExposure(audit: Command): void {
  const exposure = audit
    .command('exposure')
    .description('ask hosts that you name which container interfaces they offer to strangers')
    .argument('[host...]', 'HOST or HOST:PORT; without a port the usual ones are asked')
    .option('--i-own-these-hosts', 'ask hosts outside of private networks too')
    .option('--consent', 'try to read the name of one key of etcd')
    .option('--metadata', 'ask the metadata service of the cloud too: run it inside a container')
    .option('--metadata-at <host>', 'where that is (default: 169.254.169.254)');
  withCommonOptions(withAuditOptions(exposure))
    .exitOverride()
    .action(async (hosts: readonly string[], options: AuditExposureOptions) => {
      const { runAuditExposure } = await import('./audit-exposure-run.ts');
      process.exitCode = await runAuditExposure(hosts, options);
    });
}

/** Flags that every audit has. */
function withAuditOptions(command: Command): Command {
  return command
    .option('--waivers <file>', 'faults that somebody answers for: reason, owner, expiry')
    .addOption(
      new Option('--only <ids>', 'these controls, or parts of the benchmark: 2,5.4').argParser(
        listOf,
      ),
    )
    .addOption(
      new Option('--threshold <score>', 'exit with 1 below this score (0..100)').argParser(scoreIn),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 where a control of it fails').choices(
        failSeverities,
      ),
    )
    .option('--no-history', 'do not keep this run for the trend')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(auditFormats).default('table'),
    );
}

function listOf(value: string): readonly string[] {
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) throw new InvalidArgumentError('A list of words is expected.');
  return words;
}

function scoreIn(value: string): number {
  const score = Number(value);
  if (/^\d{1,3}$/.test(value) && score <= 100) return score;
  throw new InvalidArgumentError('A number from 0 to 100 is expected.');
}
