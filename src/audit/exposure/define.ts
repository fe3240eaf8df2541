// What the controls on exposed interfaces have in common: they judge each port of their service.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import {
  type AuditControl,
  type Evidence,
  failedBy,
  passed,
  told,
  type Verdict,
} from '../control.ts';
import type { ExposureFacts, PortFact } from './facts.ts';

export type ExposureControl = AuditControl<ExposureFacts>;

/** What one port shows: a fault, a good sign, or nothing about this control. */
export type PortVerdict =
  | {
      readonly kind: 'bad';
      readonly message: string;
      readonly value: unknown;
      readonly severity?: Severity;
    }
  | { readonly kind: 'good'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'aside' };

export interface PortControl {
  readonly id: string;
  /** Ids of services. */
  readonly services: readonly string[];
  readonly title: string;
  readonly severity: Severity;
  readonly lesson: LessonId;
  readonly reads: string;
  readonly fix: string;
  readonly judge: (port: PortFact, facts: ExposureFacts) => PortVerdict;
}

/** A control over the ports of its services. */
export function portControl(row: PortControl): ExposureControl {
  const { services, judge, ...rest } = row;
  return {
    benchmark: 'Exposed interfaces',
    profile: services[0] ?? 'any',
    ...rest,
    evaluate: (facts) => {
      const ports = facts.ports.filter(
        ({ service }) => service !== null && services.includes(service),
      );
      if (ports.length === 0)
        return told('not-applicable', 'none answers on the ports that were asked');
      return combined(ports.map((port) => ({ port, verdict: judge(port, facts) })));
    },
  };
}

function combined(
  judged: readonly { readonly port: PortFact; readonly verdict: PortVerdict }[],
): Verdict {
  const evidence = (kind: PortVerdict['kind']): Evidence[] =>
    judged.flatMap(({ port, verdict }) => {
      if (verdict.kind !== kind || verdict.kind === 'aside') return [];
      const bad = verdict.kind === 'bad' ? verdict : null;
      const severity = bad?.severity === undefined ? {} : { severity: bad.severity };
      return [
        {
          subject: placeOf(port),
          place: placeOf(port),
          value: bad?.value ?? null,
          message: `${placeOf(port)}: ${verdict.message}`,
          detail: { address: port.address, reach: port.reach, tls: port.tls },
          ...severity,
        },
      ];
    });
  const bad = evidence('bad');
  if (bad.length > 0) return failedBy(bad);
  const unknown = evidence('unknown');
  if (unknown.length > 0) return { status: 'unknown', evidence: unknown };
  const good = evidence('good');
  if (good.length > 0) return passed(good);
  return told('not-applicable', 'nothing that was answered is about this');
}

/** `tcp host:port`, as people write it. */
export function placeOf({ host, port }: Pick<PortFact, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export const aside: PortVerdict = { kind: 'aside' };

export function bad(message: string, value: unknown = null, severity?: Severity): PortVerdict {
  return { kind: 'bad', message, value, ...(severity === undefined ? {} : { severity }) };
}

export function good(message: string): PortVerdict {
  return { kind: 'good', message };
}

export function unsure(message: string): PortVerdict {
  return { kind: 'unknown', message };
}
