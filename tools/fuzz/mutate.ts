// Breaks real samples: each step is something that disks, networks or attackers do to a file.
import type { Random } from './random.ts';

export interface Material {
  /** Other samples of the same kind, to splice from. */
  readonly samples: readonly Uint8Array[];
  /** Words that mean something to the parser. */
  readonly tokens: readonly string[];
}

/**
 * No input is larger, but for samples that are: cost that grows faster than the input shows at this
 * size already.
 */
export const maximumBytes = 256 * 1024;

type Step = (bytes: Buffer, random: Random, material: Material) => Buffer;

/** A variant of `sample` after one to six steps; once in 50 times the sample itself. */
export function mutate(sample: Uint8Array, random: Random, material: Material): Buffer {
  const most = Math.max(maximumBytes, sample.length);
  let bytes: Buffer = Buffer.from(sample);
  if (random.oneIn(50)) return bytes;
  for (let count = 1 + random.below(6); count > 0; count -= 1) {
    bytes = random.pick(steps)(bytes, random, material);
    if (bytes.length > most) bytes = bytes.subarray(0, most);
  }
  return bytes;
}

const extremes = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffff0, 0xffffffff,
] as const;

const numbers = [
  '0',
  '-1',
  '1',
  '999999999',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e400',
  '-0',
  '77777777777',
  '99999999999999999999999999',
] as const;

/** What every text format trips over. */
const generalTokens = [
  '"',
  "'",
  '\\',
  '\n',
  '\r\n',
  '\0',
  '\t',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
  ':',
  ',',
  '=',
  '#',
  '*',
  '&a',
  '*a',
  '../',
  '/',
  '//',
  '..',
  '%',
  '%00',
  '$',
  '\u{feff}',
  '\u{202e}',
  '\u{d800}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'true',
  '<!--',
  ']]>',
  '<![CDATA[',
  '!!binary',
  '<<: *a',
  '---',
  '[[',
  ']]',
  '{{',
  '\\u0000',
  '\\ud800',
  '&#0;',
  '&#x110000;',
  ' ',
  '~',
  '^',
  '@',
  '!',
  '+',
  '-',
];

const steps: readonly Step[] = [
  flipBits,
  setBytes,
  putInteger,
  truncate,
  removePart,
  doublePart,
  repeatBlock,
  splice,
  insertToken,
  insertToken,
  changeNumber,
  zeroPart,
  moveLine,
  nest,
];

function flipBits(bytes: Buffer, random: Random): Buffer {
  for (let count = 1 + random.below(8); count > 0 && bytes.length > 0; count -= 1) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
}

function setBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length);
  const to = Math.min(bytes.length, at + 1 + random.below(8));
  return bytes.fill(random.oneIn(2) ? 0xff : random.below(256), at, to);
}

function putInteger(bytes: Buffer, random: Random): Buffer {
  const width = random.pick([1, 2, 4, 8]);
  if (bytes.length < width) return bytes;
  // Fields stand on even places more often than not, and headers at the beginning.
  const within = random.oneIn(3) ? Math.min(bytes.length, 512) : bytes.length;
  const at = Math.max(0, Math.min(random.below(within) & ~1, bytes.length - width));
  const value = random.oneIn(3) ? bytes.length + random.below(5) - 2 : random.pick(extremes);
  const low = BigInt.asUintN(width * 8, BigInt(Math.max(0, value)));
  const wide = Buffer.alloc(8);
  if (random.oneIn(2)) {
    wide.writeBigUInt64LE(low);
    wide.copy(bytes, at, 0, width);
  } else {
    wide.writeBigUInt64BE(low);
    wide.copy(bytes, at, 8 - width, 8);
  }
  return bytes;
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

function part(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.length);
  const length = random.oneIn(4) ? random.below(bytes.length) : random.below(64);
  return [from, Math.min(bytes.length, from + length)];
}

function removePart(bytes: Buffer, random: Random): Buffer {
  const [from, to] = part(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function doublePart(bytes: Buffer, random: Random): Buffer {
  const [from, to] = part(bytes, random);
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
}

/** Many copies of a short piece: deep nesting, long runs, quadratic costs. */
function repeatBlock(bytes: Buffer, random: Random): Buffer {
  const from = random.below(bytes.length);
  const block = bytes.subarray(from, from + 1 + random.below(16));
  const most = random.oneIn(10) ? 20_000 : 200;
  const count = Math.min(1 + random.below(most), Math.floor(maximumBytes / (block.length + 1)));
  const copies = Buffer.concat(Array.from({ length: count }, () => block));
  return Buffer.concat([bytes.subarray(0, from), copies, bytes.subarray(from)]);
}

function splice(bytes: Buffer, random: Random, { samples }: Material): Buffer {
  const other = Buffer.from(random.pick(samples));
  const [from, to] = part(other, random);
  const at = random.below(bytes.length + 1);
  const rest = random.oneIn(2) ? bytes.subarray(at) : bytes.subarray(at + (to - from));
  return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), rest]);
}

function insertToken(bytes: Buffer, random: Random, { tokens }: Material): Buffer {
  const token = random.pick(tokens.length > 0 && random.oneIn(2) ? tokens : generalTokens);
  const at = random.below(bytes.length + 1);
  const over = random.oneIn(2) ? token.length : 0;
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(token), bytes.subarray(at + over)]);
}

/** Another value for a run of digits, near a random place. */
function changeNumber(bytes: Buffer, random: Random): Buffer {
  const isDigit = (at: number): boolean => (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39;
  let from = random.below(bytes.length);
  while (from < bytes.length && !isDigit(from)) from += 1;
  let to = from;
  while (to < bytes.length && isDigit(to)) to += 1;
  if (from === to) return bytes;
  return Buffer.concat([
    bytes.subarray(0, from),
    Buffer.from(random.pick(numbers)),
    bytes.subarray(to),
  ]);
}

function zeroPart(bytes: Buffer, random: Random): Buffer {
  const [from, to] = part(bytes, random);
  return bytes.fill(0, from, to);
}

function moveLine(bytes: Buffer, random: Random): Buffer {
  const from = bytes.indexOf(0x0a, random.below(bytes.length)) + 1;
  const end = bytes.indexOf(0x0a, from) + 1;
  if (from === 0 || end === 0) return bytes;
  const line = Buffer.from(bytes.subarray(from, end));
  const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)]);
  const at = rest.indexOf(0x0a, random.below(rest.length)) + 1;
  return Buffer.concat([rest.subarray(0, at), line, rest.subarray(at)]);
}

/** Brackets within brackets, closed or not. */
function nest(bytes: Buffer, random: Random): Buffer {
  const depth = 1 + random.below(random.oneIn(8) ? 20_000 : 300);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['<a>', '</a>'],
    ['(', ')'],
    ['- ', ''],
    ['a: {', '}'],
  ] as const);
  const at = random.below(bytes.length + 1);
  const closing = random.oneIn(2) ? close.repeat(depth) : '';
  const pieces = [bytes.subarray(0, at), Buffer.from(open.repeat(depth))];
  return Buffer.concat([...pieces, bytes.subarray(at), Buffer.from(closing)]);
}
