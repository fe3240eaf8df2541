// Archives of images: in place where the file is a plain tar, in one pass where it is compressed or
// arrives as a stream (an engine's export, a pipe).
import { closeSync, fstatSync, openSync } from 'node:fs';
import { gathered, headed } from '../../base/chunks.ts';
import { SeaworthyError } from '../../base/error.ts';
import { type FileWindow, fileIdentity, fileWindow, windowChunks } from '../../base/file-access.ts';
import { limits } from '../../base/limits.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import type { Aliases } from './aliases.ts';
import type { AnalystSource, StreamedLayer } from './analyst.ts';
import type { BlobStore, LayerRequest, ReadLayer } from './blob-store.ts';
import { compressionOf, inflate } from './inflate.ts';
import { emptyRecord, RecordBudget } from './layer-record.ts';
import { Members } from './members.ts';
import { type TarEntry, TarScanner } from './tar.ts';
import { TarStream } from './tar-stream.ts';

const windowBytes = 64 * 1024;

export interface ArchiveOptions {
  readonly file: string;
  readonly analyst: AnalystSource;
  /** Hash plain layers too, although nothing but their headers need be read. */
  readonly verifyDigests: boolean;
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** Opens a `docker save` or OCI archive file, plain or compressed. */
export async function openArchiveFile(options: ArchiveOptions): Promise<BlobStore> {
  const descriptor = openFile(options.file);
  const { size } = fstatSync(descriptor);
  let head: Uint8Array;
  try {
    head = fileWindow(descriptor, 0, size).read(0, 8);
    refuseForeign(options.file, head);
    if (compressionOf(head) === 'none') return new SeekableArchive(descriptor, options);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  closeSync(descriptor);
  const open = (): AsyncIterable<Uint8Array> =>
    inflate(fileChunks(options.file, options.onProgress), compressionOf(head));
  // A bomb in a bomb multiplies: all layers together are judged by the file as it lies on disk.
  const mostBytes = Math.max(limits.inflationFloorBytes, size * limits.inflationRatio);
  const { file, analyst } = options;
  return streamedArchive({ name: file, open, analyst, mostBytes: () => mostBytes });
}

/** First bytes of compressions that image tools never write, and people sometimes do. */
const foreign: readonly (readonly [program: string, magic: string])[] = [
  ['xz', '\u00fd7zXZ'],
  ['bzip2', 'BZh'],
  ['lz4', '\u0004"M\u0018'],
];

/** Throws `SeaworthyError` `unsupported` for first bytes of a compression that is not read. */
export function refuseForeign(file: string, head: Uint8Array): void {
  const text = String.fromCharCode(...head);
  const program = foreign.find(([, magic]) => text.startsWith(magic))?.[0];
  if (program === undefined) return;
  throw new SeaworthyError('unsupported', `${file} is compressed with ${program}`, {
    advice: `decompress it first (${program} -d); gzip and zstd are read as they are`,
  });
}

function openFile(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw new SeaworthyError('not-found', `${file} does not exist`, {
        cause,
        advice: 'check the path',
      });
    }
    throw new SeaworthyError('unreadable', `${file} cannot be opened (${code})`, { cause });
  }
}

async function* fileChunks(
  file: string,
  onProgress: ArchiveOptions['onProgress'],
): AsyncGenerator<Uint8Array> {
  const descriptor = openFile(file);
  try {
    yield* windowChunks(fileWindow(descriptor, 0, fstatSync(descriptor).size), onProgress);
  } finally {
    closeSync(descriptor);
  }
}

/** A plain tar on disk: members are found by one run over its headers and read where they lie. */
class SeekableArchive implements BlobStore {
  readonly name: string;
  readonly #descriptor: number;
  readonly #whole: FileWindow;
  readonly #analyst: AnalystSource;
  readonly #verifyDigests: boolean;
  readonly isOneFile = true;
  readonly #identity: string;
  readonly #members: Members;

  constructor(descriptor: number, options: ArchiveOptions) {
    const stat = fstatSync(descriptor, { bigint: true });
    this.name = options.file;
    this.#descriptor = descriptor;
    this.#whole = fileWindow(descriptor, 0, Number(stat.size));
    this.#analyst = options.analyst;
    this.#verifyDigests = options.verifyDigests;
    this.#identity = fileIdentity(stat);
    this.#members = indexMembers(this.#whole, options.file);
  }

  identityOf(path: string): string {
    return `${this.#identity} ${path}`;
  }

  has(path: string): boolean {
    return this.#find(path) !== null;
  }

  document(path: string): Uint8Array {
    const member = this.#member(path);
    checkDocument(this.name, path, member.size);
    return this.#content(member).read(0, member.size);
  }

  async layer({ path, diffId, aliases }: LayerRequest): Promise<ReadLayer> {
    const analyst = await this.#analyst();
    const known = aliases === undefined ? analyst.cached(diffId) : null;
    if (known !== null) return { record: known, diffId, digest: null, size: null };
    const member = this.#member(path);
    const content = this.#content(member);
    if (content.size < member.size) {
      throw new SeaworthyError('malformed', `is truncated at byte ${content.size}`, {
        advice: 'copy the archive again',
      });
    }
    if (this.#verifyDigests || compressionOf(content.read(0, 4)) !== 'none') {
      return analyst.readStream(windowChunks(content), { aliases });
    }
    const identity = `${this.#identity}:${member.offset}:${member.size}`;
    const record = analyst.readInPlace(content, identity, aliases);
    return { record, diffId: null, digest: null, size: member.size };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #content(member: TarEntry): FileWindow {
    const size = Math.max(0, Math.min(member.size, this.#whole.size - member.offset));
    return fileWindow(this.#descriptor, member.offset, size);
  }

  #member(path: string): TarEntry {
    const member = this.#find(path);
    if (member === null) throw missing(this.name, path);
    return member;
  }

  #find(path: string): TarEntry | null {
    return this.#members.follow(path);
  }
}

function indexMembers(whole: RandomAccess, name: string): Members {
  const members = new Members(name);
  const scanner = new TarScanner({
    entry(entry) {
      members.add(entry);
      return false;
    },
    data: () => undefined,
    end: () => undefined,
    refused: () => undefined,
  });
  let position = 0;
  while (position < whole.size && !scanner.done) {
    const chunk = whole.read(position, windowBytes);
    if (chunk.length === 0) break;
    scanner.push(chunk);
    position += chunk.length + scanner.skippable;
    scanner.skip(scanner.skippable);
  }
  const problem = scanner.finish();
  if (problem !== null && members.count === 0) {
    throw new SeaworthyError('malformed', `${name} is no image archive: it ${problem}`, {
      advice: 'give a file made by `docker save`, `skopeo copy` or `podman save`',
    });
  }
  return members;
}

export interface StreamOptions {
  readonly name: string;
  /**
   * Starts the stream; called again only for files behind odd links (see aliases.ts), and not at all
   * where it `passesOnce`.
   */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly analyst: AnalystSource;
  /** Inflated bytes of all layers together. */
  readonly mostBytes?: () => number;
  /** A pipe: what would have to be read a second time is told as unknown. */
  readonly passesOnce?: boolean;
}

/**
 * Reads a whole archive from a stream once: every layer is analysed as it passes, small documents
 * are kept. What belongs to which image is known only at the end (`manifest.json` comes last).
 */
export async function streamedArchive(options: StreamOptions): Promise<BlobStore> {
  const { name, open } = options;
  const analyst = await options.analyst();
  const documents = new Map<string, Uint8Array>();
  const layers = new Map<string, StreamedLayer>();
  const members = new Members(name);
  const budget = new RecordBudget();
  const archive = new TarStream(open());
  const { mostBytes = () => Number.POSITIVE_INFINITY } = options;
  let kept = 0;
  let inflated = 0;
  for (let next = await archive.next(); next !== null; next = await archive.next()) {
    const { entry } = next;
    members.add(entry);
    if (entry.kind !== 'file') continue;
    const { isDocument, content } = await peekDocument(entry, next.content());
    if (!isDocument) {
      const before = inflated;
      const layer = await analyst.readStream(content, { mostBytes: () => mostBytes() - before });
      inflated += layer.record.size;
      layers.set(entry.path, layer);
      addTo(budget, layer, name);
    } else if (kept + entry.size <= limits.archiveDocumentBytes) {
      kept += entry.size;
      documents.set(entry.path, (await gathered(content, entry.size)) ?? new Uint8Array(0));
    }
  }
  await archive.drain();
  return new PassedArchive({ ...options, documents, layers, members });
}

function addTo(budget: RecordBudget, { record }: StreamedLayer, name: string): void {
  try {
    budget.add(record);
  } catch (cause) {
    if (!(cause instanceof SeaworthyError)) throw cause;
    throw new SeaworthyError('limit', `${name} ${cause.message}`, {
      cause,
      ...(cause.advice === undefined ? {} : { advice: cause.advice }),
    });
  }
}

/**
 * JSON documents are small and start with a bracket; other small texts (`VERSION`, link targets) are no
 * layers either. A compressed layer can be as small: an empty one has 32 bytes.
 */
async function peekDocument(entry: TarEntry, stream: AsyncIterable<Uint8Array>) {
  if (entry.size > limits.manifestBytes) return { isDocument: false, content: stream };
  const { head, chunks: content } = await headed(stream, 4);
  const isText = head[0] === 0x7b || head[0] === 0x5b || entry.size < 512;
  return { isDocument: isText && compressionOf(head) === 'none', content };
}

interface PassedOptions extends StreamOptions {
  readonly documents: ReadonlyMap<string, Uint8Array>;
  readonly layers: ReadonlyMap<string, StreamedLayer>;
  readonly members: Members;
}

class PassedArchive implements BlobStore {
  readonly name: string;
  readonly isOneFile = true;
  readonly #options: PassedOptions;
  #isIncomplete = false;

  constructor(options: PassedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  identityOf(): null {
    return null;
  }

  has(path: string): boolean {
    return this.#real(path) !== null;
  }

  document(path: string): Uint8Array {
    const document = this.#options.documents.get(this.#real(path) ?? path);
    if (document === undefined) throw missing(this.name, path);
    return document;
  }

  async layer({ path, diffId, aliases }: LayerRequest): Promise<ReadLayer> {
    if (aliases !== undefined) return this.#again(this.#real(path) ?? path, aliases);
    const layer = this.#options.layers.get(this.#real(path) ?? path);
    if (layer !== undefined) return layer;
    const known = (await this.#options.analyst()).cached(diffId);
    if (known === null) throw missing(this.name, path);
    return { record: known, diffId, digest: null, size: null };
  }

  close(): void {
    // Nothing is held open: the stream has ended.
  }

  async #again(path: string, aliases: Aliases): Promise<ReadLayer> {
    if (this.#options.passesOnce === true) {
      this.#isIncomplete = true;
      return unreadLayer(aliases);
    }
    const archive = new TarStream(this.#options.open());
    for (let next = await archive.next(); next !== null; next = await archive.next()) {
      if (next.entry.path !== path) continue;
      const analyst = await this.#options.analyst();
      const layer = await analyst.readStream(next.content(), { aliases });
      await archive.drain();
      return layer;
    }
    throw missing(this.name, path);
  }

  #real(path: string): string | null {
    return this.#options.members.follow(path)?.path ?? null;
  }
}

/** What only a second look would show. */
function unreadLayer({ files, folders }: Aliases): ReadLayer {
  const reason =
    'lies behind a link, and what comes through a pipe is read once: save it to a file and scan that';
  const paths = [...files.values(), ...folders.map(({ to }) => to.replace(/\/$/, ''))];
  const unknowns = paths.map((path) => ({ path, reason }));
  return { record: { ...emptyRecord(), unknowns }, diffId: null, digest: null, size: null };
}

function checkDocument(name: string, path: string, size: number): void {
  if (size <= limits.manifestBytes) return;
  throw new SeaworthyError(
    'limit',
    `${path} in ${name} has ${size} bytes, too many for a document`,
  );
}

function missing(name: string, path: string): SeaworthyError {
  return new SeaworthyError('not-found', `${name} does not hold ${path}`, {
    advice: 'copy the image again',
  });
}
