// When versions of Kubernetes got, or get, their last fix (kubernetes.io/releases, November 2026).

const ends: ReadonlyMap<number, string> = new Map([
  [24, '2023-07-28'],
  [25, '2023-10-28'],
  [26, '2024-02-28'],
  [27, '2024-06-28'],
  [28, '2024-10-28'],
  [29, '2025-02-28'],
  [30, '2025-06-28'],
  [31, '2025-10-28'],
  [32, '2026-02-28'],
  [33, '2026-06-28'],
  [34, '2026-10-27'],
  [35, '2027-02-28'],
  [36, '2027-06-28'],
  [37, '2027-10-28'],
]);
const oldest = 24;

/** ISO day of the last fix for 1.`minor`; null: younger than what is known. */
export function endOfLifeOf(minor: number): string | null {
  if (minor < oldest) return '2023-02-28';
  return ends.get(minor) ?? null;
}

/** Minor version of `v1.30.2`, `1.30+`, `v1.29.4-gke.1`; null for all else. */
export function minorOf(version: string | null): number | null {
  const minor = /^v?1\.(\d{1,3})(?:$|[.+-])/.exec(version ?? '')?.[1];
  return minor === undefined ? null : Number(minor);
}
