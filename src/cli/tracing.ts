// Traces for commands: on when the flag or the environment names a receiver.
import type { Command } from 'commander';
import { oneLine } from '../base/error.ts';
import { realPace } from '../base/retry.ts';
import { version } from './version.ts';

export interface TraceFlags {
  readonly otlpEndpoint?: string;
  readonly quiet?: boolean;
}

/** Adds `--otlp-endpoint`. */
export function withTraceOptions(command: Command): Command {
  return command.option(
    '--otlp-endpoint <url>',
    'send traces to this OpenTelemetry receiver (env OTEL_EXPORTER_OTLP_ENDPOINT)',
  );
}

/** Runs a command with traces, and sends what is left when it ended. */
export async function withTraces<T>(
  { otlpEndpoint, quiet }: TraceFlags,
  action: () => Promise<T>,
): Promise<T> {
  const warn = (line: string): void => {
    if (quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  const isAsked =
    otlpEndpoint !== undefined ||
    Object.keys(process.env).some((name) => name.startsWith('OTEL_EXPORTER_OTLP_'));
  if (!isAsked) return action();
  // Loaded only now: most starts have no traces.
  const { exportTraces, traceSettings } = await import('../host/trace/index.ts');
  const settings = traceSettings(otlpEndpoint, process.env);
  if (settings === null) return action();
  if (settings.remark !== null) warn(settings.remark);
  const { authorityFile } = settings;
  const { fileOption } = await import('./commands/fleet-options.ts');
  const authorities =
    authorityFile === null ? [] : [fileOption('OTEL_EXPORTER_OTLP_CERTIFICATE', authorityFile)];
  const traces = exportTraces({ settings, authorities, version, pace: realPace, warn });
  try {
    return await action();
  } finally {
    await traces.close();
  }
}
