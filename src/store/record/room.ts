// Room on the disk. A database on a full disk cannot even forget: its log needs room first. So a file
// of nothing lies beside it, which is given up when that moment comes.
import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';

/** As much as the log may need to be worked off: SQLite does that every 4 MB. */
const reserveBytes = 8 * 1024 * 1024;
const blockBytes = 1024 * 1024;

export class Room {
  readonly #folder: string;
  readonly #file: string;
  readonly #keepBytes: number;

  /** @param keepBytes with less free on the disk the record does not grow any more */
  constructor(file: string, folder: string, keepBytes: number) {
    this.#file = `${file}.reserve`;
    this.#folder = folder;
    this.#keepBytes = keepBytes;
  }

  /** Less is free than should be left to others. */
  get isTight(): boolean {
    return this.#free() < this.#keepBytes;
  }

  #free(): number {
    try {
      const { bavail, bsize } = statfsSync(this.#folder);
      return bavail * bsize;
    } catch {
      return Number.MAX_SAFE_INTEGER;
    }
  }

  /** Makes the reserve when there is room enough for it. */
  keep(): void {
    const bytes = Math.min(reserveBytes, this.#keepBytes);
    if (existsSync(this.#file) || this.#free() < this.#keepBytes + bytes) return;
    const descriptor = openSync(this.#file, 'w', 0o600);
    try {
      const block = Buffer.alloc(Math.min(blockBytes, bytes));
      for (let written = 0; written < bytes; written += block.length) writeSync(descriptor, block);
    } catch {
      rmSync(this.#file, { force: true });
    } finally {
      closeSync(descriptor);
    }
  }

  giveUp(): void {
    rmSync(this.#file, { force: true });
  }
}
