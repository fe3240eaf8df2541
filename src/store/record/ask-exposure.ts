// Which runs held a package, from the index: versions -> images -> runs. Counts come from tallies, the
// newest runs from the images that started last, so that no question reads all runs.
import { type IdSet, readSet, segmentSize } from './bits.ts';
import type { ExposedRun, RunsOfPackages } from './record-store.ts';
import { nanoseconds, type RunRow, runColumns } from './run-row.ts';
import { filesOfSet } from './seal.ts';
import type { Statements } from './statements.ts';
import { storedRun } from './stored-runs.ts';

interface Sums {
  readonly images: number;
  readonly runs: number;
  readonly alive: number;
  readonly first: number | null;
  readonly last: number | null;
}

type ImageRunRow = RunRow & { readonly image: number; readonly use_set: number | null };

/** Counts, and the newest runs but `skip`, at most `limit` of them. */
export function askRunsOf(
  statements: Statements,
  versions: readonly number[],
  { skip, limit }: { readonly skip: number; readonly limit: number },
): RunsOfPackages {
  const { database } = statements;
  const images = readSet(database, 0, versions);
  const members = segmentsOf(statements, images, 0);
  const sets = readSet(database, 1, versions);
  const used = segmentsOf(statements, sets, 1);
  const sums = sumOf(members);
  const rows = newestRuns(statements, members.newest, { skip, limit });
  return {
    images: sums.images,
    runs: sums.runs,
    alive: sums.alive,
    used: sumOf(used).runs,
    firstSeenNs: sums.first === null ? null : nanoseconds(sums.first),
    lastSeenNs: sums.last === null ? null : nanoseconds(sums.last),
    newest: exposedRuns(statements, rows, versions),
  };
}

interface Members extends Sums {
  /** `[start of the newest run, image]` in no order. */
  readonly newest: readonly (readonly [number, number])[];
}

function sumOf(members: Members): Sums {
  return members;
}

/** Reads the tallies of a set: one range for each segment, and the bitmap decides. */
function segmentsOf(statements: Statements, set: IdSet, kind: 0 | 1): Members {
  const select = statements.of(
    `SELECT id, runs, alive, first_us, last_us, newest_us FROM tally
     WHERE kind = ? AND id BETWEEN ? AND ?`,
  );
  select.setReturnArrays(true);
  const newest: (readonly [number, number])[] = [];
  let images = 0;
  let runs = 0;
  let alive = 0;
  let first: number | null = null;
  let last: number | null = null;
  for (const segment of set.segments.keys()) {
    const from = segment * segmentSize;
    const rows = select.all(kind, from, from + segmentSize - 1) as unknown as readonly (readonly [
      number,
      number,
      number,
      number,
      number,
      number,
    ])[];
    for (const [id, ran, living, firstUs, lastUs, newestUs] of rows) {
      if (ran === 0 || !set.has(id)) continue;
      images += 1;
      runs += ran;
      alive += living;
      if (first === null || firstUs < first) first = firstUs;
      if (last === null || lastUs > last) last = lastUs;
      newest.push([newestUs, id]);
    }
  }
  return { images, runs, alive, first, last, newest };
}

/**
 * The newest runs of these images. Each of the newest n runs belongs to one of the n images whose
 * newest run is newest: only those are asked, and each only as far as it can still matter.
 */
function newestRuns(
  statements: Statements,
  images: readonly (readonly [number, number])[],
  { skip, limit }: { readonly skip: number; readonly limit: number },
): readonly ImageRunRow[] {
  const wanted = skip + limit;
  const candidates = images.toSorted((a, b) => b[0] - a[0]).slice(0, wanted);
  const select = statements.of(
    'SELECT id, first_us FROM run WHERE image = ? AND first_us >= ? ORDER BY first_us DESC LIMIT ?',
  );
  let best: { id: number; first_us: number }[] = [];
  let floor = 0;
  for (const [newest, image] of candidates) {
    if (best.length >= wanted && newest < floor) break;
    const rows = select.all(image, floor, wanted) as unknown as { id: number; first_us: number }[];
    best.push(...rows);
    if (best.length < wanted * 2 && best.length < wanted + rows.length) continue;
    best = newestOf(best, wanted);
    floor = best.length >= wanted ? (best.at(-1)?.first_us ?? 0) : 0;
  }
  const read = statements.of(`SELECT ${runColumns}, image, use_set FROM run WHERE id = ?`);
  return newestOf(best, wanted)
    .slice(skip)
    .flatMap(({ id }) => (read.get(id) as unknown as ImageRunRow | undefined) ?? []);
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
  const asked = new Set(versions);
  const uses = new Map<number, { used: readonly number[]; whole: boolean }>();
  return rows.map((row) => {
    const { use_set: set } = row;
    let use = set === null ? null : (uses.get(set) ?? null);
    if (set !== null && use === null) {
      use = useOf(statements, set, asked);
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

function useOf(
  statements: Statements,
  set: number,
  asked: ReadonlySet<number>,
): { readonly used: readonly number[]; readonly whole: boolean } {
  const select = statements.of('SELECT version FROM image_file WHERE id = ?');
  const used = new Set<number>();
  let whole = true;
  for (const file of filesOfSet(statements, set)) {
    const row = select.get(file) as { version: number | null } | undefined;
    if (row?.version === null || row === undefined) whole = false;
    else if (asked.has(row.version)) used.add(row.version);
  }
  return { used: [...used], whole };
}
