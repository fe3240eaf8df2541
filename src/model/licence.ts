// Licence statements as packages write them, cut into the parts that all apply.

/** Longer statements are kept whole: no package manager writes expressions of this size. */
const longestExpression = 4096;

/**
 * Cuts a licence statement where all parts apply: `A and B`, `A AND B`, `A & B`, `A, B` and `A; B`
 * become two entries. A statement that leaves a choice (`A or B`) stays one entry, because cutting it
 * would turn a choice into an obligation. Brackets are respected; duplicates are removed, order is kept.
 */
export function splitLicences(statement: string): string[] {
  const text = statement.replaceAll(/\s+/g, ' ').trim();
  if (text === '') return [];
  if (text.length > longestExpression) return [text];
  const parts: string[] = [];
  const words = separators(text);
  if (words.some((word) => word.choice)) return [text];
  let from = 0;
  for (const word of words) {
    parts.push(text.slice(from, word.start).trim());
    from = word.end;
  }
  parts.push(text.slice(from).trim());
  const kept = parts.map((part) => withoutOuterBrackets(part)).filter((part) => part !== '');
  return [...new Set(kept.flatMap((part) => (words.length > 0 ? splitLicences(part) : [part])))];
}

interface Separator {
  readonly start: number;
  readonly end: number;
  readonly choice: boolean;
}

/** The operators outside of brackets, in order. */
function separators(text: string): Separator[] {
  const found: Separator[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '(') depth++;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (character === ',' || character === ';') {
      found.push({ start: at, end: at + 1, choice: false });
    } else if (character === '|') found.push({ start: at, end: at + 1, choice: true });
    else if (character === ' ') {
      const end = text.indexOf(' ', at + 1);
      const word = end < 0 ? '' : text.slice(at + 1, end).toLowerCase();
      if (word === 'and' || word === '&') found.push({ start: at, end: end + 1, choice: false });
      else if (word === 'or') found.push({ start: at, end: end + 1, choice: true });
    }
  }
  return found;
}

function withoutOuterBrackets(part: string): string {
  if (!part.startsWith('(') || !part.endsWith(')')) return part;
  let depth = 0;
  for (let at = 0; at < part.length - 1; at++) {
    if (part[at] === '(') depth++;
    else if (part[at] === ')') depth--;
    if (depth === 0) return part;
  }
  return part.slice(1, -1).trim();
}
