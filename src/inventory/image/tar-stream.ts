// Entries of a tar that comes as a stream, one after the other, each with its content as a stream.
import { SeaworthyError } from '../../base/error.ts';
import { type TarEntry, TarScanner, type TarSink } from './tar.ts';

export interface StreamedEntry {
  readonly entry: TarEntry;
  /** The content of a file; what is not consumed is passed over by the next `next`. */
  content(): AsyncGenerator<Uint8Array>;
}

/** Archives are filled up to whole records of 10 KiB, or of megabytes for tapes; a pipe may never end. */
const mostFillingBytes = 16 * 1024 * 1024;

type Event =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly chunk: Uint8Array }
  | { readonly kind: 'end' };

/** Pull reader over `chunks`. Throws `SeaworthyError` `malformed` where the archive breaks off. */
export class TarStream implements TarSink {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #scanner: TarScanner;
  #events: Event[] = [];
  #read = 0;
  #inContent = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#scanner = new TarScanner(this);
  }

  /** The next entry, or null at the end of the archive. */
  async next(): Promise<StreamedEntry | null> {
    while (this.#inContent) await this.#contentChunk();
    for (;;) {
      const event = await this.#event();
      if (event === null) return null;
      if (event.kind !== 'entry') continue;
      const { entry } = event;
      this.#inContent = entry.kind === 'file';
      return { entry, content: () => this.#content() };
    }
  }

  /** Reads what fills up the archive behind its end, so that its producer can finish in peace. */
  async drain(): Promise<void> {
    for (let filling = 0; filling < mostFillingBytes; ) {
      const next = await this.#chunks.next();
      if (next.done === true) return;
      filling += next.value.length;
    }
    await this.#chunks.return?.();
  }

  entry(entry: TarEntry): boolean {
    this.#events.push({ kind: 'entry', entry });
    return entry.kind === 'file';
  }

  data(chunk: Uint8Array): void {
    this.#events.push({ kind: 'data', chunk });
  }

  end(): void {
    this.#events.push({ kind: 'end' });
  }

  refused(): void {
    // The outer archive of an image holds only generated names: an odd one is never referenced.
  }

  async *#content(): AsyncGenerator<Uint8Array> {
    while (this.#inContent) {
      const chunk = await this.#contentChunk();
      if (chunk !== null) yield chunk;
    }
  }

  async #contentChunk(): Promise<Uint8Array | null> {
    const event = await this.#event();
    if (event?.kind === 'data') return event.chunk;
    this.#inContent = false;
    return null;
  }

  async #event(): Promise<Event | null> {
    while (this.#read === this.#events.length) {
      this.#events = [];
      this.#read = 0;
      if (this.#scanner.done) return null;
      const next = await this.#chunks.next();
      if (next.done !== true) this.#scanner.push(next.value);
      else {
        const problem = this.#scanner.finish();
        if (problem === null) return null;
        throw new SeaworthyError('malformed', `the archive ${problem}`, {
          advice: 'copy it again',
        });
      }
    }
    const event = this.#events[this.#read] as Event;
    this.#read += 1;
    return event;
  }
}
