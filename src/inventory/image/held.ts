// Files of one layer that must stay readable until all of it has passed: companions, and what is
// parsed together with them. All lie behind one another in a single spool, so that a layer of
// thousands needs neither their bytes in memory nor a descriptor for each.
import { limits } from '../../base/limits.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import { Spool } from './spool.ts';

const residentBytes = 4 * 1024 * 1024;
const copyBytes = 1024 * 1024;

export class HeldFiles {
  readonly #spool: Spool;
  #count = 0;

  /** @param folder where the bytes beyond 4 MiB go, unlinked at once */
  constructor(folder: string) {
    this.#spool = new Spool(folder, residentBytes);
  }

  /** A lasting copy of `access`, or null when the layer has had its share. */
  copy(access: RandomAccess): RandomAccess | null {
    if (this.#spool.length + access.size > limits.companionBytes || !this.count()) return null;
    const start = this.#spool.length;
    const { size } = access;
    for (let at = 0; at < size; at += copyBytes) {
      this.#spool.write(access.read(at, Math.min(copyBytes, size - at)));
    }
    const held = this.#spool.length - start;
    return {
      size: held,
      // The spool moves while it grows: where it lies is asked anew for each read.
      read: (offset, length) =>
        this.#spool
          .access()
          .read(start + Math.min(offset, held), Math.max(0, Math.min(length, held - offset))),
    };
  }

  /** Counts a file that stays readable where it is; false when the layer has had its share. */
  count(): boolean {
    this.#count += 1;
    return this.#count <= limits.companionFiles;
  }

  /** What was held is gone afterwards. */
  release(): void {
    this.#spool.reset();
  }
}
