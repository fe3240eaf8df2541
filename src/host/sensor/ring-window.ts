// Which pieces of a ring's data are mapped: only where it is read. The kernel holds the whole ring, but
// each page that is mapped counts as memory of this process as well.

/** Maps and unmaps pieces of the data, by their offsets in it. */
export interface PieceMapper {
  show(offset: number, bytes: number): void;
  hide(offset: number, bytes: number): void;
}

/** So much is mapped of a ring at rest. */
const pieceBytes = 512 * 1024;

export class RingWindow {
  private readonly piece: number;
  private readonly count: number;
  private readonly mapper: PieceMapper;
  private shown: number[] = [];

  /** @param size of the data: a power of two, as is `piece`; nothing of it is mapped yet */
  constructor(size: number, mapper: PieceMapper, piece = pieceBytes) {
    this.piece = Math.min(size, piece);
    this.count = size / this.piece;
    this.mapper = mapper;
  }

  /** The bytes from `start` on, over the end of the data, are mapped when it returns. */
  reach(start: number, bytes: number): void {
    const first = Math.floor(start / this.piece);
    const last = Math.floor((start + Math.max(bytes, 1) - 1) / this.piece);
    for (let at = first; at <= last && at < first + this.count; at += 1) {
      const index = at % this.count;
      if (this.shown.includes(index)) continue;
      this.mapper.show(index * this.piece, this.piece);
      this.shown.push(index);
    }
  }

  /** All before `start` has been read: what does not lie there is not mapped any more. */
  leave(start: number): void {
    const kept = Math.floor(start / this.piece);
    if (this.shown.length === 0 || (this.shown.length === 1 && this.shown[0] === kept)) return;
    for (const index of this.shown) {
      if (index !== kept) this.mapper.hide(index * this.piece, this.piece);
    }
    this.shown = this.shown.filter((index) => index === kept);
  }
}
