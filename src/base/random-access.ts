// Bytes with random access, whatever they lie in: the one form in which zip and executable readers
// see a file, so that a file of 200 MB or a member inside an archive is never copied as a whole.

/** What `read` returns needs to stay valid only until the next `read`. */
export interface RandomAccess {
  readonly size: number;
  /** Up to `length` bytes from `offset`; shorter at the end, empty beyond it. */
  read(offset: number, length: number): Uint8Array;
}

/** `length` bytes of `file` from `offset` as a file of their own; nothing is copied. */
export function windowOf(file: RandomAccess, offset: number, length: number): RandomAccess {
  const size = Math.max(0, Math.min(length, file.size - offset));
  return {
    size,
    read: (from, count) =>
      from >= size ? new Uint8Array(0) : file.read(offset + from, Math.min(count, size - from)),
  };
}

/** Bytes in memory as a file; nothing is copied. */
export function bytesAsFile(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
  };
}

/** The same bytes with the number readers of `Buffer`; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
