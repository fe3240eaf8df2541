// OTLP/HTTP with JSON: logs (opentelemetry-proto logs/v1; 64-bit numbers are texts, as in proto3 JSON).
import { type Alert, alertPriorities } from '../../../model/alert.ts';
import { type About, digestLines } from './telling.ts';

/** The mapping of syslog's severities in OpenTelemetry's log data model, appendix B. */
const severityNumbers = [21, 19, 18, 17, 13, 10, 9, 5];

type Value = Alert['fields'][string] | bigint;

/** A request for `/v1/logs`: one resource for each host. */
export function otlpJson(alerts: readonly Alert[], about: About): string {
  const hosts = Map.groupBy(alerts, ({ hostname }) => hostname);
  const resourceLogs = [...hosts].map(([hostname, ofHost]) => ({
    resource: {
      attributes: attributes([
        ['service.name', 'seaworthy'],
        ['service.version', about.version],
        ['host.name', hostname],
      ]),
    },
    scopeLogs: [
      {
        scope: { name: 'seaworthy.alerts', version: about.version },
        logRecords: ofHost.map((alert, index) => logRecord(alert, index === 0 ? about.lost : 0)),
      },
    ],
  }));
  return JSON.stringify({ resourceLogs });
}

function logRecord(alert: Alert, lost: number): object {
  const { container, workload } = alert;
  const time = String(alert.timeNs);
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: severityNumbers[alertPriorities.indexOf(alert.priority)] ?? 13,
    severityText: alert.priority,
    body: { stringValue: [alert.output, ...digestLines(alert)].join('\n') },
    attributes: attributes([
      ['event.name', `seaworthy.${alert.kind}`],
      ['seaworthy.rule', alert.rule],
      ['seaworthy.source', alert.source],
      ['seaworthy.tags', alert.tags],
      ['seaworthy.cause', alert.id],
      ['seaworthy.count', BigInt(alert.count)],
      ['seaworthy.chain', alert.chain],
      ['seaworthy.team', workload.team],
      ['seaworthy.application', workload.application],
      ['deployment.environment.name', workload.environment],
      ['container.id', container?.id ?? null],
      ['container.name', container?.name ?? null],
      ['container.image.name', container?.image ?? null],
      ['k8s.namespace.name', alert.namespace],
      ['k8s.pod.name', alert.pod],
      ['seaworthy.lost', lost > 0 ? BigInt(lost) : null],
      ...Object.entries(alert.fields).map(([name, value]) => [`falco.${name}`, value] as const),
    ]),
  };
}

function attributes(pairs: readonly (readonly [string, Value])[]): readonly object[] {
  return pairs.flatMap(([key, value]) =>
    value === null || value === '' ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: Exclude<Value, null>): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } };
}
