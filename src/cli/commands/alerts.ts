// `seaworthy alerts test`: does everybody who is to be told hear it?
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { type AlertsOptions, alertsFormats } from './alerts-options.ts';

/** Adds the command `alerts`. */
export function defineAlerts(program: Command): void {
  const alerts = program.command('alerts').description('who is told of detections: test outputs');
  const test = alerts
    .command('test')
    .description('send a test message to each output of a file of alerts')
    .requiredOption('--config <file>', 'the file of outputs and routes (kind: Alerts)')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(alertsFormats).default('table'),
    );
  withCommonOptions(test)
    .exitOverride()
    .action(async (options: AlertsOptions) => {
      process.exitCode = await (await import('./alerts-run.ts')).runAlertsTest(options);
    });
}
