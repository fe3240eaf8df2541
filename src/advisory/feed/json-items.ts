// Cuts a JSON document of any size into the values at one depth, in flat memory: trackers and NVD
// feeds are one document of hundreds of megabytes, their records are small.

export interface JsonItem {
  /** Object keys from the root down to this value; the empty string stands for array positions. */
  readonly path: readonly string[];
  /** The text of the value; null when it is longer than `maximumBytes`. */
  readonly bytes: Uint8Array | null;
}

export interface JsonItemsOptions {
  /** Number of containers above the wanted values: 1 = members of the root. */
  readonly depth: number;
  /** Longest value that is held. */
  readonly maximumBytes: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
/** Keys are names of packages, CVEs and fields; a longer one is cut. */
const maximumKeyBytes = 4096;

/**
 * Yields the values at `depth` in the order of the document. The values are not validated, nor is the
 * text between them: parse each of them. Returns true when the document closed all its brackets.
 */
export function* jsonItems(
  chunks: Iterable<Uint8Array>,
  options: JsonItemsOptions,
): Generator<JsonItem, boolean> {
  const scanner = new Scanner(options);
  for (const chunk of chunks) yield* scanner.push(chunk);
  return scanner.complete;
}

class Scanner {
  readonly #options: JsonItemsOptions;
  readonly #keys: string[] = [];
  /** For each container down to the wanted depth: is it an object? */
  readonly #objects: boolean[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  #expectKey = false;
  #seen = false;
  /** Bytes of the key or value that is being collected, from earlier chunks. */
  #parts: Uint8Array[] = [];
  #collected = 0;
  #collecting: 'no' | 'key' | 'value' | 'too-long' = 'no';

  constructor(options: JsonItemsOptions) {
    this.#options = options;
  }

  get complete(): boolean {
    return this.#seen && this.#depth === 0 && !this.#inString;
  }

  *push(chunk: Uint8Array): Generator<JsonItem> {
    // Where the collected bytes of this chunk start; 0 goes on with those of the last chunk.
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#inString) {
        at = this.#endOfString(chunk, at);
        if (this.#inString) break;
        if (this.#collecting === 'key')
          this.#keys[this.#depth - 1] = this.#takeKey(chunk, start, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (byte === quote) {
        this.#inString = true;
        if (this.#collecting !== 'no') continue;
        start = at;
        const isKey = this.#expectKey && this.#depth <= this.#options.depth;
        if (isKey) this.#collecting = 'key';
        else if (this.#depth === this.#options.depth) this.#collecting = 'value';
        continue;
      }
      const opens = byte === 0x7b || byte === 0x5b;
      const closes = byte === 0x7d || byte === 0x5d;
      if ((closes || byte === comma) && this.#depth === this.#options.depth) {
        const item = this.#takeValue(chunk, start, at);
        if (item !== null) yield item;
      }
      if (opens || closes) {
        if (opens && this.#depth === this.#options.depth && this.#collecting === 'no') {
          this.#collecting = 'value';
          start = at;
        }
        this.#nest(opens, byte === 0x7b);
      } else if (byte === comma || byte === colon) {
        if (this.#depth <= this.#options.depth) {
          this.#expectKey = byte === comma && this.#objects[this.#depth - 1] === true;
        }
      } else if (byte > 0x20 && this.#depth === this.#options.depth && this.#collecting === 'no') {
        this.#collecting = 'value';
        start = at;
      }
    }
    this.#keep(chunk.subarray(start));
  }

  #nest(opens: boolean, object: boolean): void {
    this.#seen = true;
    if (opens) {
      this.#depth += 1;
      if (this.#depth <= this.#options.depth) {
        this.#objects[this.#depth - 1] = object;
        this.#keys[this.#depth - 1] = '';
        this.#expectKey = object;
      }
    } else {
      // More closing than opening brackets: a broken document, which the caller sees as incomplete.
      this.#depth = Math.max(0, this.#depth - 1);
      this.#expectKey = false;
    }
  }

  /** Offset of the closing quote, or the end of the chunk with `#inString` still set. */
  #endOfString(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.#escaped) {
        this.#escaped = false;
        continue;
      }
      const byte = chunk[at];
      if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#inString = false;
        return at;
      }
    }
    return chunk.length;
  }

  #takeKey(chunk: Uint8Array, start: number, end: number): string {
    this.#keep(chunk.subarray(start, end + 1));
    const text = Buffer.concat(this.#parts).subarray(0, maximumKeyBytes).toString('utf8');
    this.#reset();
    try {
      return String(JSON.parse(text));
    } catch {
      return text.slice(1);
    }
  }

  #takeValue(chunk: Uint8Array, start: number, end: number): JsonItem | null {
    if (this.#collecting !== 'value' && this.#collecting !== 'too-long') return null;
    this.#keep(chunk.subarray(start, end));
    const tooLong = this.#collected > this.#options.maximumBytes;
    const bytes = tooLong ? null : Buffer.concat(this.#parts);
    this.#reset();
    return { path: this.#keys.slice(0, this.#depth), bytes };
  }

  /** Holds a copy of what is collected: chunks may be reused (and Buffer.slice is no copy). */
  #keep(bytes: Uint8Array): void {
    if (this.#collecting === 'no') return;
    this.#collected += bytes.length;
    const maximum = this.#collecting === 'key' ? maximumKeyBytes : this.#options.maximumBytes;
    if (this.#collected <= maximum) this.#parts.push(new Uint8Array(bytes));
    else if (this.#collecting !== 'key') {
      this.#collecting = 'too-long';
      this.#parts = [];
    }
  }

  #reset(): void {
    this.#parts = [];
    this.#collected = 0;
    this.#collecting = 'no';
  }
}
