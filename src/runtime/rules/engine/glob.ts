// Globs as fnmatch() reads them: `*` (also across `/`), `?`, `[...]`, backslash.
import { type Matcher, matcherOf } from './pattern.ts';
import { anyCharacter, foldedRanges, inverted, type Node, type Range } from './pattern-syntax.ts';

/** Compiles a glob for whole texts. Throws `PatternError` when it is too large. */
export function compileGlob(glob: string, ignoresCase: boolean): Matcher {
  if (!ignoresCase && !/[?[\\]/.test(glob)) return starMatcher(glob.split('*'));
  const items: Node[] = [];
  const characters = Array.from(glob);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      const item: Node = { kind: 'class', ranges: anyCharacter };
      items.push({ kind: 'repeat', item, least: 0, most: null });
    } else if (character === '?') {
      items.push({ kind: 'class', ranges: anyCharacter });
    } else if (character === '[') {
      const set = readSet(characters, at);
      items.push(classOf(set === null ? [codeRange('[')] : set.ranges, ignoresCase));
      if (set !== null) at = set.end;
    } else {
      if (character === '\\' && at + 1 < characters.length) at += 1;
      items.push(classOf([codeRange(characters[at] ?? '')], ignoresCase));
    }
  }
  return matcherOf({ kind: 'sequence', items });
}

/** Texts with anything between them, which is what most globs are: each is found once, leftmost. */
function starMatcher(pieces: readonly string[]): Matcher {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  const inner = others.filter((piece) => piece !== '');
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const piece of inner) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}

function classOf(ranges: readonly Range[], ignoresCase: boolean): Node {
  return { kind: 'class', ranges: ignoresCase ? foldedRanges(ranges) : ranges };
}

function codeRange(first: string, last: string = first): Range {
  return [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0];
}

/** The set that begins at `start`; null when no bracket closes it (then `[` stands for itself). */
function readSet(
  characters: readonly string[],
  start: number,
): { ranges: readonly Range[]; end: number } | null {
  const isInverted = characters[start + 1] === '!' || characters[start + 1] === '^';
  const first = start + (isInverted ? 2 : 1);
  const end = characters.indexOf(']', first + 1);
  if (end === -1) return null;
  const ranges: Range[] = [];
  for (let at = first; at < end; at += 1) {
    const character = characters[at] ?? '';
    const last = characters[at + 2];
    if (characters[at + 1] === '-' && at + 2 < end && last !== undefined) {
      ranges.push(codeRange(character, last));
      at += 2;
    } else {
      ranges.push(codeRange(character));
    }
  }
  return { ranges: isInverted ? inverted(ranges) : ranges, end };
}
