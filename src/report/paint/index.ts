// Terminal text: widths, wrapping, and the few colours that mean severity and nothing else.
import { styleText } from 'node:util';
import type { Severity } from '../../model/severity.ts';

type Style = Parameters<typeof styleText>[0];

export interface Paint {
  readonly columns: number;
  strong(text: string): string;
  faint(text: string): string;
  severity(severity: Severity, text: string): string;
  grade(letter: string): string;
}

const severityStyles: Readonly<Record<Severity, Style>> = {
  critical: ['red', 'bold'],
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  negligible: 'gray',
  unknown: 'gray',
};

/** @param columns of the terminal; held between 60 and 120 for a readable line */
export function createPaint(columns: number, colour: boolean): Paint {
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  return {
    columns: Math.max(60, Math.min(120, columns)),
    strong: (text) => paint('bold', text),
    faint: (text) => paint('gray', text),
    severity: (severity, text) => paint(severityStyles[severity], text),
    grade: (letter) => paint(gradeStyle(letter), ` ${letter} `),
  };
}

function gradeStyle(letter: string): Style {
  if (letter === 'A' || letter === 'B') return ['green', 'bold'];
  return letter === 'C' ? ['yellow', 'bold'] : ['red', 'bold'];
}

/**
 * Control sequences of terminals (ECMA-48: CSI, OSC with its end, two-character ones). Each part
 * stops at the next escape, so that hostile text costs one pass; Node's own pattern needs the
 * square of it.
 */
const sequences = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]',
    '\\u001b\\][^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)',
    '\\u001b[ -/]*[0-Z\\\\^-~]',
  ].join('|'),
  'g',
);

/** Controls, marks and overrides of direction, characters without width, line separators. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text from a target as one harmless line: no control characters, no escape sequences, nothing that
 * would make a terminal show something else than what is there.
 */
export function harmless(text: string): string {
  return text.toWellFormed().replaceAll(sequences, '').replaceAll(unseen, '\uFFFD');
}

/** The sequences that `createPaint` makes itself: the only ones in text that was made harmless. */
const ownStyles = /\u001b\[[0-9;]*m/g;

/** First and last code points that terminals draw two columns wide (Unicode EAW=W, in blocks). */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Visible columns of a text; our own styles have none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(ownStyles, '')) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (/^\p{Mn}$/u.test(character)) return 0;
  return wideRanges.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/**
 * Cut to `width` columns, with an ellipsis in the middle: both ends of a path tell something.
 * Styles stay whole, so that a cut line does not colour the next one.
 */
export function shorten(text: string, width: number): string {
  const total = widthOf(text);
  if (total <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  const tailFrom = total - (width - 1 - head);
  let shown = '';
  let column = 0;
  let cut = false;
  for (const part of partsOf(text)) {
    if (part.startsWith('\u001b')) {
      shown += part;
      continue;
    }
    const end = column + columnsOf(part);
    if (end <= head || column >= tailFrom) shown += part;
    else if (!cut) {
      shown += '…';
      cut = true;
    }
    column = end;
  }
  return shown;
}

/** Styles and single characters. */
function* partsOf(text: string): Generator<string> {
  let at = 0;
  for (const { 0: style, index } of text.matchAll(ownStyles)) {
    yield* text.slice(at, index);
    yield style;
    at = index + style.length;
  }
  yield* text.slice(at);
}

/** Words wrapped to `width` columns; a longer word is broken. */
export function wrap(text: string, width: number): string[] {
  return join(
    text.split(' ').flatMap((word) => broken(word, width)),
    ' ',
    width,
  );
}

/** At most `most` lines; what does not fit ends in an ellipsis. */
export function wrapTo(text: string, width: number, most: number): string[] {
  const lines = wrap(text, width);
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  const kept = widthOf(last) < width ? last : shortenEnd(last, width - 1);
  return [...lines.slice(0, most - 1), `${kept}…`];
}

/** Parts with a separator between them, broken between parts only where they fit a line. */
export function wrapParts(parts: readonly string[], width: number): string[] {
  const separator = ' · ';
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : line + separator + part;
    if (line !== '' && widthOf(longer) > width - 2) {
      lines.push(`${line} ·`);
      line = part;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  return lines.flatMap((one) => wrap(one, width));
}

function join(words: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && widthOf(line) + separator.length + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : line + separator + word;
  }
  if (line !== '') lines.push(line);
  return lines;
}

function broken(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const pieces: string[] = [];
  let rest = word;
  while (rest !== '') {
    const piece = shortenEnd(rest, width);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces;
}

/** The longest start of at most `width` columns, at least one character. */
function shortenEnd(text: string, width: number): string {
  let shown = '';
  let column = 0;
  for (const character of text) {
    column += columnsOf(character);
    if (column > width && shown !== '') break;
    shown += character;
  }
  return shown;
}

/** `left`, spaces, `right`, together `columns` wide; the left part is shortened if need be. */
export function spread(left: string, right: string, columns: number): string {
  if (right === '') return shorten(left, columns);
  const fitting = shorten(left, columns - widthOf(right) - 2);
  const gap = Math.max(2, columns - widthOf(fitting) - widthOf(right));
  return `${fitting}${' '.repeat(gap)}${right}`;
}
