// An entry of the catalogue in the form of the API, with how often the image ran.
import type { CatalogueEntry } from '../store/catalog/index.ts';
import type { RecordReader } from '../store/record/index.ts';

export interface ImageView {
  readonly id: string;
  readonly kind: CatalogueEntry['kind'];
  readonly reference: string;
  readonly digest: string | null;
  readonly os: string | null;
  readonly packages: number | null;
  readonly layers: number | null;
  readonly size: number | null;
  readonly grade: CatalogueEntry['grade'];
  readonly summary: CatalogueEntry['summary'];
  readonly fixFirst: CatalogueEntry['fixFirst'];
  /** Containers of it, alive and dead. */
  readonly runs: number;
  readonly alive: number;
  readonly scannedAt: string | null;
  readonly state: CatalogueEntry['state'];
  readonly why: string | null;
  /** False: no engine here holds it any more. */
  readonly present: boolean;
}

/** What fixes are told in a list; all of them are in the report. */
const fixesTold = 3;

/** @param record null: nothing was recorded yet */
export function imageView(entry: CatalogueEntry, record: RecordReader | null): ImageView {
  const { basis: _, fixFirst, ...told } = entry;
  return {
    ...told,
    fixFirst: fixFirst.slice(0, fixesTold),
    ...(record?.countsOf(entry.id) ?? { runs: 0, alive: 0 }),
  };
}
