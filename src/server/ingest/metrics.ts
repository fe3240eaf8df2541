// Counters of the fleet's server in the text format of Prometheus.

const bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

const counted = ['failed', 'unauthorised', 'enrolled', 'refused', 'full'] as const;

export interface IngestMetrics {
  count(what: (typeof counted)[number]): void;
  batch(records: number, setAside: number, elapsedMs: number): void;
  text(further?: FurtherFigures): string;
}

/** Names without the prefix. */
export type FurtherFigures = ReadonlyMap<
  string,
  { readonly value: number; readonly kind: 'counter' | 'gauge' }
>;

export function createIngestMetrics(): IngestMetrics {
  const counts = new Map<string, number>(counted.map((one) => [one, 0]));
  const buckets = bounds.map(() => 0);
  const sums = { batches: 0, records: 0, setAside: 0, seconds: 0 };
  return {
    count: (what) => counts.set(what, (counts.get(what) ?? 0) + 1),
    batch(records, setAside, elapsedMs) {
      const seconds = elapsedMs / 1000;
      sums.batches += 1;
      sums.records += records;
      sums.setAside += setAside;
      sums.seconds += seconds;
      for (const [index, bound] of bounds.entries()) {
        if (seconds <= bound) buckets[index] = (buckets[index] ?? 0) + 1;
      }
    },
    text: (further) =>
      [
        '# TYPE seaworthy_ingest_records_total counter',
        `seaworthy_ingest_records_total ${sums.records}`,
        '# TYPE seaworthy_ingest_set_aside_total counter',
        `seaworthy_ingest_set_aside_total ${sums.setAside}`,
        '# TYPE seaworthy_ingest_answers_total counter',
        ...[...counts].map(
          ([what, count]) => `seaworthy_ingest_answers_total{kind="${what}"} ${count}`,
        ),
        '# TYPE seaworthy_ingest_seconds histogram',
        ...bounds.map(
          (bound, index) => `seaworthy_ingest_seconds_bucket{le="${bound}"} ${buckets[index]}`,
        ),
        `seaworthy_ingest_seconds_bucket{le="+Inf"} ${sums.batches}`,
        `seaworthy_ingest_seconds_sum ${sums.seconds}`,
        `seaworthy_ingest_seconds_count ${sums.batches}`,
        ...[...(further ?? [])].flatMap(([name, { value, kind }]) => [
          `# TYPE seaworthy_${name} ${kind}`,
          `seaworthy_${name} ${value}`,
        ]),
        '',
      ].join('\n'),
  };
}
