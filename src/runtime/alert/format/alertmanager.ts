// Prometheus Alertmanager, API v2: `POST /api/v2/alerts`. Labels are what it groups and dedupes by, so
// they hold the cause and no times or counts.
import type { Alert } from '../../../model/alert.ts';
import { type About, digestLines, headline, lostNote, plain } from './telling.ts';

const severities: Readonly<Record<Alert['priority'], string>> = {
  Emergency: 'critical',
  Alert: 'critical',
  Critical: 'critical',
  Error: 'error',
  Warning: 'warning',
  Notice: 'info',
  Informational: 'info',
  Debug: 'info',
};

/** @param firingMs after which Alertmanager may call it resolved when nothing more is heard */
export function alertmanagerJson(alerts: readonly Alert[], about: About, firingMs: number): string {
  return JSON.stringify(
    alerts.map((alert, index) => {
      const { container, workload } = alert;
      const startMs = Number(alert.timeNs / 1_000_000n);
      const lost = index === 0 ? about.lost : 0;
      return {
        labels: known({
          alertname: alert.rule,
          severity: severities[alert.priority],
          priority: alert.priority,
          cause: alert.id,
          kind: alert.kind,
          source: alert.source,
          host: alert.hostname,
          container: container?.name ?? container?.id ?? null,
          image: container?.image ?? null,
          namespace: alert.namespace,
          pod: alert.pod,
          team: workload.team,
          application: workload.application,
          environment: workload.environment,
        }),
        annotations: known({
          summary: headline(alert),
          description: [alert.output, ...digestLines(alert)].map(plain).join('\n'),
          processes: alert.chain,
          tags: alert.tags.join(', '),
          count: String(alert.count),
          container_id: container?.id ?? null,
          lost: lost > 0 ? lostNote(lost) : null,
        }),
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(startMs + firingMs).toISOString(),
      };
    }),
  );
}

function known(labels: Readonly<Record<string, string | null>>): Record<string, string> {
  const told = Object.entries(labels).flatMap(([name, value]) =>
    value === null || value === '' ? [] : [[name, value] as const],
  );
  return Object.fromEntries(told);
}
