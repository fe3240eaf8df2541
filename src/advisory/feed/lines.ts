// Lines of a text that arrives in chunks.

/** A line that is longer is cut: no feed of lines has one. */
const maximumLineBytes = 64 * 1024;
const newline = 0x0a;

/** The lines without their ends (LF or CRLF), the last one also without a line feed. */
export function* linesOf(chunks: Iterable<Uint8Array>): Generator<string> {
  const splitter = new LineSplitter();
  for (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

/** The same by pushing, for chunks that arrive asynchronously. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end === -1) break;
      yield this.#line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (this.#rest.length < maximumLineBytes) {
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(start)]);
    }
  }

  *end(): Generator<string> {
    if (this.#rest.length > 0) yield this.#line(new Uint8Array(0));
  }

  #line(bytes: Uint8Array): string {
    const whole = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    this.#rest = Buffer.alloc(0);
    const end = whole.at(-1) === 0x0d ? whole.length - 1 : whole.length;
    return whole.toString('utf8', 0, Math.min(end, maximumLineBytes));
  }
}
