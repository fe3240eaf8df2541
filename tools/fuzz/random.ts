// Chance with a seed: the same seed gives the same inputs on every machine.

export interface Random {
  /** A whole number from 0 to `limit - 1`; 0 for limits below 1. */
  below(limit: number): number;
  /** True once in `count` times. */
  oneIn(count: number): boolean;
  /** One of them; throws for none. */
  pick<Item>(items: readonly Item[]): Item;
}

/** mulberry32: small, fast, and good enough to choose what to break. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    oneIn: (count) => below(count) === 0,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

/** FNV-1a over the parts: every input of every parser has a seed of its own. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\n')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash | 0;
}
