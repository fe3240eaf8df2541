// Large values piece by piece: each deflated for itself, or as it is, behind its length, so that neither
// writing nor reading one ever needs the memory for all of it.
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Tells packed pieces from other bytes: no V8 serialisation and no JSON begins like this. */
const mark = Buffer.from('SWP1');
/** The same with pieces as they are: loading `zlib` and deflating take longer than a small value is worth. */
const plainMark = Buffer.from('SWP0');
const lengthBytes = 4;
/** The mark and the length of all: a value that was cut is no value. */
const headBytes = mark.length + lengthBytes;
/** Inflated bytes of one piece: what is packed here is smaller by far. */
const pieceBytes = 256 * 1024 ** 2;

/** The pieces behind one another, deflated: speed is worth more here than the last tenth of size. */
export function packPieces(pieces: Iterable<string | Uint8Array>): Uint8Array {
  return behindOneAnother(mark, pieces, (piece) => deflateRawSync(piece, { level: 1 }));
}

/** The pieces behind one another as they are. */
export function joinPieces(pieces: Iterable<string | Uint8Array>): Uint8Array {
  return behindOneAnother(plainMark, pieces, (piece) =>
    typeof piece === 'string' ? Buffer.from(piece) : piece,
  );
}

function behindOneAnother(
  ...[kind, pieces, pack]: readonly [
    kind: Buffer,
    pieces: Iterable<string | Uint8Array>,
    pack: (piece: string | Uint8Array) => Uint8Array,
  ]
): Uint8Array {
  const head = Buffer.alloc(headBytes);
  kind.copy(head);
  const parts: Uint8Array[] = [head];
  for (const piece of pieces) {
    const packed = pack(piece);
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32LE(packed.length);
    parts.push(length, packed);
  }
  const packed = Buffer.concat(parts);
  packed.writeUInt32LE(packed.length, mark.length);
  return packed;
}

/** Whether the bytes are pieces of either kind. */
/**
 * Frees the memory of bytes that nobody looks at any more: they are empty afterwards. The collector does
 * not see how large such memory is until tens of megabytes wait for it.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  // Small buffers of Node share one memory.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

export function isPacked(bytes: Uint8Array): boolean {
  return isOf(mark, bytes) || isOf(plainMark, bytes);
}

/** Whether the bytes are pieces as they are. */
export function isJoined(bytes: Uint8Array): boolean {
  return isOf(plainMark, bytes);
}

function isOf(kind: Buffer, bytes: Uint8Array): boolean {
  return bytes.length >= headBytes && kind.equals(bytes.subarray(0, kind.length));
}

/** The pieces in their order, each inflated when it is asked for. Throws on any other bytes. */
export function* unpackPieces(bytes: Uint8Array): Generator<Buffer> {
  if (!isPacked(bytes)) throw new Error('these are no packed pieces');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(mark.length, true) !== bytes.length) throw new Error('the pieces are cut');
  for (let at = headBytes; at < bytes.length; ) {
    const start = at + lengthBytes;
    if (start > bytes.length) throw new Error('the pieces end within a length');
    at = start + view.getUint32(at, true);
    if (at > bytes.length) throw new Error('the pieces end within one');
    const piece = bytes.subarray(start, at);
    yield isJoined(bytes)
      ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
      : inflateRawSync(piece, { maxOutputLength: pieceBytes });
  }
}
