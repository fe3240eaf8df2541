// Who is told what, and how much of it: routes choose outputs; beyond what an output takes at once
// within an interval, alerts are gathered into one digest, so that nobody drowns and nothing is hidden.
import type { Alert, DigestRow } from '../../model/alert.ts';
import { ownAlert } from './alert-of.ts';
import type { AlertConfig, Output, Route } from './config.ts';
import { rankOf, selects } from './selector.ts';

export interface Delivery {
  /** Name of the output. */
  readonly output: string;
  readonly alert: Alert;
}

/** Rows of a digest; rules beyond it are told as one row. */
const rowsAtMost = 30;
const containersOfRow = 5;
/** Rules that are told apart while gathering: the rules of a set are known, so it is never reached. */
const gatheredAtMost = 2000;

interface Gathered {
  priority: Alert['priority'];
  readonly rule: string;
  count: number;
  readonly causes: Set<string>;
  readonly containers: Set<string>;
}

interface OutputState {
  readonly output: Output;
  /** Sent at once in this interval. */
  sent: number;
  readonly gathered: Map<string, Gathered>;
}

export class AlertRouter {
  private readonly routes: readonly Route[];
  private readonly states: ReadonlyMap<string, OutputState>;
  private readonly digestSeconds: number;
  private readonly hostname: string;
  private intervalEndMs: number | null = null;

  constructor(config: AlertConfig, hostname: string) {
    this.routes = config.routes;
    this.digestSeconds = config.digestSeconds;
    this.hostname = hostname;
    this.states = new Map(
      config.outputs.map((output) => [output.name, { output, sent: 0, gathered: new Map() }]),
    );
  }

  /** What is to be sent now of a new alert. Repeats of a told one belong into `gather`. */
  take(alert: Alert, nowMs: number): readonly Delivery[] {
    const due = this.due(nowMs);
    const now = this.targetsOf(alert).flatMap((state): readonly Delivery[] => {
      // What we did ourselves is never folded.
      if (state.sent < state.output.atOnce || alert.kind === 'response') {
        state.sent += 1;
        return [{ output: state.output.name, alert }];
      }
      this.add(state, alert);
      return [];
    });
    return [...due, ...now];
  }

  /** Counts an alert that is told in the next digest only: a repeat. */
  gather(alert: Alert, nowMs: number): readonly Delivery[] {
    const due = this.due(nowMs);
    for (const state of this.targetsOf(alert)) this.add(state, alert);
    return due;
  }

  /** Digests whose interval is over; to be asked now and then. */
  due(nowMs: number): readonly Delivery[] {
    const length = this.digestSeconds * 1000;
    // A clock that was set back must not silence the digests.
    const isAhead = this.intervalEndMs !== null && this.intervalEndMs > nowMs + length;
    if (this.intervalEndMs === null || isAhead) this.intervalEndMs = nowMs + length;
    if (nowMs < this.intervalEndMs) return [];
    this.intervalEndMs = nowMs + length;
    return this.flush(nowMs);
  }

  /** All digests, whether due or not: at the end. */
  flush(nowMs: number): readonly Delivery[] {
    return [...this.states.values()].flatMap((state) => {
      const { gathered, output } = state;
      state.sent = 0;
      if (gathered.size === 0) return [];
      const alert = digestOf([...gathered.values()], {
        nowMs,
        hostname: this.hostname,
        seconds: this.digestSeconds,
      });
      gathered.clear();
      return [{ output: output.name, alert }];
    });
  }

  private targetsOf(alert: Alert): readonly OutputState[] {
    const names = new Set<string>();
    for (const { selector, to, stop } of this.routes) {
      if (!selects(selector, alert)) continue;
      for (const name of to) names.add(name);
      if (stop) break;
    }
    return [...names].flatMap((name) => this.states.get(name) ?? []);
  }

  private add({ gathered }: OutputState, alert: Alert): void {
    const { rule, priority, container, id } = alert;
    const key = gathered.has(rule) || gathered.size < gatheredAtMost ? rule : 'other rules';
    let row = gathered.get(key);
    if (row === undefined) {
      row = { priority, rule: key, count: 0, causes: new Set(), containers: new Set() };
      gathered.set(key, row);
    }
    row.count += 1;
    if (rankOf(priority) < rankOf(row.priority)) row.priority = priority;
    if (row.causes.size < gatheredAtMost) row.causes.add(id);
    if (container !== null && row.containers.size < containersOfRow) {
      row.containers.add(container.name ?? container.id);
    }
  }
}

interface DigestContext {
  readonly nowMs: number;
  readonly hostname: string;
  readonly seconds: number;
}

function digestOf(gathered: readonly Gathered[], context: DigestContext): Alert {
  const { nowMs, hostname, seconds } = context;
  const sorted = gathered.toSorted(
    (a, b) => rankOf(a.priority) - rankOf(b.priority) || b.count - a.count,
  );
  const rows: DigestRow[] = sorted.slice(0, rowsAtMost).map((one) => ({
    priority: one.priority,
    rule: one.rule,
    count: one.count,
    causes: one.causes.size,
    containers: [...one.containers],
  }));
  const rest = sorted.slice(rowsAtMost);
  const total = gathered.reduce((sum, { count }) => sum + count, 0);
  const [first] = rows;
  const tail = rest.length === 0 ? '' : `, ${rest.length} rules more`;
  const span = seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
  const alert = ownAlert({
    kind: 'digest',
    id: 'digest',
    timeNs: BigInt(nowMs) * 1_000_000n,
    time: new Date(nowMs).toISOString(),
    priority: first?.priority ?? 'Notice',
    rule: 'Digest',
    text: `${total} more detections of ${gathered.length} rules within ${span}${tail}`,
    hostname,
  });
  return { ...alert, count: total, rows };
}
