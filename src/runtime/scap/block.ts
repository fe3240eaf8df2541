// The blocks of a capture: type, length, body, length again, as in pcap-ng. Bytes come in any pieces.

/** One block as it lies in the file. */
export interface Block {
  readonly type: number;
  /** Where it begins, in the capture without compression. */
  readonly offset: number;
  readonly body: Uint8Array;
}

/** Why a capture cannot be read on, and where. What came before is valid. */
export interface CaptureProblem {
  readonly offset: number;
  readonly reason: string;
}

/** The types of blocks; the number behind a name is its version. */
export const blockType = {
  section: 0x0a0d0d0a,
  machine: 0x201,
  processes1: 0x202,
  descriptors1: 0x203,
  event1: 0x204,
  interfaces1: 0x205,
  users1: 0x206,
  processes2: 0x207,
  flaggedEvent1: 0x208,
  processes3: 0x209,
  processes4: 0x210,
  processes5: 0x211,
  processes6: 0x212,
  processes7: 0x213,
  processes8: 0x214,
  processes9: 0x215,
  event2: 0x216,
  flaggedEvent2: 0x217,
  descriptors2: 0x218,
  interfaces2: 0x219,
  users2: 0x220,
  largeEvent: 0x221,
  flaggedLargeEvent: 0x222,
} as const;

const headerBytes = 8;
const trailerBytes = 4;
const magic = 0x1a2b3c4d;
/** The largest honest blocks list the processes of a node: 20,000 with 6 KiB each. */
const blockBytes = 128 * 1024 * 1024;

/** Cuts a stream into blocks. */
export class BlockSplitter {
  /** Pieces that wait for the rest of a block; joined only when it is there. */
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private neededBytes = headerBytes;
  private offset = 0;
  private stopped: CaptureProblem | null = null;

  /** What stopped the reading, if anything did. */
  get problem(): CaptureProblem | null {
    return this.stopped;
  }

  /** The blocks that are whole now. */
  *push(chunk: Uint8Array): IterableIterator<Block> {
    if (this.stopped !== null) return;
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waitingBytes < this.neededBytes) return;
    const [first] = this.waiting;
    const bytes =
      this.waiting.length === 1 && first !== undefined
        ? first
        : joined(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    yield* this.cut(bytes);
  }

  private *cut(bytes: Uint8Array): IterableIterator<Block> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    this.neededBytes = headerBytes;
    while (bytes.length - at >= headerBytes) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      const isFirst = this.offset + at === 0;
      const reason = this.flaw(type, length, isFirst);
      if (reason !== null) {
        this.stop(at, reason);
        return;
      }
      if (bytes.length - at < length) {
        this.neededBytes = length;
        break;
      }
      if (view.getUint32(at + length - trailerBytes, true) !== length) {
        this.stop(at, 'the two lengths of a block differ');
        return;
      }
      const body = bytes.subarray(at + headerBytes, at + length - trailerBytes);
      const flaw = isFirst ? sectionFlaw(body) : null;
      if (flaw !== null) {
        this.stop(at, flaw);
        return;
      }
      yield { type, offset: this.offset + at, body };
      at += length;
    }
    if (at < bytes.length) this.waiting = [bytes.slice(at)];
    this.waitingBytes = bytes.length - at;
    this.offset += at;
  }

  /** The capture is over: the problem, also that it ends in the middle of a block. */
  end(): CaptureProblem | null {
    if (this.stopped === null && this.waitingBytes > 0) {
      const reason = this.offset === 0 ? 'it is no capture' : 'it ends in the middle of a block';
      this.stop(0, reason);
    }
    if (this.stopped === null && this.offset === 0) this.stop(0, 'it is empty');
    return this.stopped;
  }

  private flaw(type: number, length: number, isFirst: boolean): string | null {
    if (isFirst && type !== blockType.section) return 'it is no capture';
    if (length < headerBytes + trailerBytes) return `a block of ${length} bytes`;
    return length > blockBytes ? `a block of ${length} bytes, more than ${blockBytes}` : null;
  }

  private stop(at: number, reason: string): void {
    this.stopped = { offset: this.offset + at, reason };
    this.waiting = [];
    this.waitingBytes = 0;
  }
}

/** What is wrong with the first block. */
function sectionFlaw(body: Uint8Array): string | null {
  if (body.length < 16) return 'it is no capture';
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const found = view.getUint32(0, true);
  if (found === 0x4d3c2b1a) return 'it was written by a big-endian machine';
  if (found !== magic) return 'it is no capture';
  const major = view.getUint16(4, true);
  return major === 1 ? null : `version ${major} of captures is not known`;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
