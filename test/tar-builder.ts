// Builds tars byte by byte for tests: honest ones, and every kind of lie a header can tell.

export interface BuiltEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Type flag; default `0` (file). */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  /** Overrides the size field, honest or not. */
  readonly size?: number;
  /** Writes the size in base-256 (GNU). */
  readonly base256?: boolean;
  readonly device?: readonly [number, number];
  /** Breaks the header's checksum. */
  readonly badChecksum?: true;
}

const blockBytes = 512;

/** One entry: header, content, padding. */
export function tarEntry(entry: BuiltEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(blockBytes);
  header.write(entry.name, 0, 100, 'utf8');
  octal(header, 100, 8, entry.mode ?? 0o644);
  octal(header, 108, 8, 0);
  octal(header, 116, 8, 0);
  writeSize(header, entry, content.length);
  octal(header, 136, 12, 0);
  header.fill(0x20, 148, 156);
  header.write(entry.type ?? '0', 156, 1, 'latin1');
  header.write(entry.link ?? '', 157, 100, 'utf8');
  header.write('ustar\0', 257, 'latin1');
  header.write('00', 263, 'latin1');
  if (entry.device !== undefined) {
    octal(header, 329, 8, entry.device[0]);
    octal(header, 337, 8, entry.device[1]);
  }
  const sum = header.reduce((total, byte) => total + byte, 0) + (entry.badChecksum ? 1 : 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const padding = (blockBytes - (content.length % blockBytes)) % blockBytes;
  return Buffer.concat([header, content, Buffer.alloc(padding)]);
}

/** A whole archive with its end mark. */
export function tar(entries: readonly (BuiltEntry | Buffer)[]): Buffer {
  const parts = entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry)));
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

/** A PAX header for the entry that follows. */
export function paxHeader(records: Readonly<Record<string, string>>): Buffer {
  const content = Object.entries(records)
    .map(([key, value]) => paxRecord(key, value))
    .join('');
  return tarEntry({ name: 'PaxHeaders/x', type: 'x', content });
}

function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (`${length}`.length + rest !== length) length = `${length}`.length + rest;
  return `${length} ${key}=${value}\n`;
}

function writeSize(header: Buffer, entry: BuiltEntry, actual: number): void {
  const size = entry.size ?? actual;
  if (entry.base256 !== true) {
    octal(header, 124, 12, size);
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(size), 128);
}

function octal(header: Buffer, at: number, length: number, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}
