// Patterns of a trust policy: globs over names and identities, and anchored expressions. All of them
// match the whole text; none can need exponential time.
import { normalHost } from './image-name.ts';

/**
 * `*` stands for anything but a slash, `**` for anything. A match costs at most pattern length times
 * text length: all states are walked side by side.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(pattern);
  return (text) => {
    let states = opened(tokens, new Set([0]));
    for (const character of text) {
      const next = new Set<number>();
      for (const state of states) {
        const token = tokens[state];
        if (token === undefined) continue;
        if (token === '**' || (token === '*' && character !== '/')) next.add(state);
        else if (token === character) next.add(state + 1);
      }
      if (next.size === 0) return false;
      states = opened(tokens, next);
    }
    return states.has(tokens.length);
  };
}

function opened(tokens: readonly string[], states: Set<number>): Set<number> {
  for (const state of states) if (tokens[state]?.startsWith('*') === true) states.add(state + 1);
  return states;
}

function tokensOf(pattern: string): string[] {
  const tokens: string[] = [];
  for (const character of pattern) {
    if (character === '*' && tokens.at(-1) === '*') tokens[tokens.length - 1] = '**';
    else if (character !== '*' || tokens.at(-1) !== '**') tokens.push(character);
  }
  return tokens;
}

export type CompiledName =
  | { readonly ok: true; readonly text: string; readonly matches: (name: string) => boolean }
  | { readonly ok: false; readonly reason: string };

/**
 * A pattern of image names, `registry/repository` with `*` and `**`. The registry is brought into its
 * normal form as names are; a slash at the end means everything below.
 */
export function compileNamePattern(written: string): CompiledName {
  const trimmed = written.trim();
  if (trimmed === '**') return { ok: true, text: trimmed, matches: () => true };
  const whole = trimmed.endsWith('/') ? `${trimmed.replace(/\/+$/, '')}/**` : trimmed;
  const slash = whole.indexOf('/');
  const first = slash === -1 ? whole : whole.slice(0, slash);
  const rest = slash === -1 ? '' : whole.slice(slash + 1).replaceAll(/\/{2,}/g, '/');
  if (/[.:]/.test(first) && slash === -1) {
    return { ok: false, reason: `${written} names a registry only: write ${first}/**` };
  }
  if (/[@\s]/.test(whole) || /:[^/]*$/.test(rest)) {
    return { ok: false, reason: `${written} must not have a tag or digest` };
  }
  if (rest !== rest.toLowerCase()) {
    return { ok: false, reason: `${written} has upper-case letters: no repository has` };
  }
  const isHost = slash !== -1 && (/[.:*]/.test(first) || first === 'localhost');
  if (!isHost) {
    const full = slash === -1 ? `docker.io/library/${whole}` : `docker.io/${whole}`;
    return { ok: true, text: full, matches: compileGlob(full) };
  }
  const host = first.includes('*') ? first.toLowerCase() : normalHost(first);
  if (host === null) return { ok: false, reason: `${written} names no valid registry` };
  const short = host === 'docker.io' && !rest.includes('/') && rest !== '**' ? 'library/' : '';
  const text = `${host}/${short}${rest}`;
  return { ok: true, text, matches: compileGlob(text) };
}

const expressionLength = 512;

export type CompiledExpression =
  | { readonly ok: true; readonly matches: (text: string) => boolean }
  | { readonly ok: false; readonly reason: string };

/**
 * An expression of JavaScript over the whole text (it is anchored here). What could need exponential
 * time is refused: repetition inside a repeated group, back references, look-around.
 */
export function compileExpression(source: string): CompiledExpression {
  if (source.length > expressionLength) {
    return { ok: false, reason: `it has more than ${expressionLength} characters` };
  }
  if (/\\[1-9k]|\(\?[=!<]/.test(source)) {
    return { ok: false, reason: 'back references and look-around are not accepted' };
  }
  if (repeatsInsideRepeat(source)) {
    return { ok: false, reason: 'a repeated group must not hold a repetition or a choice' };
  }
  try {
    const expression = new RegExp(`^(?:${source})$`, 'u');
    return { ok: true, matches: (text) => expression.test(text) };
  } catch {
    return { ok: false, reason: 'it is no valid regular expression' };
  }
}

function repeatsInsideRepeat(source: string): boolean {
  const groups: boolean[] = [];
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') {
      groups.push(false);
      // `(?:` and its kin are no repetition.
      if (source[at + 1] === '?') at += 1;
    } else if (character === ')') {
      const repeats = groups.pop() ?? false;
      const isRepeated = /[*+{]/.test(source[at + 1] ?? '');
      if (repeats && isRepeated) return true;
      if ((repeats || isRepeated) && groups.length > 0) groups[groups.length - 1] = true;
    } else if (/[*+{|?]/.test(character ?? '') && groups.length > 0) {
      groups[groups.length - 1] = true;
    }
  }
  return false;
}
