// Finds the secrets in bytes: the prefilter names candidates, their detectors look closer, and of hits
// that overlap the most telling one stays.
import type { Hit, SecretDetector } from './detector.ts';
import { Prefilter, type Visit } from './prefilter.ts';
import { detectors } from './registry.ts';

export interface Found {
  readonly detector: Pick<SecretDetector, 'id' | 'title' | 'severity' | 'issuer' | 'hint'>;
  /** With offsets into the whole file. */
  readonly hit: Hit;
}

/**
 * Candidates of one detector that are looked at in one file. Honest files have a few hundred; what costs
 * kilobytes of reading for each is stopped sooner. A file that exceeds it is said to be searched in part.
 */
const mostSights = 100_000;
const mostCostlySights = 1000;
/** Secrets told of one file: a dump of keys is one problem, not ten thousand. */
export const mostHits = 100;

/** Short texts are searched anchor by anchor: to compile the prefilter would take longer than that. */
const shortBytes = 8 * 1024;
/** After so many short texts it pays after all. */
const mostShortTexts = 40;

let prefilter: Prefilter | undefined;
let shortTexts = 0;

/** The state of one file's search; feed it the file's parts in order. */
export class Search {
  readonly #path: string;
  readonly #published: boolean;
  readonly #found: { readonly order: number; readonly found: Found }[] = [];
  readonly #sights = new Map<number, number>();
  #exhausted: string | null = null;

  /** @param published only detectors that others' example data does not trigger */
  constructor(path: string, published: boolean) {
    this.#path = path;
    this.#published = published;
  }

  /** Which detector met its bound, if any. */
  get exhausted(): string | null {
    return this.#exhausted;
  }

  /** So many were found that the rest was not looked for. */
  get isFull(): boolean {
    return this.#found.length >= 4 * mostHits;
  }

  /**
   * @param bytes with some context around the core that is searched
   * @param core indices into `bytes`
   * @param offset of `bytes` in the file
   */
  feed(bytes: Uint8Array, core: { readonly from: number; readonly to: number }, offset: number) {
    if (offset + core.from === 0) this.#atStart(bytes);
    const visit = (target: number, at: number): boolean =>
      this.#look(target, { bytes, at, offset });
    if (prefilter === undefined && bytes.length <= shortBytes && shortTexts < mostShortTexts) {
      shortTexts += 1;
      scanShort(bytes, core, visit);
    } else (prefilter ??= compile()).scan(bytes, core, visit);
  }

  /** What was found, in the order of the file. */
  take(): readonly Found[] {
    const kept: Found[] = [];
    for (const { found } of this.#found.toSorted((a, b) => a.order - b.order)) {
      const { start, end } = found.hit;
      if (!kept.some(({ hit }) => start < hit.end && hit.start < end)) kept.push(found);
    }
    return kept.toSorted((a, b) => a.hit.start - b.hit.start);
  }

  /** Anchors that begin with a line end also stand where the file begins. */
  #atStart(bytes: Uint8Array): void {
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16));
    for (const { target, text } of lineAnchors()) {
      if (head.toString('latin1', 0, text.length - 1) !== text.slice(1)) continue;
      this.#look(target, { bytes, at: -1, offset: 0 });
    }
  }

  #look(target: number, place: { bytes: Uint8Array; at: number; offset: number }): boolean {
    const { detector, anchor } = targets()[target] as Target;
    if (this.#published && detector.onlyOwnFiles === true) return true;
    const order = orders().get(detector) as number;
    const sights = (this.#sights.get(order) ?? 0) + 1;
    this.#sights.set(order, sights);
    if (sights > (detector.costly ? mostCostlySights : mostSights)) {
      this.#exhausted = detector.id;
      return true;
    }
    const { bytes, at, offset } = place;
    const hit = detector.find({ bytes, at, anchor, path: this.#path });
    if (hit === null) return true;
    const { start, end } = hit;
    this.#found.push({
      order,
      found: { detector, hit: { ...hit, start: start + offset, end: end + offset } },
    });
    return !this.isFull;
  }
}

interface Target {
  readonly detector: SecretDetector;
  readonly anchor: string;
}

let compiled: readonly Target[] | undefined;

function targets(): readonly Target[] {
  return (compiled ??= detectors.flatMap((detector) =>
    detector.anchors.map((anchor) => ({ detector, anchor })),
  ));
}

let ordered: ReadonlyMap<SecretDetector, number> | undefined;

function orders(): ReadonlyMap<SecretDetector, number> {
  return (ordered ??= new Map(detectors.map((detector, order) => [detector, order])));
}

let onLine: readonly { readonly text: string; readonly target: number }[] | undefined;

function lineAnchors(): readonly { readonly text: string; readonly target: number }[] {
  return (onLine ??= targets().flatMap(({ anchor }, target) =>
    anchor.startsWith('\n') ? [{ text: anchor, target }] : [],
  ));
}

/** What the prefilter does, without its tables. */
function scanShort(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  visit: Visit,
): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  for (const [target, { anchor }] of targets().entries()) {
    let at = text.indexOf(anchor, from);
    while (at !== -1 && at < to) {
      if (!visit(target, at)) return;
      at = text.indexOf(anchor, at + 1);
    }
  }
}

function compile(): Prefilter {
  return new Prefilter(targets().map(({ anchor }, target) => ({ text: anchor, target })));
}
