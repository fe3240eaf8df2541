// How often images and in-use sets ran. The tallies of neighbours lie in one blob of two pages: fifty
// thousand of them are summed in milliseconds, which as rows took a quarter of a second.
import { type IdSet, segmentSize } from './bits.ts';
import type { Statements } from './statements.ts';

/** Images: runs, alive, first, last, newest start; each a double. */
const imageFields = 5;
const imagesPerBlob = 256;
/** In-use sets: runs alone. */
const setsPerBlob = 1024;

const kinds = { image: 0, useSet: 1 } as const;

export interface ImageTally {
  readonly runs: number;
  readonly alive: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** When the newest run began. */
  readonly newestUs: number;
}

interface Blob {
  readonly values: Float64Array;
  write(): void;
}

/** A run of the image began. Within the caller's transaction. */
export function countRun(
  statements: Statements,
  image: number,
  run: { readonly alive: boolean; readonly firstUs: number; readonly lastUs: number },
): void {
  const blob = blobOf(statements, kinds.image, image);
  const at = (image % imagesPerBlob) * imageFields;
  const { values } = blob;
  const isFirst = values[at] === 0;
  values[at] = (values[at] ?? 0) + 1;
  values[at + 1] = (values[at + 1] ?? 0) + (run.alive ? 1 : 0);
  values[at + 2] = isFirst ? run.firstUs : Math.min(values[at + 2] ?? 0, run.firstUs);
  values[at + 3] = Math.max(values[at + 3] ?? 0, run.lastUs);
  values[at + 4] = Math.max(values[at + 4] ?? 0, run.firstUs);
  blob.write();
}

/** Sets what was counted elsewhere: bulk loads. */
export function setImageTally(statements: Statements, image: number, tally: ImageTally): void {
  const blob = blobOf(statements, kinds.image, image);
  const { runs, alive, firstUs, lastUs, newestUs } = tally;
  blob.values.set([runs, alive, firstUs, lastUs, newestUs], (image % imagesPerBlob) * imageFields);
  blob.write();
}

/** A run of the image ended, or came back. */
export function countAlive(
  statements: Statements,
  image: number,
  change: { readonly alive: number; readonly lastUs: number },
): void {
  const blob = blobOf(statements, kinds.image, image);
  const at = (image % imagesPerBlob) * imageFields;
  blob.values[at + 1] = Math.max(0, (blob.values[at + 1] ?? 0) + change.alive);
  blob.values[at + 3] = Math.max(blob.values[at + 3] ?? 0, change.lastUs);
  blob.write();
}

/** A run of the image was forgotten. */
export function discountRun(statements: Statements, image: number): void {
  const blob = blobOf(statements, kinds.image, image);
  const at = (image % imagesPerBlob) * imageFields;
  blob.values[at] = Math.max(0, (blob.values[at] ?? 0) - 1);
  blob.write();
}

/** A run has this in-use set now, or has it no more (-1). */
export function countUse(statements: Statements, useSet: number, change: number): void {
  const blob = blobOf(statements, kinds.useSet, useSet);
  const at = useSet % setsPerBlob;
  blob.values[at] = Math.max(0, (blob.values[at] ?? 0) + change);
  blob.write();
}

export function imageTally(statements: Statements, image: number): ImageTally {
  const { values } = blobOf(statements, kinds.image, image);
  return tallyAt(values, (image % imagesPerBlob) * imageFields);
}

/** Runs that have this in-use set. */
export function useTally(statements: Statements, useSet: number): number {
  return blobOf(statements, kinds.useSet, useSet).values[useSet % setsPerBlob] ?? 0;
}

export interface ImageSums {
  /** Images of the set that ran. */
  readonly images: readonly number[];
  /** When the newest run of each began. */
  readonly newestUs: readonly number[];
  readonly runs: number;
  readonly alive: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Adds up the images of the set. */
export function sumOfImages(statements: Statements, set: IdSet): ImageSums {
  const images: number[] = [];
  const newestUs: number[] = [];
  let runs = 0;
  let alive = 0;
  let firstUs = Number.MAX_SAFE_INTEGER;
  let lastUs = 0;
  for (const [base, values] of blobsOf(statements, kinds.image, imagesPerBlob)) {
    const bits = set.segments.get(Math.floor(base / segmentSize));
    if (bits === undefined) continue;
    for (let at = 0, image = base; at < values.length; at += imageFields, image += 1) {
      const ran = values[at] ?? 0;
      if (ran === 0 || !isSet(bits, image % segmentSize)) continue;
      images.push(image);
      newestUs.push(values[at + 4] ?? 0);
      runs += ran;
      alive += values[at + 1] ?? 0;
      firstUs = Math.min(firstUs, values[at + 2] ?? 0);
      lastUs = Math.max(lastUs, values[at + 3] ?? 0);
    }
  }
  return { images, newestUs, runs, alive, firstUs, lastUs };
}

/** Runs of all in-use sets of the set. */
export function sumOfUses(statements: Statements, set: IdSet): number {
  let runs = 0;
  for (const [base, values] of blobsOf(statements, kinds.useSet, setsPerBlob)) {
    const bits = set.segments.get(Math.floor(base / segmentSize));
    if (bits === undefined) continue;
    const place = base % segmentSize;
    for (let index = 0; index < values.length; index += 1) {
      if (isSet(bits, place + index)) runs += values[index] ?? 0;
    }
  }
  return runs;
}

/** Blobs never reach from one segment of a set into the next: their sizes divide it. */
function isSet(bits: Uint8Array, place: number): boolean {
  return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}

function tallyAt(values: Float64Array, at: number): ImageTally {
  return {
    runs: values[at] ?? 0,
    alive: values[at + 1] ?? 0,
    firstUs: values[at + 2] ?? 0,
    lastUs: values[at + 3] ?? 0,
    newestUs: values[at + 4] ?? 0,
  };
}

function* blobsOf(
  statements: Statements,
  kind: number,
  perBlob: number,
): Generator<readonly [number, Float64Array]> {
  const rows = statements
    .of('SELECT segment, value FROM tally WHERE kind = ?')
    .iterate(kind) as unknown as Iterable<{ segment: number; value: Uint8Array }>;
  for (const { segment, value } of rows) yield [segment * perBlob, doublesOf(value)];
}

/** A copy: the bytes of a row need not lie where doubles may. */
function doublesOf(value: Uint8Array): Float64Array {
  return new Float64Array(value.slice().buffer, 0, Math.floor(value.length / 8));
}

function blobOf(statements: Statements, kind: 0 | 1, id: number): Blob {
  const perBlob = kind === kinds.image ? imagesPerBlob : setsPerBlob;
  const fields = kind === kinds.image ? imageFields : 1;
  const segment = Math.floor(id / perBlob);
  const row = statements
    .of('SELECT value FROM tally WHERE kind = ? AND segment = ?')
    .get(kind, segment) as { value: Uint8Array } | undefined;
  const needed = ((id % perBlob) + 1) * fields;
  const values = new Float64Array(Math.max(needed, (row?.value.length ?? 0) / 8));
  if (row !== undefined) values.set(doublesOf(row.value));
  return {
    values,
    write: () => {
      statements
        .of('INSERT OR REPLACE INTO tally (kind, segment, value) VALUES (?, ?, ?)')
        .run(kind, segment, new Uint8Array(values.buffer));
    },
  };
}

/** When the first and the newest run of each of these images began; of those that ran. */
export function tallies(
  statements: Statements,
  images: readonly number[],
): readonly (Pick<ImageTally, 'firstUs' | 'newestUs'> & { readonly image: number })[] {
  const wanted = new Set(images);
  const found: { image: number; firstUs: number; newestUs: number }[] = [];
  for (const [base, values] of blobsOf(statements, kinds.image, imagesPerBlob)) {
    for (let at = 0, image = base; at < values.length; at += imageFields, image += 1) {
      if (!wanted.has(image) || (values[at] ?? 0) === 0) continue;
      const { firstUs, newestUs } = tallyAt(values, at);
      found.push({ image, firstUs, newestUs });
    }
  }
  return found;
}

/** Runs of these images together. */
export function runsOfImages(statements: Statements, images: readonly number[]): number {
  const segments = new Map<number, number[]>();
  for (const image of images) {
    const segment = Math.floor(image / imagesPerBlob);
    const known = segments.get(segment);
    if (known === undefined) segments.set(segment, [image]);
    else known.push(image);
  }
  let runs = 0;
  for (const members of segments.values()) {
    const { values } = blobOf(statements, kinds.image, members[0] ?? 0);
    for (const image of members) runs += values[(image % imagesPerBlob) * imageFields] ?? 0;
  }
  return runs;
}

/** Runs of all images together. */
export function allImageTallies(statements: Statements): number {
  let runs = 0;
  for (const [, values] of blobsOf(statements, kinds.image, imagesPerBlob)) {
    for (let at = 0; at < values.length; at += imageFields) runs += values[at] ?? 0;
  }
  return runs;
}
