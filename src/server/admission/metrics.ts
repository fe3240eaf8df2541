// Figures of the webhook in the text format of Prometheus.

const bucketsMs = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

export interface Metrics {
  count(decision: string): void;
  observe(elapsedMs: number): void;
  text(gauges: Readonly<Record<string, number>>): string;
}

/** Counters that start at zero; their names start with `prefix`. */
export function createMetrics(prefix = 'seaworthy_gate'): Metrics {
  const decisions = new Map<string, number>();
  const buckets = bucketsMs.map(() => 0);
  let count = 0;
  let sumMs = 0;
  return {
    count: (decision) => decisions.set(decision, (decisions.get(decision) ?? 0) + 1),
    observe(elapsedMs) {
      count += 1;
      sumMs += elapsedMs;
      for (const [at, most] of bucketsMs.entries()) {
        if (elapsedMs <= most) buckets[at] = (buckets[at] ?? 0) + 1;
      }
    },
    text(gauges) {
      const lines = [`# TYPE ${prefix}_reviews_total counter`];
      for (const [decision, value] of decisions) {
        lines.push(`${prefix}_reviews_total{decision="${decision}"} ${value}`);
      }
      lines.push(`# TYPE ${prefix}_review_seconds histogram`);
      for (const [at, most] of bucketsMs.entries()) {
        lines.push(`${prefix}_review_seconds_bucket{le="${most / 1000}"} ${buckets[at]}`);
      }
      lines.push(`${prefix}_review_seconds_bucket{le="+Inf"} ${count}`);
      lines.push(`${prefix}_review_seconds_sum ${sumMs / 1000}`);
      lines.push(`${prefix}_review_seconds_count ${count}`);
      for (const [name, value] of Object.entries(gauges)) {
        lines.push(`# TYPE ${prefix}_${name} gauge`, `${prefix}_${name} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
