// Finds all anchors of all detectors in one pass over the bytes that jumps over most of them: the
// algorithm of Wu and Manber (1994) with blocks of two bytes and windows of four. Text without an
// anchor costs about a third of a table look-up a byte.

/** Bytes of each anchor that the scan itself looks at; no anchor may be shorter. */
const windowBytes = 4;

export interface Anchor {
  readonly text: string;
  /** Index given to the visitor. */
  readonly target: number;
}

interface Entry {
  readonly bytes: Uint8Array;
  /** Where the chosen window begins in the anchor. */
  readonly window: number;
  readonly key: number;
  readonly targets: number[];
}

/** Slots of the table of windows: so many that a window of ordinary text rarely meets a used one. */
const slotBits = 14;

/** Called for each anchor; return false to end the scan. */
export type Visit = (target: number, at: number) => boolean;

export class Prefilter {
  /** How far the window may move when it ends with this block; 0: a window may end here. */
  readonly #shift = new Uint8Array(65536).fill(windowBytes - 1);
  readonly #used = new Uint8Array(1 << slotBits);
  readonly #slots = new Map<number, Entry[]>();

  constructor(anchors: readonly Anchor[]) {
    const byText = Map.groupBy(anchors, ({ text }) => text);
    for (const [text, same] of byText) {
      this.#add(
        text,
        same.map(({ target }) => target),
      );
    }
  }

  /** Visits anchors that begin in `from` (inclusive) to `to` (exclusive), in no certain order. */
  scan(bytes: Uint8Array, { from, to }: { from: number; to: number }, visit: Visit): void {
    const shift = this.#shift;
    const used = this.#used;
    const { length } = bytes;
    let end = from + windowBytes - 1;
    while (end < length) {
      const block = ((bytes[end - 1] as number) << 8) | (bytes[end] as number);
      const jump = shift[block] as number;
      if (jump !== 0) {
        end += jump;
        continue;
      }
      const start = end - windowBytes + 1;
      const key = keyAt(bytes, start);
      const slot = slotOf(key);
      end += 1;
      if (used[slot] === 0) continue;
      if (!this.#verify(bytes, { start, key, slot, from, to }, visit)) return;
    }
  }

  /** False to end the scan. */
  #verify(bytes: Uint8Array, place: Place, visit: Visit): boolean {
    for (const entry of this.#slots.get(place.slot) ?? []) {
      if (entry.key !== place.key) continue;
      const at = place.start - entry.window;
      if (at < place.from || at >= place.to || !holds(bytes, at, entry.bytes)) continue;
      for (const target of entry.targets) if (!visit(target, at)) return false;
    }
    return true;
  }

  #add(text: string, targets: number[]): void {
    const bytes = Buffer.from(text, 'latin1');
    if (bytes.length < windowBytes) throw new Error(`the anchor ${text} is too short`);
    const window = rarestWindow(bytes);
    for (let at = 0; at < windowBytes - 1; at += 1) {
      const block = blockAt(bytes, window + at);
      const jump = windowBytes - 2 - at;
      this.#shift[block] = Math.min(this.#shift[block] as number, jump);
    }
    const key = keyAt(bytes, window);
    const slot = slotOf(key);
    this.#used[slot] = 1;
    this.#slots.set(slot, [...(this.#slots.get(slot) ?? []), { bytes, window, key, targets }]);
  }
}

interface Place {
  readonly start: number;
  readonly key: number;
  readonly slot: number;
  readonly from: number;
  readonly to: number;
}

/** Multiplicative hashing (Knuth): the upper bits of a product by 2^32 divided by the golden ratio. */
function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - slotBits);
}

function blockAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function keyAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function holds(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at < 0 || at + wanted.length > bytes.length) return false;
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}

/** The four bytes of the anchor that ordinary text holds least often. */
function rarestWindow(bytes: Uint8Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + windowBytes <= bytes.length; at += 1) {
    // The last block stops the scan, the two before it shorten its jumps.
    const cost =
      4 * frequency(bytes, at + 2) + frequency(bytes, at + 1) + 0.5 * frequency(bytes, at);
    if (cost < least) {
      least = cost;
      best = at;
    }
  }
  return best;
}

/** Pairs of letters by their share of English text and of source code, commonest first. */
const commonPairs =
  'th he in er an re on en at es st or te ti ar nd to nt is se it ed al ng io le me de co ou ct ' +
  'ne ra ri el ro as li et ha tr pe ur ce ma ch il si om ta us ec la pr pa ut id di ns ic ve no un';

/** A rough share of the pair at `at`, in thousandths. */
function frequency(bytes: Uint8Array, at: number): number {
  const pair = String.fromCharCode(bytes[at] as number, bytes[at + 1] as number);
  const lower = pair.toLowerCase();
  const rank = commonPairs.indexOf(lower) / 3;
  const share = Number.isInteger(rank) && rank >= 0 ? 18 - 0.2 * rank : plainShare(lower);
  return lower === pair ? share : share / 8;
}

function plainShare(pair: string): number {
  return /^[a-z]{2}$/.test(pair) ? 2 : /[a-z]/.test(pair) ? 0.6 : 0.4;
}
