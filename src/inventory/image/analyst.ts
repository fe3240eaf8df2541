// Reads a layer once and remembers it: the cache in front of the walk, for every kind of source.
import { createHash } from 'node:crypto';
import { sha256Hex } from '../../base/digest.ts';
import { messageOf } from '../../base/error.ts';
import type { FileWindow } from '../../base/file-access.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import type { Digest } from '../../model/image.ts';
import type { Aliases } from './aliases.ts';
import { inflate, sniff } from './inflate.ts';
import { decodeRecord, encodeRecord, type LayerRecord } from './layer-record.ts';
import { TarScanner } from './tar.ts';
import { LayerWalk } from './walk.ts';
import type { Wanted } from './wanted.ts';

/** Where records outlive the process; losing it costs time, never truth. */
export interface LayerCache {
  get(key: string): Uint8Array | null;
  put(key: string, value: Uint8Array): void;
}

export interface AnalystOptions {
  readonly wanted: Wanted;
  readonly cache: LayerCache;
  readonly spoolFolder: string;
}

export interface StreamedLayerOptions {
  /** Second pass: only these files, under these names. */
  readonly aliases?: Aliases | undefined;
  /** Inflated bytes after which the stream is a bomb; of a pipe more as more of it was seen. */
  readonly mostBytes?: () => number;
}

/** A layer that was streamed: what it holds and what its bytes really hash to. */
export interface StreamedLayer {
  readonly record: LayerRecord;
  readonly diffId: Digest;
  /** Digest and size of the bytes as they came. */
  readonly digest: Digest;
  readonly size: number;
}

/** Header windows of a seekable tar: large enough for runs of small files, cheap to jump out of. */
const windowBytes = 64 * 1024;

/** Made when the first layer is read: what is known already needs none of it. */
export type AnalystSource = () => Promise<LayerAnalyst>;

export class LayerAnalyst {
  readonly #options: AnalystOptions;

  constructor(options: AnalystOptions) {
    this.#options = options;
  }

  /** The record of a layer that was read before with the same catalogers. @param key diffID or identity */
  cached(key: string): LayerRecord | null {
    const bytes = this.#options.cache.get(this.#key(key));
    return bytes === null ? null : decodeRecord(bytes);
  }

  /**
   * Reads an uncompressed layer in place, jumping over what nobody wants.
   * @param identity cache key: a diffID that was verified, or the identity of the local file
   */
  readInPlace(layer: FileWindow, identity: string, aliases?: Aliases): LayerRecord {
    const known = aliases === undefined ? this.cached(identity) : null;
    if (known !== null) return known;
    const window = new HeaderWindow(layer);
    const walk = this.#walk(window, aliases);
    const scanner = new TarScanner(walk);
    let position = 0;
    while (position < layer.size && !scanner.done) {
      const chunk = window.move(position);
      if (chunk.length === 0) break;
      position += chunk.length;
      scanner.push(chunk);
      const jump = Math.min(scanner.skippable, layer.size - position);
      if (jump > 0) {
        scanner.skip(jump);
        position += jump;
      }
    }
    return this.#finish({ walk, scanner, size: layer.size, key: aliases ? null : identity });
  }

  /**
   * Reads a layer from a stream to its end, hashing as it goes. The record is cached only under the
   * diffID that its bytes have.
   */
  async readStream(
    chunks: AsyncIterable<Uint8Array>,
    options: StreamedLayerOptions = {},
  ): Promise<StreamedLayer> {
    const { aliases } = options;
    const { walk, scanner, size, digest, diffId, problem } = await this.#stream(chunks, options);
    if (problem !== null) walk.refused('', problem);
    const whole = problem === null && aliases === undefined;
    const record = this.#finish({ walk, scanner, size: size.inflated, key: whole ? diffId : null });
    return { record, diffId, digest, size: size.transferred };
  }

  async #stream(chunks: AsyncIterable<Uint8Array>, { aliases, mostBytes }: StreamedLayerOptions) {
    const transferredHash = createHash('sha256');
    const size = { transferred: 0, inflated: 0 };
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        transferredHash.update(chunk);
        size.transferred += chunk.length;
        yield chunk;
      }
    };
    const { compression, chunks: input } = await sniff(counted());
    const walk = this.#walk(null, aliases);
    const scanner = new TarScanner(walk);
    const contentHash = compression === 'none' ? null : createHash('sha256');
    let problem: string | null = null;
    try {
      for await (const chunk of inflate(input, compression, mostBytes)) {
        contentHash?.update(chunk);
        size.inflated += chunk.length;
        scanner.push(chunk);
      }
    } catch (error) {
      if (isOutside(error)) throw error;
      problem = messageOf(error);
    }
    const digest = `sha256:${transferredHash.digest('hex')}`;
    const diffId = contentHash === null ? digest : `sha256:${contentHash.digest('hex')}`;
    return { walk, scanner, size, digest, diffId, problem };
  }

  #finish(read: {
    walk: LayerWalk;
    scanner: TarScanner;
    size: number;
    key: string | null;
  }): LayerRecord {
    const problem = read.scanner.finish();
    if (problem !== null) read.walk.refused('', `the layer ${problem}; the rest was not read`);
    const record = read.walk.record(read.size);
    if (read.key !== null) this.#options.cache.put(this.#key(read.key), encodeRecord(record));
    return record;
  }

  #walk(layer: RandomAccess | null, aliases: Aliases | undefined): LayerWalk {
    const { wanted, spoolFolder } = this.#options;
    return new LayerWalk({
      wanted,
      spoolFolder,
      ...(layer === null ? {} : { layer }),
      ...(aliases === undefined ? {} : { aliases }),
    });
  }

  #key(key: string): string {
    const revision = sha256Hex(this.#options.wanted.revision);
    return `${key} ${revision.slice(0, 32)}`;
  }
}

/** The run of headers that is being read; small files beside them are served out of it, uncopied. */
class HeaderWindow implements RandomAccess {
  readonly size: number;
  readonly #layer: FileWindow;
  readonly #buffer = Buffer.allocUnsafe(windowBytes);
  #start = 0;
  #length = 0;

  constructor(layer: FileWindow) {
    this.#layer = layer;
    this.size = layer.size;
  }

  /** The bytes from `position` on; valid until the next move. */
  move(position: number): Uint8Array {
    this.#start = position;
    this.#length = this.#layer.fill(this.#buffer, position);
    return this.#buffer.subarray(0, this.#length);
  }

  read(offset: number, length: number): Uint8Array {
    const from = offset - this.#start;
    if (from >= 0 && from + length <= this.#length)
      return this.#buffer.subarray(from, from + length);
    return this.#layer.read(offset, length);
  }
}

/** Failures of the network or the disk are not the layer's content: they end the scan. */
function isOutside(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code !== 'malformed' && code !== 'limit';
}
