// Which runs held a package, from the index: versions -> images -> runs. Counts come from tallies, the
// newest runs from the images that started last, so that no question reads all runs.
import { readSet, segmentSize } from './bits.ts';
import type { ExposedRun, RunsOfPackages } from './record-store.ts';
import { nanoseconds, type RunRow, runColumns } from './run-row.ts';
import { filesOfSet } from './seal.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';
import { type ImageSums, sumOfImages, sumOfUses } from './tally.ts';

type ImageRunRow = RunRow & { readonly image: number; readonly use_set: number | null };

/** Counts, and the newest runs but `skip`, at most `limit` of them. */
export function askRunsOf(
  statements: Statements,
  versions: readonly number[],
  { skip, limit }: { readonly skip: number; readonly limit: number },
): RunsOfPackages {
  const { database } = statements;
  const sums = sumOfImages(statements, readSet(database, 0, versions));
  const used = sumOfUses(statements, readSet(database, 1, versions));
  const rows = newestRuns(statements, sums, { skip, limit });
  return {
    images: sums.images.length,
    runs: sums.runs,
    alive: sums.alive,
    used,
    firstSeenNs: sums.images.length === 0 ? null : nanoseconds(sums.firstUs),
    lastSeenNs: sums.images.length === 0 ? null : nanoseconds(sums.lastUs),
    newest: exposedRuns(statements, rows, versions),
  };
}

/**
 * The newest runs of these images. Each of the newest n runs belongs to one of the n images whose
 * newest run is newest: only those are asked, and each only as far as it can still matter.
 */
function newestRuns(
  statements: Statements,
  { images, newestUs }: ImageSums,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): readonly ImageRunRow[] {
  const wanted = skip + limit;
  const select = statements.of(
    'SELECT id, first_us FROM run WHERE image = ? AND first_us >= ? ORDER BY first_us DESC LIMIT ?',
  );
  let best: { id: number; first_us: number }[] = [];
  let floor = 0;
  for (const at of newestPlaces(newestUs, wanted)) {
    if ((newestUs[at] ?? 0) < floor) break;
    const rows = select.all(images[at] ?? 0, floor, wanted);
    best.push(...(rows as unknown as { id: number; first_us: number }[]));
    if (best.length < wanted) continue;
    best = newestOf(best, wanted);
    floor = best.at(-1)?.first_us ?? 0;
  }
  const read = statements.of(`SELECT ${runColumns}, image, use_set FROM run WHERE id = ?`);
  return newestOf(best, wanted)
    .slice(skip)
    .flatMap(({ id }) => (read.get(id) as unknown as ImageRunRow | undefined) ?? []);
}

/** Places of the `count` largest times, largest first; doubles sort much faster than pairs. */
function newestPlaces(times: readonly number[], count: number): readonly number[] {
  const threshold = Float64Array.from(times).sort().at(-count) ?? 0;
  const places: number[] = [];
  for (const [place, time] of times.entries()) if (time >= threshold) places.push(place);
  return places.sort((a, b) => (times[b] ?? 0) - (times[a] ?? 0));
}

function newestOf<T extends { readonly id: number; readonly first_us: number }>(
  runs: readonly T[],
  count: number,
): T[] {
  return runs.toSorted((a, b) => b.first_us - a.first_us || b.id - a.id).slice(0, count);
}

function exposedRuns(
  statements: Statements,
  rows: readonly ImageRunRow[],
  versions: readonly number[],
): readonly ExposedRun[] {
  const holds = imagesHolding(statements, rows, versions);
  const asked = JSON.stringify(versions);
  const uses = new Map<number, { used: readonly number[]; whole: boolean }>();
  return rows.map((row) => {
    const { use_set: set } = row;
    let use = set === null ? null : (uses.get(set) ?? null);
    if (set !== null && use === null) {
      use = useOf(statements, { image: row.image, set }, asked);
      uses.set(set, use);
    }
    return {
      stored: storedRun(statements, row),
      versions: holds.get(row.image) ?? [],
      used: use?.used ?? [],
      knowsUse: use?.whole ?? false,
    };
  });
}

/** For the images of a page: which of the versions each holds. */
function imagesHolding(
  statements: Statements,
  rows: readonly ImageRunRow[],
  versions: readonly number[],
): ReadonlyMap<number, readonly number[]> {
  const holds = new Map<number, number[]>(rows.map(({ image }) => [image, []]));
  const segments = new Set([...holds.keys()].map((image) => Math.floor(image / segmentSize)));
  const select = statements.of(
    'SELECT bits FROM posting WHERE kind = 0 AND owner = ? AND segment = ?',
  );
  for (const version of versions) {
    for (const segment of segments) {
      const row = select.get(version, segment) as { bits: Uint8Array } | undefined;
      if (row === undefined) continue;
      for (const [image, held] of holds) {
        if (Math.floor(image / segmentSize) !== segment) continue;
        const place = image % segmentSize;
        if (((row.bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0) held.push(version);
      }
    }
  }
  return holds;
}

/** Of the files of an image only those of the asked versions matter, and those that are not mapped. */
function useOf(
  statements: Statements,
  { image, set }: { readonly image: number; readonly set: number },
  versions: string,
): { readonly used: readonly number[]; readonly whole: boolean } {
  const files = statements
    .of(
      `SELECT id, version FROM image_file WHERE image = ?
       AND (version IS NULL OR version IN (SELECT value FROM json_each(?)))`,
    )
    .all(image, versions) as unknown as readonly { id: number; version: number | null }[];
  if (files.length === 0) return { used: [], whole: true };
  const own = new Set(filesOfSet(statements, set));
  const used = new Set<number>();
  let whole = true;
  for (const { id, version } of files) {
    if (!own.has(id)) continue;
    if (version === null) whole = false;
    else used.add(version);
  }
  return { used: [...used], whole };
}
