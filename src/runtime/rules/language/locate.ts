// Finds the place of a syntax error in a rules file. YAML folds the text of a condition, but keeps
// the order of its visible characters, so these are counted on both sides.
import type { Place } from './issue.ts';
import type { Item } from './item.ts';
import { parseCondition } from './parser.ts';
import { ConditionError } from './scanner.ts';

/**
 * The place where the condition of `item` stops being one; the place of the key where that cannot be
 * told (the flaw appears only once lists are inserted, or the text was appended elsewhere).
 */
export function locate(item: Item, key: string, condition: string): Place {
  const start = item.placeOf(key);
  const offset = flawOf(condition);
  if (offset === null || start.line === null) return start;
  const found = follow(item.rulesFile.text, start.line, { key, condition, offset });
  return found === null ? start : { file: start.file, ...found };
}

function flawOf(condition: string): number | null {
  try {
    parseCondition(condition);
    return null;
  } catch (error) {
    return error instanceof ConditionError ? error.at : null;
  }
}

interface Wanted {
  readonly key: string;
  readonly condition: string;
  readonly offset: number;
}

function follow(
  text: string,
  line: number,
  { key, condition, offset }: Wanted,
): { line: number; column: number } | null {
  const lines = text.split('\n');
  let row = line - 1;
  let column = startIn(lines[row] ?? '', key);
  if (column === null) {
    row += 1;
    column = 0;
  }
  for (let at = 0; at <= condition.length; at += 1) {
    const isEnd = at === condition.length;
    if (!isEnd && isBlank(condition.charAt(at)) && at < offset) continue;
    while (row < lines.length && nextVisible(lines[row] ?? '', column) === null) {
      if (isEnd || at >= offset) return { line: row + 1, column: column + 1 };
      row += 1;
      column = 0;
    }
    column = nextVisible(lines[row] ?? '', column) ?? column;
    if (at >= offset) return { line: row + 1, column: column + 1 };
    // Another text than the one that was parsed: the file cannot tell the place.
    if (lines[row]?.charAt(column) !== condition.charAt(at)) return null;
    column += 1;
  }
  return null;
}

/** Where the value begins behind its key; null when it begins on the next line. */
function startIn(line: string, key: string): number | null {
  const at = line.indexOf(`${key}:`);
  if (at === -1) return 0;
  const start = at + key.length + 1;
  const rest = line.slice(start).trim();
  return rest === '' || /^[>|][-+0-9]*(?:\s+#.*)?$/.test(rest) ? null : start;
}

function nextVisible(line: string, from: number): number | null {
  for (let at = from; at < line.length; at += 1) if (!isBlank(line.charAt(at))) return at;
  return null;
}

function isBlank(character: string): boolean {
  return /\s/.test(character);
}
