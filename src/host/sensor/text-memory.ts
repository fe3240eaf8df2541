// Lists of texts that come again and again, byte for byte: the environments of programs that one shell
// starts. They are decoded once and held once, however many processes have them.
import type { RecordView, Slot } from './view.ts';

interface Known {
  readonly bytes: Uint8Array;
  readonly texts: readonly string[];
}

/** Different ones at a time: shells, servers and containers that start programs just now. */
const keptAtMost = 32;

export class TextMemory {
  private known: Known[] = [];

  /** The texts of a slot, as `record.texts` gives them; the same list for the same bytes. */
  of(record: RecordView, slot: Slot): readonly string[] {
    const bytes = record.slice(slot.start, slot.length);
    const place = this.known.findIndex(
      (one) => one.bytes.length === bytes.length && Buffer.compare(one.bytes, bytes) === 0,
    );
    const found = this.known[place];
    if (found === undefined) {
      const texts = record.texts(slot);
      this.known = [{ bytes: bytes.slice(), texts }, ...this.known.slice(0, keptAtMost - 1)];
      return texts;
    }
    // What comes often is found first.
    if (place > 0) {
      this.known.splice(place, 1);
      this.known.unshift(found);
    }
    return found.texts;
  }
}
