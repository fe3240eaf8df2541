// `seaworthy server`: the server of a fleet, its tokens and its agents.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { type TraceFlags, withTraceOptions, withTraces } from '../tracing.ts';
import type {
  ServerEnrolOptions,
  ServerOptions,
  ServerStoreOptions,
  ServerTokenOptions,
} from './server-options.ts';
import { durationOf } from './watch-options.ts';

function withStore(command: Command): Command {
  return command.addOption(
    new Option('--store <address>', 'postgres://USER@HOST/DATABASE, or sqlite:FILE')
      .env('SEAWORTHY_STORE')
      .makeOptionMandatory(),
  );
}

/** Adds `server` and its parts. */
export function defineServer(program: Command): void {
  const server = program
    .command('server')
    .description('the server of a fleet: takes what agents send, any number side by side');
  const serve = withStore(
    server.command('serve', { isDefault: true }).description('serve until it is told to end'),
  )
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'port to listen on', '8600')
    .option('--tls-cert <file>', 'certificate in PEM; read again when it changes')
    .option('--tls-key <file>', 'its key')
    .option('--client-ca <file>', 'PEM authority whose certificates name agents')
    .option('--plain-http', 'listen without TLS, behind something that ends it')
    .option('--name <host...>', 'further names by which browsers reach this server')
    .option('--oidc <file>', 'YAML: the OpenID provider that people log in at, and who may what')
    .option('--alerts <file>', 'tell others of detections of all nodes (YAML); one replica does')
    .option('--scan <registry...>', 'pull images that no node scanned from these registries')
    .addOption(
      new Option('--scan-after <time>', 'how long nodes may take to scan first: 10m').argParser(
        durationOf,
      ),
    )
    .option('--registry-ca <file>', "PEM authorities of those registries, besides the system's")
    .option('--keep-events <days>', 'days that detections and flows are kept', '30')
    .option('--keep-runs <days>', 'days that containers are kept after their end', '365')
    .option('--connections <number>', 'connections to the store', '8');
  withTraceOptions(withCommonOptions(serve))
    .exitOverride()
    .action(async (options: ServerOptions & TraceFlags) => {
      const { runServer } = await import('./server-run.ts');
      process.exitCode = await withTraces(options, () => runServer(options));
    });
  defineTokens(server);
}

function defineTokens(server: Command): void {
  withStore(server.command('enrol').description('print a token that lets new agents in'))
    .option('--label <text>', 'what it is for', 'nodes')
    .option('--uses <number>', 'agents that it lets in', '1')
    .option('--hours <number>', 'how long it holds', '24')
    .exitOverride()
    .action(async (options: ServerEnrolOptions) => {
      const { runServerEnrol } = await import('./server-tokens-run.ts');
      process.exitCode = await runServerEnrol(options);
    });
  withStore(server.command('token').description('print a token for people who ask'))
    .addOption(
      new Option('--role <role>').choices(['viewer', 'responder', 'admin']).default('viewer'),
    )
    .option('--label <text>', 'whose it is', 'somebody')
    .option('--team <name...>', 'see only what these teams run')
    .option('--token-file <file>', 'enter the token of this file instead of making one')
    .exitOverride()
    .action(async (options: ServerTokenOptions) => {
      const { runServerToken } = await import('./server-tokens-run.ts');
      process.exitCode = await runServerToken(options);
    });
  withStore(server.command('agents').description('list agents: seen when, clock, spool, losses'))
    .addOption(new Option('--format <format>').choices(['table', 'json']).default('table'))
    .exitOverride()
    .action(async (options: ServerStoreOptions) => {
      const { runServerAgents } = await import('./server-tokens-run.ts');
      process.exitCode = await runServerAgents(options);
    });
  withStore(server.command('logout <person>').description('end all logins of a person'))
    .exitOverride()
    .action(async (person: string, options: ServerStoreOptions) => {
      const { runServerLogout } = await import('./server-tokens-run.ts');
      process.exitCode = await runServerLogout(person, options);
    });
  withStore(server.command('revoke <agent>').description('let an agent in no more'))
    .exitOverride()
    .action(async (agent: string, options: ServerStoreOptions) => {
      const { runServerRevoke } = await import('./server-tokens-run.ts');
      process.exitCode = await runServerRevoke(agent, options);
    });
}
