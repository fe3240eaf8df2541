// `seaworthy agent`: tells the record of this node to the server of its fleet.
import type { Command } from 'commander';
import { withCommonOptions } from '../options.ts';
import { type TraceFlags, withTraceOptions, withTraces } from '../tracing.ts';
import type { AgentCommandOptions } from './agent-options.ts';

/** Adds `agent`. */
export function defineAgent(program: Command): void {
  const agent = program
    .command('agent')
    .description('send what is recorded on this node to a fleet server')
    .requiredOption('--server <url>', 'https address of the server')
    .option('--token <token>', 'enrolment token, for the first start (env SEAWORTHY_TOKEN)')
    .option('--token-file <file>', 'file that holds it: an argument can be read by every process')
    .option('--ca <file>', 'PEM authority of the server, besides those of the system')
    .option('--cert <file>', 'PEM certificate of this node, instead of a token')
    .option('--key <file>', 'its key')
    .option('--node <name>', 'name of this node (default: its host name)')
    .option('--alerts <file>', 'tell others of detections of this node (YAML)')
    .option('--response <file>', 'a policy of what is done about them here (YAML)')
    .option('--spool-size <MiB>', 'most disk that waits for the server', '512')
    .option('--plain-http', 'send without TLS to a server that is not on this machine');
  withTraceOptions(withCommonOptions(agent))
    .exitOverride()
    .action(async (options: AgentCommandOptions & TraceFlags) => {
      const { runAgentCommand } = await import('./agent-run.ts');
      process.exitCode = await withTraces(options, () => runAgentCommand(options));
    });
}
