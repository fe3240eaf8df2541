// Figures of the server and of what it serves, in the text format of Prometheus.

export interface HttpMetrics {
  observe(route: string, status: number, elapsedMs: number): void;
  /** @param gauges further figures, names without the prefix */
  text(gauges: ReadonlyMap<string, number>): string;
}

const bucketsMs = [5, 10, 25, 50, 100, 200, 500, 1000, 2500];

interface Sum {
  readonly buckets: number[];
  count: number;
  sumMs: number;
}

export function createHttpMetrics(): HttpMetrics {
  const requests = new Map<string, number>();
  const times = new Map<string, Sum>();
  return {
    observe(route, status, elapsedMs) {
      const key = `route="${route}",status="${status}"`;
      requests.set(key, (requests.get(key) ?? 0) + 1);
      let sum = times.get(route);
      if (sum === undefined) {
        sum = { buckets: bucketsMs.map(() => 0), count: 0, sumMs: 0 };
        times.set(route, sum);
      }
      sum.count += 1;
      sum.sumMs += elapsedMs;
      for (const [at, most] of bucketsMs.entries()) {
        if (elapsedMs <= most) sum.buckets[at] = (sum.buckets[at] ?? 0) + 1;
      }
    },
    text(gauges) {
      const lines = ['# TYPE seaworthy_http_requests_total counter'];
      for (const [key, value] of requests) {
        lines.push(`seaworthy_http_requests_total{${key}} ${value}`);
      }
      lines.push('# TYPE seaworthy_http_request_seconds histogram');
      for (const [route, sum] of times) lines.push(...timeLines(route, sum));
      for (const [name, value] of gauges) {
        lines.push(`# TYPE seaworthy_${name} gauge`, `seaworthy_${name} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

function timeLines(route: string, { buckets, count, sumMs }: Sum): readonly string[] {
  const name = 'seaworthy_http_request_seconds';
  return [
    ...bucketsMs.map(
      (most, at) => `${name}_bucket{route="${route}",le="${most / 1000}"} ${buckets[at]}`,
    ),
    `${name}_bucket{route="${route}",le="+Inf"} ${count}`,
    `${name}_sum{route="${route}"} ${sumMs / 1000}`,
    `${name}_count{route="${route}"} ${count}`,
  ];
}
