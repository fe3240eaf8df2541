// A tar reader that is fed chunks and never holds more than one header: ustar, PAX (POSIX.1-2017
// pax), GNU long names, base-256 sizes, sparse files. It decides nothing; its sink does.

import { messageOf } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { asBuffer } from '../../base/random-access.ts';
import { cleanPath, isZeroBlock, parseHeader, parsePax, type RawHeader } from './tar-header.ts';

const blockBytes = 512;

export type TarKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';

export interface TarEntry {
  /** Without leading slash or `./`; never with `..` in it. */
  readonly path: string;
  readonly kind: TarKind;
  readonly mode: number;
  /** Bytes of content in the archive. */
  readonly size: number;
  /** Offset of the content in the uncompressed tar. */
  readonly offset: number;
  /** For links: as written. */
  readonly linkTarget: string;
  /** For devices: `major:minor`; overlay whiteouts are the character device 0:0. */
  readonly device: string;
  /** Content is a sparse map plus fragments, not the file's bytes. */
  readonly sparse: boolean;
}

export interface TarSink {
  /** True: the content is wanted and follows by `data`, then `end`. */
  entry(entry: TarEntry): boolean;
  data(chunk: Uint8Array): void;
  end(): void;
  /** Something in the archive that was refused or not understood; reading goes on. */
  refused(path: string, reason: string): void;
}

/** How the archive ended: `null` is well; else why reading stopped, as one sentence. */
export type TarProblem = string | null;

interface PendingNames {
  path: string | null;
  link: string | null;
  size: number | null;
  sparse: boolean;
}

type State = 'header' | 'content' | 'skip' | 'long' | 'sparse' | 'ended' | 'broken';

/** Push parser: call `push` with successive chunks, then `finish`. */
export class TarScanner {
  readonly #sink: TarSink;
  readonly #block = Buffer.allocUnsafe(blockBytes);
  #filled = 0;
  #state: State = 'header';
  #position = 0;
  #remaining = 0;
  #padding = 0;
  #entries = 0;
  #problem: TarProblem = null;
  #long: { type: number; bytes: Buffer; filled: number } | null = null;
  #pending: PendingNames = noNames();
  #globals: PendingNames = noNames();
  #sparseHeader: RawHeader | null = null;
  #zeroBlocks = 0;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  /** Entries seen so far. */
  get entries(): number {
    return this.#entries;
  }

  /** Bytes that the sink does not want: a driver over a seekable file may jump over them. */
  get skippable(): number {
    return this.#state === 'skip' ? this.#remaining + this.#padding : 0;
  }

  /** True once the end mark was read or the archive is broken: further bytes are ignored. */
  get done(): boolean {
    return this.#state === 'ended' || this.#state === 'broken';
  }

  /** Tells that the driver jumped over `count` bytes, at most `skippable`. */
  skip(count: number): void {
    this.#position += count;
    const content = Math.min(count, this.#remaining);
    this.#remaining -= content;
    this.#padding -= count - content;
    if (this.#remaining === 0 && this.#padding === 0) this.#state = 'header';
  }

  push(pushed: Uint8Array): void {
    const chunk = asBuffer(pushed);
    let at = 0;
    while (at < chunk.length && !this.done) {
      switch (this.#state) {
        case 'header':
        case 'sparse':
          at += this.#takeBlock(chunk, at);
          break;
        case 'content':
        case 'skip':
        case 'long':
          at += this.#takeContent(chunk, at);
          break;
        case 'ended':
        case 'broken':
          return;
      }
    }
  }

  /** Call once after the last chunk. */
  finish(): TarProblem {
    if (this.#state === 'ended' || this.#state === 'broken') return this.#problem;
    const betweenEntries = this.#state === 'header' && this.#filled === 0;
    if (betweenEntries && this.#entries + this.#zeroBlocks > 0) return null;
    if (betweenEntries && this.#position === 0) return 'is empty';
    return `is truncated at byte ${this.#position}`;
  }

  #takeBlock(chunk: Buffer, at: number): number {
    const count = Math.min(blockBytes - this.#filled, chunk.length - at);
    // The common case reads the header where it lies; a split one is put together first.
    if (count === blockBytes) {
      this.#position += blockBytes;
      this.#readBlock(chunk, at);
      return count;
    }
    this.#block.set(chunk.subarray(at, at + count), this.#filled);
    this.#filled += count;
    this.#position += count;
    if (this.#filled === blockBytes) {
      this.#filled = 0;
      this.#readBlock(this.#block, 0);
    }
    return count;
  }

  #readBlock(bytes: Buffer, at: number): void {
    if (this.#state === 'sparse') {
      // Old GNU sparse maps continue while the byte at 504 is set.
      if (bytes[at + 504] === 0) this.#begin(this.#sparseHeader as RawHeader);
      return;
    }
    if (isZeroBlock(bytes, at)) {
      this.#zeroBlocks += 1;
      if (this.#zeroBlocks === 2) this.#state = 'ended';
      return;
    }
    this.#zeroBlocks = 0;
    const header = parseHeader(bytes, at);
    if (typeof header === 'string') {
      this.#break(`${header} at byte ${this.#position - blockBytes}`);
      return;
    }
    if (header.oldSparse && bytes[at + 482] !== 0) {
      this.#sparseHeader = header;
      this.#state = 'sparse';
      return;
    }
    this.#begin(header);
  }

  #begin(header: RawHeader): void {
    const { type } = header;
    // x, g: PAX; L, K: GNU long name and long link.
    if (type === 0x78 || type === 0x67 || type === 0x4c || type === 0x4b) {
      if (header.size > limits.tarHeaderBytes) {
        this.#break(`has an extended header of ${header.size} bytes at byte ${this.#position}`);
        return;
      }
      this.#long = { type, bytes: Buffer.allocUnsafe(header.size), filled: 0 };
      this.#content('long', header.size);
      return;
    }
    const names = this.#pending;
    this.#pending = noNames();
    this.#entries += 1;
    if (this.#entries > limits.layerEntries) {
      this.#break(`has more than ${limits.layerEntries} entries`);
      return;
    }
    this.#offer(header, names);
  }

  #offer(header: RawHeader, names: PendingNames): void {
    const raw = names.path ?? this.#globals.path ?? header.path;
    const kind = kindOf(header.type, raw);
    const path = cleanPath(raw);
    // Links, folders and devices have no content whatever their size field says (as GNU tar).
    const archived = kind === 'file' || kind === null ? (names.size ?? header.size) : 0;
    const size = archived;
    if (path === null || path.length > limits.pathBytes) {
      this.#sink.refused(raw.slice(0, 256), 'the name leaves the root or is longer than any path');
      this.#content('skip', archived);
      return;
    }
    if (kind === null) {
      this.#sink.refused(path, `the tar entry type ${header.type} is not known`);
      this.#content('skip', archived);
      return;
    }
    const wanted = this.#sink.entry({
      path,
      kind,
      mode: header.mode,
      size,
      offset: this.#position,
      linkTarget: names.link ?? this.#globals.link ?? header.link,
      device: kind === 'device' ? header.device : '',
      sparse: header.oldSparse || names.sparse,
    });
    if (wanted && size === 0) this.#sink.end();
    this.#content(wanted && size > 0 ? 'content' : 'skip', archived);
  }

  #content(state: 'content' | 'skip' | 'long', size: number): void {
    this.#state = state;
    this.#remaining = size;
    this.#padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (size === 0) {
      if (state === 'long') this.#endLong();
      this.#state = 'header';
    }
  }

  #takeContent(chunk: Uint8Array, at: number): number {
    const available = chunk.length - at;
    if (this.#remaining > 0) {
      const count = Math.min(this.#remaining, available);
      this.#position += count;
      this.#remaining -= count;
      if (this.#state === 'content') this.#sink.data(chunk.subarray(at, at + count));
      else if (this.#state === 'long') this.#takeLong(chunk.subarray(at, at + count));
      if (this.#remaining === 0) {
        if (this.#state === 'content') this.#sink.end();
        else if (this.#state === 'long') this.#endLong();
        this.#state = this.#padding === 0 ? 'header' : 'skip';
      }
      return count;
    }
    const count = Math.min(this.#padding, available);
    this.#position += count;
    this.#padding -= count;
    if (this.#padding === 0) this.#state = 'header';
    return count;
  }

  #takeLong(chunk: Uint8Array): void {
    const long = this.#long;
    if (long === null) return;
    long.bytes.set(chunk, long.filled);
    long.filled += chunk.length;
  }

  #endLong(): void {
    const long = this.#long;
    this.#long = null;
    if (long === null) return;
    try {
      if (long.type === 0x4c) this.#pending.path = untilNul(long.bytes);
      else if (long.type === 0x4b) this.#pending.link = untilNul(long.bytes);
      else parsePax(long.bytes, long.type === 0x67 ? this.#globals : this.#pending);
    } catch (error) {
      this.#break(`has a bad extended header at byte ${this.#position}: ${messageOf(error)}`);
    }
  }

  #break(problem: string): void {
    this.#problem = problem;
    this.#state = 'broken';
  }
}

function noNames(): PendingNames {
  return { path: null, link: null, size: null, sparse: false };
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

/** Type flags of POSIX.1-2017 pax and GNU tar; null for what must not be guessed. */
function kindOf(type: number, path: string): TarKind | null {
  switch (type) {
    case 0x00:
    case 0x30:
    case 0x37:
    case 0x53:
      // Before ustar a folder was a file whose name ends in a slash.
      return type === 0 && path.endsWith('/') ? 'directory' : 'file';
    case 0x31:
      return 'hardlink';
    case 0x32:
      return 'symlink';
    case 0x33:
    case 0x34:
      return 'device';
    case 0x35:
      return 'directory';
    case 0x36:
      return 'fifo';
    default:
      return null;
  }
}
