// From what was detected to what is told.
import type { Alert, AlertKind } from '../../model/alert.ts';
import { alertPriorities } from '../../model/alert.ts';
import type { Workload } from '../../model/container.ts';
import type { DetectionFacts, PlainValue } from '../../model/timeline.ts';
import { redact } from './redact.ts';
import { priorityOf } from './selector.ts';

/** What is known besides the detection itself. */
export interface AlertContext {
  /** Of the cause: the same for all its detections. */
  readonly id: string;
  readonly timeNs: bigint;
  readonly chain?: string | null;
  readonly count?: number;
  readonly container?: Alert['container'];
  readonly workload?: Workload;
}

const noWorkload: Workload = {
  user: null,
  team: null,
  application: null,
  environment: null,
};

/** The alert of a detection; its texts are without secrets. */
export function alertOf(detection: DetectionFacts, context: AlertContext): Alert {
  const fields = Object.fromEntries(
    Object.entries(detection.output_fields).map(([name, value]) => [name, redactValue(value)]),
  );
  const { count = 1, workload = noWorkload } = context;
  return {
    kind: 'detection',
    id: context.id,
    time: detection.time,
    timeNs: context.timeNs,
    priority: priorityOf(detection.priority) ?? 'Warning',
    rule: detection.rule,
    output: redact(detection.output),
    source: detection.source,
    tags: detection.tags,
    hostname: detection.hostname,
    fields,
    container: context.container === undefined ? containerOf(fields) : context.container,
    workload,
    namespace: textOf(fields, 'k8s.ns.name'),
    pod: textOf(fields, 'k8s.pod.name'),
    chain: context.chain === undefined || context.chain === null ? null : redact(context.chain),
    count,
    rows: [],
  };
}

function redactValue(value: PlainValue): PlainValue {
  if (typeof value === 'string') return redact(value);
  return Array.isArray(value) ? value.map((one) => redact(String(one))) : value;
}

function textOf(fields: Readonly<Record<string, PlainValue>>, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : null;
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? value : null;
}

function containerOf(fields: Readonly<Record<string, PlainValue>>): Alert['container'] {
  const id = textOf(fields, 'container.id');
  if (id === null || id === 'host') return null;
  const image = textOf(fields, 'container.image') ?? textOf(fields, 'container.image.repository');
  return { id, name: textOf(fields, 'container.name'), image };
}

/** An alert of our own: a test, a digest, something that was done. */
export interface OwnAlert {
  readonly kind: AlertKind;
  readonly id: string;
  readonly timeNs: bigint;
  readonly time: string;
  readonly priority: Alert['priority'];
  readonly rule: string;
  readonly text: string;
  readonly hostname: string;
}

/** Fills in what an alert of our own does not say. */
export function ownAlert(own: OwnAlert): Alert {
  const { kind, id, timeNs, time, priority, rule, hostname } = own;
  const clock = time.slice(time.indexOf('T') + 1).replace(/Z$/, '');
  return {
    kind,
    id,
    timeNs,
    time,
    priority,
    rule,
    hostname,
    output: redact(`${clock}: ${priority} ${own.text}`),
    source: 'seaworthy',
    tags: ['seaworthy', kind],
    fields: {},
    container: null,
    workload: noWorkload,
    namespace: null,
    pod: null,
    chain: null,
    count: 1,
    rows: [],
  };
}

/** The number of a priority in syslog (RFC 5424 section 6.2.1): 0 Emergency ... 7 Debug. */
export function syslogSeverity(priority: Alert['priority']): number {
  return alertPriorities.indexOf(priority);
}
