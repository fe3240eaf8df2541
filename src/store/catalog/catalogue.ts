// The contract of the catalogue: each image (and scanned container or machine) with its last report in
// short, the report itself, and one score a day.
import type { ImageTrust } from '../../model/image-trust.ts';
import type { Grade, Report, Summary } from '../../model/report.ts';

export type CatalogueState = 'waiting' | 'scanning' | 'scanned' | 'failed';

export interface CatalogueEntry {
  /** Image id (`sha256:...`), `container:<id>`, or `rootfs:/`. */
  readonly id: string;
  readonly kind: 'image' | 'container' | 'machine';
  /** As people call it: the first tag. */
  readonly reference: string;
  readonly digest: string | null;
  readonly os: string | null;
  readonly packages: number | null;
  readonly layers: number | null;
  /** Bytes unpacked, as the engine tells. */
  readonly size: number | null;
  readonly grade: Pick<Grade, 'letter' | 'score'> | null;
  readonly fixFirst: Grade['fixFirst'];
  readonly summary: Summary | null;
  /** ISO 8601. */
  readonly scannedAt: string | null;
  readonly state: CatalogueState;
  /** Program and advisories that it was judged with: others judge it anew. */
  readonly basis: string | null;
  /** Why it failed; null otherwise. */
  readonly why: string | null;
  /** False: no engine holds it any more. */
  readonly present: boolean;
}

export interface CataloguePage {
  /** Entries that stand behind this reference and id: the next page. */
  readonly after?: { readonly reference: string; readonly id: string };
  /** Part of the reference, any case. */
  readonly search?: string;
  readonly limit: number;
}

export interface DailyScore {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  /** 0..100 over what ran that day. */
  readonly score: number;
  readonly letter: string;
  /** Images that the score is made of. */
  readonly images: number;
}

/** Written by the process that scans, read by any number. */
export interface Catalogue {
  /** In the order of their references. */
  page(page: CataloguePage): readonly CatalogueEntry[];
  entry(id: string): CatalogueEntry | null;
  /** Of these ids, those that are known. */
  entries(ids: readonly string[]): ReadonlyMap<string, CatalogueEntry>;
  count(): number;
  /** The last whole report; null: never scanned, or not to be read. */
  report(id: string): Report | null;
  put(entry: CatalogueEntry, report: Report | null): void;
  /** What the last look at an image's signatures found; null: nobody looked, or it is not to be read. */
  trust(id: string): ImageTrust | null;
  /** Remembers a look in place of the one before. */
  putTrust(id: string, trust: ImageTrust): void;
  /** Says which images are there; the others of that kind stay, as absent. */
  keepPresent(kind: CatalogueEntry['kind'], ids: ReadonlySet<string>): void;
  /** The newest score of a day counts; days beyond a year are forgotten. */
  putScore(score: DailyScore): void;
  /** Oldest first, at most so many of the last days. */
  scores(days: number): readonly DailyScore[];
  close(): void;
}
