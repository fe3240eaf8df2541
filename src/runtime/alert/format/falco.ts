// Falco's JSON: one object an alert, as falcosidekick and every pipeline behind it read it. What Falco
// does not have stands in output_fields under `seaworthy.`.
import type { Alert } from '../../../model/alert.ts';
import type { About } from './telling.ts';

/** One line without its line feed. */
export function falcoJson(alert: Alert, { lost }: About): string {
  const { hostname, output, priority, rule, source, tags, time } = alert;
  const fields = Object.entries({ ...alert.fields, ...ownFields(alert, lost) })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${valueText(name, value)}`);
  const head = JSON.stringify({ hostname, output, priority, rule, source });
  const tail = JSON.stringify({ tags: tags.toSorted(), time });
  return `${head.slice(0, -1)},"output_fields":{${fields.join(',')}},${tail.slice(1)}`;
}

function ownFields(alert: Alert, lost: number): Alert['fields'] {
  const { container, workload, chain, count, rows, kind } = alert;
  const named: Record<string, string | number | null> = {
    'container.id': container?.id ?? null,
    'container.name': container?.name ?? null,
    'seaworthy.chain': chain,
    'seaworthy.team': workload.team,
    'seaworthy.application': workload.application,
    'seaworthy.environment': workload.environment,
  };
  const known = Object.entries(named).filter(
    ([name, value]) => value !== null && !Object.hasOwn(alert.fields, name),
  );
  return {
    ...Object.fromEntries(known),
    'seaworthy.kind': kind,
    'seaworthy.cause': alert.id,
    'seaworthy.count': count,
    ...(lost > 0 ? { 'seaworthy.lost': lost } : {}),
    ...(rows.length > 0
      ? { 'seaworthy.digest': rows.map((row) => `${row.count} x ${row.priority}: ${row.rule}`) }
      : {}),
  };
}

/** Falco writes the time as a number; as such it is beyond what JavaScript keeps exactly. */
function valueText(name: string, value: Alert['fields'][string] | undefined): string {
  if (name === 'evt.time' && typeof value === 'string' && /^\d{1,20}$/.test(value)) return value;
  return JSON.stringify(value ?? null);
}
