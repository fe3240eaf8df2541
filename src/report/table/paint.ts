// Terminal text: widths, wrapping, and the few colours that mean severity and nothing else.
import { stripVTControlCharacters, styleText } from 'node:util';
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
 * Text from a target as one harmless line: no control characters, no escape sequences, no bidi
 * overrides that would make a terminal show something else than what is there.
 */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    '\uFFFD',
  );
}

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

/** Visible columns of a text without escape sequences. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    const point = character.codePointAt(0) ?? 0;
    const isWide = point >= 0x1100 && wideRanges.some(([from, to]) => point >= from && point <= to);
    width += isWide ? 2 : 1;
  }
  return width;
}

/** Cut to `width` columns, with an ellipsis in the middle: both ends of a path tell something. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const characters = [...text];
  const head = Math.ceil((width - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (width - 1 - head)).join('')}`;
}

/** Words wrapped to `width` columns; a longer word stands on a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** `left`, spaces, `right`, together `columns` wide; the left part is shortened if need be. */
export function spread(left: string, right: string, columns: number): string {
  const room = columns - widthOf(right) - 2;
  const fitting = shorten(left, room);
  return `${fitting}${' '.repeat(Math.max(2, columns - widthOf(fitting) - widthOf(right)))}${right}`;
}
