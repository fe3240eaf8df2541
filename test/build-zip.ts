// Writes zip archives for tests: honest ones, and ones whose every field lies as the test asks.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly content: string | Uint8Array;
  /** Deflate (default) or store. */
  readonly stored?: boolean;
  /** Overrides for lies. */
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly crc?: number;
  /** Use this local header offset in the directory instead of the true one. */
  readonly offset?: number;
}

export interface ZipShape {
  readonly prefix?: string;
  /** Write directory offsets relative to the archive, not to the file (`cat script zip`). */
  readonly relative?: boolean;
  readonly comment?: string;
  readonly zip64?: boolean;
  readonly announced?: number;
}

/** The archive's bytes. */
export function buildZip(entries: readonly ZipEntry[], shape: ZipShape = {}): Buffer {
  const prefix = Buffer.from(shape.prefix ?? '');
  const base = shape.relative === true ? 0 : prefix.length;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content);
    const stored = entry.stored === true;
    const data = stored ? content : deflateRawSync(content);
    const fields = {
      flags: entry.flags ?? 0,
      method: entry.method ?? (stored ? 0 : 8),
      crc: entry.crc ?? crc32(content),
      packed: data.length,
      size: entry.size ?? content.length,
    };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(fields.flags, 6);
    local.writeUInt16LE(fields.method, 8);
    local.writeUInt16LE(name.length, 26);
    directory.push(
      centralHeader(name, fields, {
        offset: entry.offset ?? base + at,
        zip64: shape.zip64 === true,
      }),
    );
    parts.push(local, name, data);
    at += local.length + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = endRecords({
    members: shape.announced ?? entries.length,
    bytes: central.length,
    offset: base + at,
    place: prefix.length + at,
    shape,
  });
  return Buffer.concat([prefix, ...parts, central, end]);
}

interface Fields {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

function centralHeader(
  name: Buffer,
  fields: Fields,
  place: { readonly offset: number; readonly zip64: boolean },
): Buffer {
  const extra = Buffer.alloc(place.zip64 ? 28 : 0);
  if (place.zip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(BigInt(fields.size), 4);
    extra.writeBigUInt64LE(BigInt(fields.packed), 12);
    extra.writeBigUInt64LE(BigInt(place.offset), 20);
  }
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(fields.flags, 8);
  header.writeUInt16LE(fields.method, 10);
  header.writeUInt32LE(fields.crc, 16);
  header.writeUInt32LE(place.zip64 ? 0xffffffff : fields.packed, 20);
  header.writeUInt32LE(place.zip64 ? 0xffffffff : fields.size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(place.zip64 ? 0xffffffff : place.offset, 42);
  return Buffer.concat([header, name, extra]);
}

function endRecords(from: {
  readonly members: number;
  readonly bytes: number;
  readonly offset: number;
  readonly place: number;
  readonly shape: ZipShape;
}): Buffer {
  const { members, bytes, offset, place, shape } = from;
  const comment = Buffer.from(shape.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(shape.zip64 === true ? 0xffff : members % 0x10000, 8);
  end.writeUInt16LE(shape.zip64 === true ? 0xffff : members % 0x10000, 10);
  end.writeUInt32LE(shape.zip64 === true ? 0xffffffff : bytes, 12);
  end.writeUInt32LE(shape.zip64 === true ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  if (shape.zip64 !== true) return Buffer.concat([end, comment]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(BigInt(members), 24);
  end64.writeBigUInt64LE(BigInt(members), 32);
  end64.writeBigUInt64LE(BigInt(bytes), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(place + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end, comment]);
}
