// Wildcards of suppression rules. States are followed side by side, so that hostile patterns cost
// pattern x text steps at most and never backtrack.

/** Longer patterns are refused: a rule names packages and paths. */
export const globLength = 1000;

type Token =
  | { readonly kind: 'literal'; readonly code: number }
  /** `?`: one character, in paths not a slash. */
  | { readonly kind: 'one' }
  /** `*` in paths: any run without a slash. */
  | { readonly kind: 'run' }
  /** `**`, and `*` outside paths: any run. */
  | { readonly kind: 'all' }
  /** A double star and a slash: any number of folders, also none. */
  | { readonly kind: 'folders' };

export type Glob = (text: string) => boolean;

/**
 * Compiles a pattern. With `path`, `*` and `?` stay inside one path segment, `**` crosses segments,
 * and a leading `/` or `./` is ignored in pattern and text; without it `*` is any text. All else is
 * literal; case matters.
 */
export function compileGlob(pattern: string, options: { readonly path: boolean }): Glob {
  const { path } = options;
  const tokens = tokensOf(path ? withoutRoot(pattern) : pattern, path);
  return (text) => matches(tokens, path ? withoutRoot(text) : text, path);
}

function withoutRoot(path: string): string {
  if (path.startsWith('./')) return path.slice(2);
  return path.startsWith('/') ? path.slice(1) : path;
}

function tokensOf(pattern: string, path: boolean): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === '?') tokens.push({ kind: 'one' });
    else if (character !== '*') tokens.push({ kind: 'literal', code: pattern.charCodeAt(at) });
    else if (!path) tokens.push({ kind: 'all' });
    else if (pattern[at + 1] !== '*') tokens.push({ kind: 'run' });
    else {
      const startsSegment = at === 0 || pattern[at - 1] === '/';
      const folders = startsSegment && pattern[at + 2] === '/';
      tokens.push({ kind: folders ? 'folders' : 'all' });
      at += folders ? 2 : 1;
    }
  }
  return tokens;
}

const slash = 0x2f;

function matches(tokens: readonly Token[], text: string, path: boolean): boolean {
  let states: Set<number> = close(new Set([0]), tokens, true);
  for (let at = 0; at < text.length && states.size > 0; at += 1) {
    const code = text.charCodeAt(at);
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined) continue;
      if (token.kind === 'literal') {
        if (token.code === code) next.add(state + 1);
      } else if (token.kind === 'one') {
        if (!path || code !== slash) next.add(state + 1);
      } else if (token.kind !== 'run' || code !== slash) next.add(state);
    }
    states = close(next, tokens, code === slash);
  }
  return states.has(tokens.length);
}

/** Adds the states reached without a character; folders end only where a segment starts. */
function close(states: Set<number>, tokens: readonly Token[], segmentStart: boolean): Set<number> {
  // A Set visits what is added while it is walked.
  for (const state of states) {
    const kind = tokens[state]?.kind;
    if (kind === 'run' || kind === 'all' || (kind === 'folders' && segmentStart)) {
      states.add(state + 1);
    }
  }
  return states;
}
