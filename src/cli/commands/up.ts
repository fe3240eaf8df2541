// `seaworthy up`: the whole picture on one machine; `up token`: who else may look at it.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { collect, withCommonOptions } from '../options.ts';
import { type TraceFlags, withTraceOptions, withTraces } from '../tracing.ts';
import type { UpRunOptions, UpTokenOptions } from './up-options.ts';

/** The default of `--port`: the next ones are tried when it is taken. */
const usualPort = 7070;

/** Adds `up` and `up token`. */
export function defineUp(program: Command): void {
  const command = program
    .command('up')
    .description('everything on this machine: scans, record, dashboard and API, on one link')
    .option('--port <number>', 'where to listen; the next free one', portOf, usualPort)
    .option('--host <address>', 'listen on this address instead of this machine alone', '127.0.0.1')
    .option('--name <host>', 'a further name that this machine is called by', collect, [])
    .option(
      '--rules <file>',
      'rules in the Falco language instead of ours (repeatable)',
      collect,
      [],
    )
    .option('--exceptions <file>', 'exceptions, behind the rules (repeatable)', collect, [])
    .option('--waivers <file>', 'faults that somebody answers for, of audits and the gate (YAML)')
    .option('--alerts <file>', 'tell others of detections: outputs, routes and digests (YAML)')
    .option('--trust-policy <file>', 'whose signatures of images count: the policy file of verify')
    .option('--trusted-root <file>', "a trusted_root.json instead of Sigstore's public one")
    .option('--registry-ca <file>', 'PEM file of authorities that registries may be signed by')
    .option('--plain-http', 'talk plain http to registries that are not on this machine')
    .option('--response <file>', 'a policy of what is done about detections, and by hand (YAML)')
    .addOption(new Option('--for <time>', 'end after this time: 5s, 10m, 2h').argParser(spanOf))
    .option('--once', 'end when everything that is here now is scanned');
  withTraceOptions(withCommonOptions(command)).action(
    async (options: UpRunOptions & TraceFlags) => {
      const { runUp } = await import('./up-run.ts');
      process.exitCode = await withTraces(options, () => runUp(options));
    },
  );
  defineToken(command);
}

function defineToken(up: Command): void {
  const token = up.command('token').description('tokens of the dashboard and the API');
  const create = token
    .command('create')
    .description('a token for somebody else; it is shown this once')
    .argument('<name>', 'whose it is')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['viewer', 'responder', 'admin'])
        .default('viewer'),
    )
    .option('--team <team>', 'only what this team runs (repeatable)', collect, []);
  withCommonOptions(create).action(async (name: string, options: UpTokenOptions) => {
    const { runTokenCreate } = await import('./up-token-run.ts');
    process.exitCode = await runTokenCreate(name, options);
  });
  const list = token.command('list').description('which tokens there are');
  list.addOption(
    new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
  );
  withCommonOptions(list).action(async (options: UpTokenOptions) => {
    const { runTokenList } = await import('./up-token-run.ts');
    process.exitCode = await runTokenList(options);
  });
  const revoke = token
    .command('revoke')
    .description('end a token at once')
    .argument('<id>', 'as `up token list` tells it');
  withCommonOptions(revoke).action(async (id: string, options: UpTokenOptions) => {
    const { runTokenRevoke } = await import('./up-token-run.ts');
    process.exitCode = await runTokenRevoke(id, options);
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Write a number up to 65535.');
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function spanOf(text: string): number {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  if (match !== null) return Number(match[1]) * (unitsMs[match[2] ?? ''] ?? 0);
  throw new InvalidArgumentError('Write a time such as 5s, 10m or 2h.');
}
