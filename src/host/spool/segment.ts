// Files of a spool: frames behind a length and a checksum, one after another. What was cut short by a
// crash ends the file at the frame before; what was damaged ends it there as well.
import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Length and CRC-32 of what follows, big-endian. */
const headBytes = 8;
/** One frame: the inventory of the largest images has some 20 MB. */
const frameBytes = 64 * 1024 * 1024;

export interface Frame {
  /** Number in the stream; of a position: the last number that it speaks for. */
  readonly sequence: number;
  /** Null for a record: then `text` is the record as JSON. */
  readonly isPosition: boolean;
  readonly text: string;
  /** Where the frame ends in its file. */
  readonly end: number;
}

export function frameBuffer(frame: {
  isPosition: boolean;
  sequence: number;
  text: string;
}): Buffer {
  const body = Buffer.from(`${frame.isPosition ? 'P' : 'R'}${frame.sequence} ${frame.text}`);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(body.length, 0);
  head.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([head, body]);
}

/** All whole frames from the start; `isWhole` false when something stands behind them. */
export function readFrames(file: string): { readonly frames: Frame[]; readonly isWhole: boolean } {
  const bytes = readFileSync(file);
  const frames: Frame[] = [];
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const end = at + headBytes + length;
    if (length > frameBytes || end > bytes.length) break;
    const body = bytes.subarray(at + headBytes, end);
    if (crc32(body) !== bytes.readUInt32BE(at + 4)) break;
    const found = /^([PR])(\d{1,16}) /.exec(body.toString('latin1', 0, 20));
    if (found === null) break;
    frames.push({
      sequence: Number(found[2]),
      isPosition: found[1] === 'P',
      text: body.toString('utf8', found[0].length),
      end,
    });
    at = end;
  }
  return { frames, isWhole: at === bytes.length };
}

/** Appends and waits for the disk. On an error the file is as long as before. @returns the new length */
export function appendDurably(file: string, bytes: Buffer, lengthBefore: number): number {
  const descriptor = openSync(file, 'a', 0o600);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
    return lengthBefore + bytes.length;
  } catch (error) {
    try {
      truncateSync(file, lengthBefore);
    } catch {
      // Then the next start finds a frame that was cut short, and ends the file before it.
    }
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
