// Patterns of a trust policy over identities: globs and anchored expressions. All of them match the whole
// text; none can need exponential time. Patterns of names are the model's.

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
