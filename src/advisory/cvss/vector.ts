// Reading of CVSS vector strings, whatever the version: `KEY:VALUE` pairs between slashes.

/** Values that each metric may take, the not-defined one included where the metric is optional. */
export type MetricTable = ReadonlyMap<string, string>;

/** Longest vector with every CVSS 4.0 metric is 173 characters; the rest is not a vector. */
const longestVector = 400;

/**
 * Metrics of `text` (without its version prefix) by name; null when a metric is unknown to `table`,
 * has a value that it cannot take, or stands twice. Order is free: FIRST asks for one order in 4.0,
 * but the score of a vector in another order is no less certain.
 */
export function readMetrics(text: string, table: MetricTable): ReadonlyMap<string, string> | null {
  if (text.length > longestVector) return null;
  const metrics = new Map<string, string>();
  for (const part of text.split('/')) {
    const colon = part.indexOf(':');
    if (colon < 1) return null;
    const name = part.slice(0, colon);
    const value = part.slice(colon + 1);
    const allowed = table.get(name);
    if (allowed === undefined || metrics.has(name)) return null;
    if (value === '' || !allowed.split(' ').includes(value)) return null;
    metrics.set(name, value);
  }
  return metrics;
}

/** True when all of `names` are there. */
export function hasAll(metrics: ReadonlyMap<string, string>, names: readonly string[]): boolean {
  return names.every((name) => metrics.has(name));
}

/** True when one of `names` is there with another value than its not-defined one. */
export function definesAny(
  metrics: ReadonlyMap<string, string>,
  names: readonly string[],
  notDefined: string,
): boolean {
  return names.some((name) => (metrics.get(name) ?? notDefined) !== notDefined);
}

/** Half-up to one decimal; the epsilon heals binary fractions such as 8.35 = 8.3499999. */
export function roundToTenth(value: number): number {
  return Math.round((value + 1e-6) * 10) / 10;
}
