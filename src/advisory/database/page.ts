// How all that advisories say of one package lies in one row: the fixes of plain entries (`[0, fixed)`) in
// their order, beside each the advisories that name it; then every other entry as a line, those that end
// with a version first, in the order of these.
import type { LadderOrder } from './arrangement.ts';
import { plainRangeOf } from './codec.ts';

/** Number of the advisory, body, and tail (null, its text, or its number in the table `tail`). */
export type AffectedRow = readonly [advisory: number, body: string, tail: string | number | null];

/** With the version at and beyond which it never strikes, or null (`LadderOrder.boundOf`). */
export type BoundedRow = readonly [...AffectedRow, bound: string | null];

/** The columns of a row; null is empty. No version has a line feed or a tab (feed/clean.ts). */
export interface PageTexts {
  /** Versions, lowest first, a line each. */
  readonly fixes: string | null;
  /** A line for each fix: the numbers of advisories, `s` behind those of type SEMVER. */
  readonly steps: string | null;
  /** Versions, lowest first, a line each: the ends of as many entries. */
  readonly bounds: string | null;
  /** A line for each entry: number of the advisory, tail, body, with tabs in between. */
  readonly entries: string | null;
}

const semverMark = 's';

/** The page of these rows; `order` null: nothing is known of the order of versions. */
export function encodePage(rows: readonly BoundedRow[], order: LadderOrder | null): PageTexts {
  const compare = (a: string, b: string): number =>
    (order?.compare(a, b) ?? 0) || (a < b ? -1 : a > b ? 1 : 0);
  const steps = new Map<string, string[]>();
  const bounded: (readonly [bound: string, line: string])[] = [];
  const entries: string[] = [];
  for (const [advisory, body, tail, bound] of rows) {
    const plain = bound === null || tail !== null ? null : plainRangeOf(body);
    const line = encodeEntry([advisory, body, tail]);
    if (order === null || bound === null) entries.push(line);
    else if (plain === null) bounded.push([bound, line]);
    else {
      const mark = `${advisory}${plain.type === 'SEMVER' ? semverMark : ''}`;
      const marks = steps.get(bound);
      if (marks === undefined) steps.set(bound, [mark]);
      else marks.push(mark);
    }
  }
  const sorted = [...steps].toSorted(([a], [b]) => compare(a, b));
  bounded.sort(([a], [b]) => compare(a, b));
  return {
    fixes: textOf(sorted.map(([fixed]) => fixed)),
    steps: textOf(sorted.map(([, marks]) => marks.join(','))),
    bounds: textOf(bounded.map(([bound]) => bound)),
    entries: textOf([...bounded.map(([, line]) => line), ...entries]),
  };
}

function textOf(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : lines.join('\n');
}

/** The lines of a column. */
export function linesOf(text: string | null): readonly string[] {
  return text === null ? [] : text.split('\n');
}

/** All rows of a page, those of plain fixes last. Throws on a broken page. */
export function decodePage(texts: PageTexts): readonly BoundedRow[] {
  const bounds = linesOf(texts.bounds);
  const marks = linesOf(texts.steps);
  return [
    ...linesOf(texts.entries).map(
      (line, at): BoundedRow => [...decodeEntry(line), bounds[at] ?? null],
    ),
    ...linesOf(texts.fixes).flatMap((fixed, at) =>
      decodeStep(fixed, marks[at]).map((row): BoundedRow => [...row, fixed]),
    ),
  ];
}

/** The rows of one fix. Throws on a broken page. */
export function decodeStep(fixed: string, marks: string | undefined): readonly AffectedRow[] {
  if (marks === undefined) throw new SyntaxError('a fix without advisories');
  return marks.split(',').map((mark): AffectedRow => {
    const isSemver = mark.endsWith(semverMark);
    return [numberOf(isSemver ? mark.slice(0, -1) : mark), (isSemver ? 'S' : 'E') + fixed, null];
  });
}

function encodeEntry([advisory, body, tail]: AffectedRow): string {
  const told = typeof tail === 'string' ? JSON.stringify(tail) : (tail ?? '');
  return `${advisory}\t${told}\t${body}`;
}

/** Throws on a broken line. */
export function decodeEntry(line: string): AffectedRow {
  const first = line.indexOf('\t');
  const second = line.indexOf('\t', first + 1);
  if (second < 0) throw new SyntaxError('an entry without body');
  const tail = line.slice(first + 1, second);
  return [numberOf(line.slice(0, first)), line.slice(second + 1), decodeTailMark(tail)];
}

function decodeTailMark(tail: string): string | number | null {
  if (tail === '') return null;
  return tail.startsWith('"') ? String(JSON.parse(tail)) : numberOf(tail);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number)) throw new SyntaxError('not a number');
  return number;
}
