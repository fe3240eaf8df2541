// Damaged copies of a real file: what a parser meets when a layer is cut off or written over.

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * `copies` variants of `bytes`, by turns cut off, with flipped bits, with a hostile byte put in,
 * with a piece doubled and with a piece of zeros.
 */
export function* damagedCopies(
  bytes: Uint8Array,
  options: { readonly seed: number; readonly copies: number },
): Generator<Uint8Array> {
  const random = generator(options.seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const hostile = [0x00, 0xff, 0x22, 0x27, 0x7b, 0x5b, 0x0a, 0x3a, 0x2a, 0x26, 0x5c, 0x80];
  for (let copy = 0; copy < options.copies; copy += 1) {
    const at = below(bytes.length);
    const changed = Uint8Array.from(bytes);
    if (copy % 5 === 0) {
      yield bytes.slice(0, at);
    } else if (copy % 5 === 1) {
      for (let flip = 0; flip < 4; flip += 1) {
        const place = below(bytes.length);
        changed[place] = (changed[place] ?? 0) ^ (1 << below(8));
      }
      yield changed;
    } else if (copy % 5 === 2) {
      changed[at] = hostile[below(hostile.length)] ?? 0;
      yield changed;
    } else if (copy % 5 === 3) {
      yield Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(at + 1))]);
    } else {
      yield changed.fill(0, at, at + below(64));
    }
  }
}
