// The 512-byte header of a tar entry and the records of a PAX header, read in place.

export interface RawHeader {
  readonly type: number;
  readonly size: number;
  readonly mode: number;
  readonly device: string;
  readonly oldSparse: boolean;
  readonly path: string;
  /** Of links; empty otherwise. */
  readonly link: string;
}

interface PaxTarget {
  path: string | null;
  link: string | null;
  size: number | null;
  sparse: boolean;
}

const decoder = new TextDecoder();

/** The header at `at`, or what is wrong with it. */
export function parseHeader(bytes: Buffer, at: number): RawHeader | string {
  if (checksum(bytes, at) !== octal(bytes, at + 148, 8)) return 'has a wrong header checksum';
  const size = number(bytes, at + 124, 12);
  if (size === null) return 'has an impossible size in a header';
  const type = bytes[at + 156] as number;
  return {
    type,
    size,
    mode: octal(bytes, at + 100, 8) & 0o7777,
    device: type === 0x33 || type === 0x34 ? device(bytes, at) : '',
    oldSparse: type === 0x53,
    path: fullName(bytes, at),
    link: type === 0x31 || type === 0x32 ? field(bytes, at + 157, 100) : '',
  };
}

/** The buffer of the last header as words: the headers of one chunk follow one another. */
let lastWords: Int32Array = new Int32Array(0);

/** The sum of the block's bytes with its own field as blanks (POSIX.1-2017 pax, "ustar Header"). */
function checksum(bytes: Buffer, at: number): number {
  let sum = 8 * 32;
  for (let index = 148; index < 156; index += 1) sum -= bytes[at + index] as number;
  const start = bytes.byteOffset + at;
  if (start % 4 !== 0) {
    for (let index = 0; index < 512; index += 1) sum += bytes[at + index] as number;
    return sum;
  }
  if (lastWords.buffer !== bytes.buffer) {
    lastWords = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2);
  }
  // Four bytes at once, two in each half of a word: 128 words of 2 x 255 do not overflow 16 bits.
  const end = start / 4 + 128;
  let pairs = 0;
  for (let index = start / 4; index < end; index += 1) {
    const word = lastWords[index] as number;
    pairs += (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff);
  }
  return sum + (pairs & 0xffff) + (pairs >>> 16);
}

function device(bytes: Uint8Array, at: number): string {
  const kind = bytes[at + 156] === 0x33 ? 'c' : 'b';
  return `${kind}:${octal(bytes, at + 329, 8)}:${octal(bytes, at + 337, 8)}`;
}

/** The ustar prefix applies only to POSIX headers: GNU tar keeps other fields there. */
function fullName(bytes: Buffer, at: number): string {
  const name = field(bytes, at, 100);
  const posix = bytes[at + 257] === 0x75 && bytes[at + 262] === 0;
  if (!posix || bytes[at + 345] === 0) return name;
  return `${field(bytes, at + 345, 155)}/${name}`;
}

function field(bytes: Buffer, start: number, length: number): string {
  let end = start;
  let bits = 0;
  while (end < start + length && bytes[end] !== 0) {
    bits |= bytes[end] as number;
    end += 1;
  }
  if (bits > 0x7f) return decoder.decode(bytes.subarray(start, end));
  return bytes.toString('latin1', start, end);
}

function octal(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let index = start; index < start + length; index += 1) {
    const digit = bytes[index] as number;
    if (digit >= 0x30 && digit <= 0x37) value = value * 8 + (digit - 0x30);
    else if (digit === 0 || (digit === 0x20 && value > 0)) break;
  }
  return value;
}

/** Octal, or base-256 when the first bit is set (GNU tar, star); null when not a safe size. */
function number(bytes: Uint8Array, start: number, length: number): number | null {
  const first = bytes[start] as number;
  if (first < 0x80) return octal(bytes, start, length);
  if (first !== 0x80) return null;
  let value = 0;
  for (let index = start + 1; index < start + length; index += 1) {
    value = value * 256 + (bytes[index] as number);
    if (value > Number.MAX_SAFE_INTEGER) return null;
  }
  return value;
}

/** Whether the block is all zero (two of them end an archive). */
export function isZeroBlock(bytes: Uint8Array, at: number): boolean {
  // A used header has a name or a type, so the first byte nearly always answers.
  if (bytes[at] !== 0) return false;
  for (let index = 1; index < 512; index += 1) if (bytes[at + index] !== 0) return false;
  return true;
}

/** Records `length key=value\n`; unknown keys are passed over. Throws on a record that does not add up. */
export function parsePax(bytes: Buffer, target: PaxTarget): void {
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(bytes.toString('latin1', at, space));
    if (!Number.isSafeInteger(length) || length < 5 || at + length > bytes.length) {
      throw new Error('a record length does not add up');
    }
    const equals = bytes.indexOf(0x3d, space);
    if (equals === -1 || equals >= at + length) throw new Error('a record has no value');
    const key = bytes.toString('latin1', space + 1, equals);
    takePax(key, bytes.toString('utf8', equals + 1, at + length - 1), target);
    at += length;
  }
}

function takePax(key: string, value: string, target: PaxTarget): void {
  if (key === 'path' && !target.sparse) target.path = value;
  else if (key === 'linkpath') target.link = value;
  else if (key === 'size') {
    const size = Number(value);
    if (!Number.isSafeInteger(size) || size < 0) throw new Error('the size is not a number');
    target.size = size;
  } else if (key.startsWith('GNU.sparse.')) {
    target.sparse = true;
    if (key === 'GNU.sparse.name') target.path = value;
  }
}

/**
 * Lexical form of an entry name: no leading `/` or `./`, no empty or `.` parts, no trailing slash.
 * Null when a `..` part is in it: such names are refused, not guessed. The root itself is ''.
 */
export function cleanPath(raw: string): string | null {
  let start = 0;
  while (raw.startsWith('./', start) || raw.startsWith('/', start)) {
    start += raw.charCodeAt(start) === 0x2f ? 1 : 2;
  }
  let end = raw.length;
  while (end > start && raw.charCodeAt(end - 1) === 0x2f) end -= 1;
  const path = start === 0 && end === raw.length ? raw : raw.slice(start, end);
  if (path === '.' || path === '') return '';
  if (!path.includes('//') && !path.includes('/.') && !path.startsWith('..')) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') return null;
    if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
