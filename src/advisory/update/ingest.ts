// Reads any advisory file into a database under construction: tells its feed, chooses the reader, and
// files every item. Compressed files are spooled to disk first, so memory stays flat.
import { SeaworthyError } from '../../base/error.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import { openZip, readMember } from '../../base/zip.ts';
import {
  type DatabaseWriter,
  discard,
  fileChunks,
  fileStart,
  openFile,
  writeChunks,
} from '../database/index.ts';
import {
  type AdvisoryItem,
  type BadItem,
  type CveItem,
  detectBytes,
  detectFeed,
  type FeedKind,
  feedLimits,
  interpretRecord,
  type LeftOutItem,
  originOf,
  osvCveItem,
  readAlpineSecdb,
  readCveRecord,
  readDebianTracker,
  readEpss,
  readKev,
  readNvd,
  readOsv,
} from '../feed/index.ts';
import { inflateChunks } from './inflate.ts';

export interface IngestTotals {
  readonly records: number;
  readonly bad: number;
  /** Short names of the sources that gave records. */
  readonly sources: ReadonlySet<string>;
  /** Advisories that are new or changed, up to a bound. */
  readonly changed: readonly string[];
  /** Latest `modified` of the records, RFC 3339; null when none had one. */
  readonly newest: string | null;
}

export interface IngestOptions {
  /** How complaints name the file: `npm/all.zip`. */
  readonly name: string;
  /** For compressed files: a path for a temporary file. */
  readonly spool: string;
  /** The bucket's ecosystem that the file is the export of. */
  readonly feed?: string | undefined;
  /** Takes the ids of all records that are met, bad ones by the name of their file. */
  readonly seen?: Set<string> | undefined;
  /** Told now and then while a file of many records is read. */
  readonly onRecords?: (records: number) => void;
}

/** Changed ids that are reported; a full build changes them all. */
const listedChanges = 100_000;

/** Reads one file of any feed. Throws `SeaworthyError` only for the disk and for files of no feed. */
export async function ingestFile(
  writer: DatabaseWriter,
  path: string,
  options: IngestOptions,
): Promise<IngestTotals> {
  const ingest = new Ingest(writer, options);
  await ingest.file(path, detectFeed(fileStart(path, detectBytes)));
  return ingest.totals();
}

/** Reads the bytes of one OSV document, as a delta fetches them. */
export function ingestRecord(
  writer: DatabaseWriter,
  bytes: Uint8Array,
  options: Pick<IngestOptions, 'name' | 'feed'>,
): IngestTotals {
  const ingest = new Ingest(writer, { ...options, spool: '' });
  writer.forgetBad(options.name);
  ingest.osv(bytes, options.name);
  return ingest.totals();
}

class Ingest {
  readonly #writer: DatabaseWriter;
  readonly #options: IngestOptions;
  #records = 0;
  #bad = 0;
  #newest: string | null = null;
  readonly #sources = new Set<string>();
  readonly #changed: string[] = [];

  constructor(writer: DatabaseWriter, options: IngestOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  totals(): IngestTotals {
    return {
      records: this.#records,
      bad: this.#bad,
      newest: this.#newest,
      sources: this.#sources,
      changed: this.#changed,
    };
  }

  async file(path: string, kind: FeedKind | null): Promise<void> {
    const { name } = this.#options;
    if (kind === 'gzip' || kind === 'zstd') return this.#compressed(path, kind);
    if (kind === 'zip') return this.#zip(path);
    if (kind === null || kind === 'sqlite') {
      throw new SeaworthyError('malformed', `${name} is no advisory feed that is known`);
    }
    if (kind === 'epss') this.#epss(path);
    else if (kind === 'nvd') this.#cves('nvd', readNvd(fileChunks(path), name));
    else if (kind !== 'debian-tracker') this.#document(path, kind);
    else this.#advisories('debian', readDebianTracker(fileChunks(path)));
  }

  /** The kinds that are read as a whole. */
  #document(path: string, kind: 'osv' | 'alpine-secdb' | 'kev' | 'cve-record'): void {
    const { name } = this.#options;
    const file = openFile(path);
    try {
      if (file.size > feedLimits.documentBytes) {
        const reason = `${file.size} bytes, more than the ${feedLimits.documentBytes} of a document`;
        this.#noteBad(sourceOf(kind, name), { where: name, reason });
        return;
      }
      const bytes = file.read(0, file.size);
      if (kind === 'osv') this.osv(bytes, name);
      else if (kind === 'alpine-secdb') this.#advisories('alpine', readAlpineSecdb(bytes, name));
      else if (kind === 'cve-record') this.#cves('cve', [readCveRecord(bytes, name)]);
      else this.#kev(bytes);
    } finally {
      file.close();
    }
  }

  osv(bytes: Uint8Array, where: string): void {
    this.#advisories(sourceOf('osv', where), readOsv(bytes, where));
  }

  #advisories(source: string, items: Iterable<AdvisoryItem>): void {
    for (const item of items) {
      if (item.kind !== 'record') {
        this.#noteOther(source, item);
        continue;
      }
      const { record, part } = item;
      this.#options.seen?.add(record.id);
      if (record.modified !== undefined) this.#noteTime(record.modified);
      const facts = osvCveItem(record);
      if (facts?.kind === 'cve') this.#writer.putCve(facts.cve, facts.facts);
      const advisory = interpretRecord(record);
      if (typeof advisory === 'string') {
        this.#writer.noteLeftOut(originOf(record.id).name, advisory);
      } else {
        if (part !== '') {
          for (const entry of advisory.affected) this.#writer.cover(entry.ecosystem);
        }
        const outcome = this.#writer.put(advisory, { part, feed: this.#options.feed });
        if (outcome !== 'older' && this.#changed.length < listedChanges) {
          this.#changed.push(record.id);
        }
      }
      this.#counted(originOf(record.id).name);
    }
  }

  #cves(source: string, items: Iterable<CveItem>): void {
    for (const item of items) {
      if (item.kind === 'cve') {
        this.#writer.putCve(item.cve, item.facts);
        this.#counted(source);
      } else this.#noteOther(source, item);
    }
  }

  #kev(bytes: Uint8Array): void {
    for (const item of readKev(bytes, this.#options.name)) {
      if (item.kind === 'kev') {
        // The old catalogue goes only when there is a new one.
        if (!this.#sources.has('kev')) this.#writer.clear('kev');
        this.#writer.putKev(item.cve, item.entry);
        this.#counted('kev');
      } else this.#noteOther('kev', item);
    }
  }

  #epss(path: string): void {
    for (const item of readEpss(fileChunks(path), this.#options.name)) {
      if (item.kind === 'epss') {
        if (!this.#sources.has('epss')) this.#writer.clear('epss');
        this.#writer.putEpss(item.cve, item.score);
        this.#counted('epss');
      } else this.#noteOther('epss', item);
    }
  }

  #zip(path: string): void {
    const { name } = this.#options;
    const file = openFile(path);
    try {
      const zip = openZip(file, { maximumMembers: feedLimits.zipMembers });
      if (!zip.ok) throw new SeaworthyError('malformed', `${name} cannot be read: ${zip.reason}`);
      const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/') + 1) : `${name}/`;
      if (zip.problem !== null) {
        this.#noteBad(sourceOf('osv', ''), { where: name, reason: zip.problem });
      }
      for (const member of zip.members) {
        if (!member.directory) this.#member(file, member, folder + member.name);
      }
    } finally {
      file.close();
    }
  }

  #member(file: RandomAccess, member: Parameters<typeof readMember>[1], where: string): void {
    const stem = member.name.slice(member.name.lastIndexOf('/') + 1).replace(/\.json$/, '');
    this.#options.seen?.add(stem);
    const read = readMember(file, member, { limitBytes: feedLimits.recordBytes });
    if (!read.ok) {
      this.#noteBad(sourceOf('osv', where), { where, reason: read.reason });
      return;
    }
    const kind = detectFeed(read.bytes.subarray(0, detectBytes));
    if (kind === 'cve-record') this.#cves('cve', [readCveRecord(read.bytes, where)]);
    else if (kind === 'nvd') this.#cves('nvd', readNvd([read.bytes], where));
    else if (kind === 'osv') this.osv(read.bytes, where);
    else if (where.endsWith('.json')) {
      this.#noteBad(sourceOf('osv', where), { where, reason: 'not an OSV record' });
    }
  }

  async #compressed(path: string, kind: 'gzip' | 'zstd'): Promise<void> {
    const { name, spool } = this.#options;
    try {
      await writeChunks(spool, inflateChunks(fileChunks(path), { kind, name }));
      const inner = detectFeed(fileStart(spool, detectBytes));
      if (inner === 'gzip' || inner === 'zstd') {
        throw new SeaworthyError('malformed', `${name} is compressed twice`);
      }
      await this.file(spool, inner);
    } finally {
      discard(spool);
    }
  }

  #noteOther(source: string, item: BadItem | LeftOutItem): void {
    if (item.kind === 'bad') this.#noteBad(source, item);
    else this.#writer.noteLeftOut(source, item.reason);
  }

  #noteBad(source: string, item: { readonly where: string; readonly reason: string }): void {
    this.#bad += 1;
    this.#writer.noteBad(source, item.where, item.reason);
  }

  #noteTime(modified: string): void {
    if (this.#newest === null || Date.parse(modified) > Date.parse(this.#newest)) {
      this.#newest = modified;
    }
  }

  #counted(source: string): void {
    this.#sources.add(source);
    this.#records += 1;
    if (this.#records % 500 === 0) this.#options.onRecords?.(this.#records);
  }
}

/** The source that a document counts for when it has no readable id: told by its file name. */
function sourceOf(kind: FeedKind, where: string): string {
  if (kind === 'alpine-secdb') return 'alpine';
  if (kind === 'kev') return 'kev';
  if (kind === 'cve-record') return 'cve';
  return originOf(where.slice(where.lastIndexOf('/') + 1)).name;
}
