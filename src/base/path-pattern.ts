// Patterns of paths and names: `*` stands for anything but a slash, `**` for anything and, where it is
// asked for, `?` for one character but a slash.

type Token =
  | { readonly kind: 'character'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many'; readonly crosses: boolean };

/** `*`, `**` and `?`. */
export function compilePattern(pattern: string): (text: string) => boolean {
  return matcherOf(tokensOf(pattern, true));
}

/** `*` and `**` only: in names of signers, which are addresses, `?` is a character like any other. */
export function compileStars(pattern: string): (text: string) => boolean {
  return matcherOf(tokensOf(pattern, false));
}

/**
 * A match costs at most pattern length times text length: all states are walked side by side, nothing
 * is tried again.
 */
function matcherOf(tokens: readonly Token[]): (text: string) => boolean {
  return (text) => {
    let states = opened(tokens, new Set([0]));
    for (const character of text) {
      const next = new Set<number>();
      for (const state of states) {
        const token = tokens[state];
        if (token === undefined) continue;
        if (token.kind === 'many') {
          if (token.crosses || character !== '/') next.add(state);
        } else if (token.kind === 'one' ? character !== '/' : token.text === character) {
          next.add(state + 1);
        }
      }
      if (next.size === 0) return false;
      states = opened(tokens, next);
    }
    return states.has(tokens.length);
  };
}

/** A star may stand for nothing: the state behind it is open as well. */
function opened(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) if (tokens[state]?.kind === 'many') states.add(state + 1);
  return states;
}

function tokensOf(pattern: string, hasOne: boolean): Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const text = characters[at] ?? '';
    if (text === '?' && hasOne) tokens.push({ kind: 'one' });
    else if (text === '*') {
      const crosses = characters[at + 1] === '*';
      if (crosses) at += 1;
      tokens.push({ kind: 'many', crosses });
    } else tokens.push({ kind: 'character', text });
  }
  return tokens;
}
