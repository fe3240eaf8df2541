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

/** Runs are put in order when there are so many times more than a page has. */
const orderedFrom = 2;

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
    // Putting them in order costs more than reading some that are too old.
    if (best.length < orderedFrom * wanted) continue;
    best = newestOf(best, wanted);
    floor = best.at(-1)?.first_us ?? 0;
  }
  const read = statements.of(`SELECT ${runColumns}, image, use_set FROM run WHERE id = ?`);
  return newestOf(best, wanted)
    .slice(skip)
    .flatMap(({ id }) => (read.get(id) as unknown as ImageRunRow | undefined) ?? []);
}

/** Parts that times are told apart by. */
const timeParts = 1024;

/** Places of the `count` largest times and of some more, largest first: fifty thousand are not sorted. */
function newestPlaces(times: readonly number[], count: number): readonly number[] {
  let places: readonly number[] = [...times.keys()];
  for (let before = Infinity; places.length > 2 * count && places.length < before; ) {
    before = places.length;
    places = upperPart(times, places, count);
  }
  return places.toSorted((a, b) => (times[b] ?? 0) - (times[a] ?? 0));
}

/** Of these places those in the upper parts of the time between them that have `count` together. */
function upperPart(
  times: readonly number[],
  places: readonly number[],
  count: number,
): readonly number[] {
  let first = Infinity;
  let last = -Infinity;
  for (const place of places) {
    const time = times[place] ?? 0;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const scale = (timeParts - 1) / Math.max(1, last - first);
  const partOf = (place: number): number => Math.floor(((times[place] ?? 0) - first) * scale);
  const sizes = new Uint32Array(timeParts);
  for (const place of places) {
    const part = partOf(place);
    sizes[part] = (sizes[part] ?? 0) + 1;
  }
  let from = timeParts;
  for (let sum = 0; from > 0 && sum < count; ) {
    from -= 1;
    sum += sizes[from] ?? 0;
  }
  return places.filter((place) => partOf(place) >= from);
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
  const files = new Map<number, readonly AskedFile[]>();
  const uses = new Map<number, Use>();
  return rows.map((row) => {
    const { image, use_set: set } = row;
    let use = set === null ? null : (uses.get(set) ?? null);
    if (set !== null && use === null) {
      const own = files.get(image) ?? filesOf(statements, image, asked);
      files.set(image, own);
      use = useOf(statements, own, set);
      uses.set(set, use);
    }
    return {
      stored: storedRun(statements, row),
      versions: holds.get(image) ?? [],
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

interface AskedFile {
  readonly id: number;
  /** Null: it is not mapped to a package. */
  readonly version: number | null;
}

interface Use {
  readonly used: readonly number[];
  readonly whole: boolean;
}

/** Of the files of an image only those of the asked versions matter, and those that are not mapped. */
function filesOf(statements: Statements, image: number, versions: string): readonly AskedFile[] {
  return statements
    .of(
      `SELECT id, version FROM image_file WHERE image = ?
       AND (version IS NULL OR version IN (SELECT value FROM json_each(?)))`,
    )
    .all(image, versions) as unknown as readonly AskedFile[];
}

function useOf(statements: Statements, files: readonly AskedFile[], set: number): Use {
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
