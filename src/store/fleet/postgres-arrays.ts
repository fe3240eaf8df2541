// Columns of many rows as arrays in PostgreSQL's binary form: a third of the work that their text form
// is, for us and for the server.

export type ArrayType = 'text' | 'bigint' | 'bytea';

/** Object ids of the element types, fixed in PostgreSQL (pg_type.dat). */
const elementIds = { text: 25, bigint: 20, bytea: 17 } as const;
/** Dimensions, has-null flag, element type, length, lower bound: four bytes each. */
const headBytes = 20;
const lengthBytes = 4;
const bigintBytes = 8;
const twoTo32 = 2 ** 32;

/**
 * One column as the binary form of a one-dimensional array (`array_recv`). Numbers are safe whole
 * ones; a value of another kind than its column's is written as its text.
 */
export function binaryArray(
  type: ArrayType,
  rows: readonly (readonly (string | number | Uint8Array | null)[])[],
  column: number,
): Buffer {
  return type === 'bigint' ? bigintArray(rows, column) : bytesArray(type, rows, column);
}

type Rows = Parameters<typeof binaryArray>[1];

function writeHead(buffer: Buffer, type: ArrayType, rows: number): void {
  buffer.writeInt32BE(rows === 0 ? 0 : 1, 0);
  // Whether there are nulls is told by their lengths; the server counts them itself.
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(elementIds[type], 8);
  buffer.writeInt32BE(rows, 12);
  buffer.writeInt32BE(1, 16);
}

function bigintArray(rows: Rows, column: number): Buffer {
  const buffer = Buffer.allocUnsafe(headBytes + rows.length * (lengthBytes + bigintBytes));
  writeHead(buffer, 'bigint', rows.length);
  let at = headBytes;
  for (const row of rows) {
    const value = row[column] ?? null;
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const number = Number(value);
    const high = Math.floor(number / twoTo32);
    at = buffer.writeInt32BE(bigintBytes, at);
    at = buffer.writeInt32BE(high, at);
    at = buffer.writeUInt32BE(number - high * twoTo32, at);
  }
  return buffer.subarray(0, at);
}

function bytesArray(type: 'text' | 'bytea', rows: Rows, column: number): Buffer {
  let size = headBytes;
  for (const row of rows) {
    const value = row[column] ?? null;
    size += lengthBytes;
    if (typeof value === 'string') size += Buffer.byteLength(value);
    else if (value !== null) size += bytesOf(value).length;
  }
  const buffer = Buffer.allocUnsafe(size);
  writeHead(buffer, type, rows.length);
  let at = headBytes;
  for (const row of rows) {
    const value = row[column] ?? null;
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const written =
      typeof value === 'string'
        ? buffer.write(value, at + lengthBytes)
        : bytesOf(value).copy(buffer, at + lengthBytes);
    buffer.writeInt32BE(written, at);
    at += lengthBytes + written;
  }
  return buffer;
}

function bytesOf(value: number | Uint8Array): Buffer {
  if (typeof value === 'number') return Buffer.from(String(value));
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
