// Detections that the record got since somebody last looked, the oldest first.
import type { RecordReader, StoredDetection } from '../store/record/index.ts';

const atOnce = 500;

export interface NewDetections {
  readonly found: readonly StoredDetection[];
  /** Where to look from next. */
  readonly last: number;
}

/** @param after number of the last detection that was seen */
export function newDetections(reader: RecordReader, after: number): NewDetections {
  const top = newestDetection(reader);
  // A record that was begun anew counts from 1 again.
  const from = top < after ? 0 : after;
  const last = Math.min(top, from + atOnce);
  if (last <= from) return { found: [], last: from };
  // The record lists the newest first.
  const found = reader
    .detectionsOfAll({ beforeId: last + 1, limit: atOnce })
    .filter(({ id }) => id > from);
  return { found: found.toReversed(), last };
}

/** Number of the newest detection; 0: there is none. */
export function newestDetection(reader: RecordReader): number {
  return reader.detectionsOfAll({ limit: 1 })[0]?.id ?? 0;
}
