// One pass over the entries of one layer: names the interesting files, lets their catalogers read
// them, and keeps what a squash needs. Works on streams and on seekable archives alike.
import { messageOf } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { type RandomAccess, windowOf } from '../../base/random-access.ts';
import type { Inspector } from '../../model/inspection.ts';
import type { CatalogContext, FileView } from '../ecosystem/ecosystem.ts';
import { accessFile } from '../ecosystem/file-view.ts';
import { hasHash, ownershipHash, PathSetBuilder, pathHash } from '../ecosystem/path-set.ts';
import { type Aliases, aliasOf } from './aliases.ts';
import { ResultCollector } from './collect.ts';
import { HeldFiles } from './held.ts';
import type { LayerRecord } from './layer-record.ts';
import { Spool } from './spool.ts';
import type { TarEntry, TarSink } from './tar.ts';
import type { Wanted } from './wanted.ts';

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** Files below this size without an execute bit are no programs worth a look. */
const smallestProgramBytes = 4096;
/** What the name of a link or of a deleted file needs in memory beside its text, roughly. */
const nameBytes = 160;
/** What inspectors are shown of a streamed file before all of it is held. */
const siftedBytes = 1024;

export interface WalkOptions {
  readonly wanted: Wanted;
  /** The whole layer when it can be read at any offset: contents are then read in place. */
  readonly layer?: RandomAccess;
  /** Second pass: only these files, under these names. */
  readonly aliases?: Aliases;
  /** Where oversized single files are spooled. */
  readonly spoolFolder: string;
}

interface Current {
  readonly entry: TarEntry;
  readonly catalogers: readonly number[];
  readonly isCompanion: boolean;
  readonly isCapture: boolean;
  readonly inspectors: readonly Inspector[];
  /** Some pattern wants it, whatever its content. */
  readonly named: boolean;
  /** Its first bytes decide whether it is a program. */
  readonly mayRun: boolean;
}

/** Feed it the entries of one layer, then take `record`. */
export class LayerWalk implements TarSink {
  readonly #wanted: Wanted;
  readonly #layer: RandomAccess | null;
  readonly #aliases: Aliases | null;
  readonly #spool: Spool;
  readonly #entries = new PathSetBuilder();
  readonly #solid = new PathSetBuilder();
  readonly #whiteouts: string[] = [];
  readonly #opaques: string[] = [];
  readonly #symlinks = new Map<string, string>();
  readonly #hardlinks = new Map<string, string>();
  readonly #captures = new Map<string, string>();
  readonly #companions = new Map<string, FileView>();
  readonly #deferred: { index: number; file: FileView }[] = [];
  readonly #yielding: { index: number; file: FileView }[] = [];
  readonly #held: HeldFiles;
  readonly #results = new ResultCollector();
  readonly #context: CatalogContext;
  #current: Current | null = null;
  #dropping = false;
  #count = 0;

  constructor(options: WalkOptions) {
    this.#wanted = options.wanted;
    this.#layer = options.layer ?? null;
    this.#aliases = options.aliases ?? null;
    this.#held = new HeldFiles(options.spoolFolder);
    this.#spool = new Spool(options.spoolFolder);
    this.#context = { companion: (path) => this.#companions.get(path) ?? null };
  }

  entry(entry: TarEntry): boolean {
    this.#count += 1;
    if (entry.path === '') return false;
    if (this.#aliases !== null) return this.#takeAliased(entry, this.#aliases);
    if (this.#takeWhiteout(entry)) return false;
    const hash = pathHash(entry.path);
    this.#entries.addHash(hash);
    if (entry.kind === 'directory') return false;
    this.#solid.addHash(hash);
    if (entry.kind === 'symlink') this.#takeSymlink(entry);
    else if (entry.kind === 'hardlink') this.#takeHardlink(entry);
    else if (entry.kind === 'file') return this.#takeFile(entry);
    else if (this.#wanted.rules.match(entry.path).length > 0) {
      this.#results.unknown(entry.path, 'is no regular file: a device, a pipe or a socket');
    }
    return false;
  }

  /** A file of a folder on disk: as `entry`, but its content is read through `access` at once. */
  file(entry: TarEntry, access: RandomAccess): void {
    this.#count += 1;
    const named = this.#aliases === null ? entry : underAlias(entry, this.#aliases);
    if (named === null) return;
    this.#entries.add(named.path);
    this.#solid.add(named.path);
    const current = this.#classify(named);
    if (current !== null) this.#read(current, access, true);
  }

  data(chunk: Uint8Array): void {
    if (this.#dropping) return;
    const current = this.#current;
    if (current === null) return;
    try {
      this.#spool.write(chunk);
    } catch (error) {
      this.#results.unknown(
        current.entry.path,
        `could not be held for reading: ${messageOf(error)}`,
      );
      this.#dropping = true;
      return;
    }
    if (!current.named && this.#spool.length >= siftedBytes) this.#sift(current);
  }

  /** Lets go of a streamed file of which the beginning is enough. */
  #sift(current: Current): void {
    const access = this.#spool.access();
    const { path } = current.entry;
    const head = access.read(0, siftedBytes);
    const inspectors = current.inspectors.filter((one) => one.skips?.(path, head) !== true);
    const isProgram = current.mayRun && hasProgramMagic(access);
    this.#dropping = inspectors.length === 0 && !isProgram;
    this.#current = { ...current, inspectors };
  }

  end(): void {
    const current = this.#current;
    this.#current = null;
    if (current !== null && !this.#dropping) this.#read(current, this.#spool.access(), false);
    this.#dropping = false;
    this.#spool.reset();
  }

  /** @param path of the entry, or '' for the layer as a whole */
  refused(path: string, reason: string): void {
    if (path !== '') this.#count += 1;
    this.#results.unknown(path, reason);
  }

  /** Call once after the last entry. @param size bytes of the uncompressed layer */
  record(size: number): LayerRecord {
    for (const { index, file } of this.#deferred) this.#parse(index, file);
    this.#parseUnowned();
    this.#held.release();
    return {
      entries: this.#entries.seal(),
      solid: this.#solid.seal(),
      whiteouts: this.#whiteouts,
      opaques: this.#opaques,
      symlinks: this.#symlinks,
      hardlinks: this.#hardlinks,
      captures: this.#captures,
      ...this.#results.take(),
      entryCount: this.#count,
      size,
    };
  }

  /** OCI image spec, section Whiteouts; AUFS's own book-keeping names mean nothing. */
  #takeWhiteout(entry: TarEntry): boolean {
    const slash = entry.path.lastIndexOf('/');
    const name = entry.path.slice(slash + 1);
    if (entry.kind === 'device' && entry.device === 'c:0:0') {
      if (this.#keeps(entry.path, 'deletions')) this.#whiteouts.push(entry.path);
      return true;
    }
    if (!name.startsWith(whiteoutPrefix)) return false;
    const folder = slash === -1 ? '' : entry.path.slice(0, slash);
    if (name === opaqueName) {
      if (this.#keeps(folder, 'deletions')) this.#opaques.push(folder);
    } else if (!name.startsWith('.wh..wh.')) {
      const hidden = name.slice(whiteoutPrefix.length);
      const path = folder === '' ? hidden : `${folder}/${hidden}`;
      if (hidden !== '' && this.#keeps(path, 'deletions')) this.#whiteouts.push(path);
    }
    return true;
  }

  #keeps(text: string, things: string): boolean {
    return this.#results.keeps(nameBytes + text.length, things);
  }

  #takeSymlink({ path, linkTarget }: TarEntry): void {
    if (linkTarget.length > limits.pathBytes) {
      this.#results.unknown(path, 'is a symbolic link to a longer path than any');
    } else if (this.#keeps(path + linkTarget, 'symbolic links')) {
      this.#symlinks.set(path, linkTarget);
    }
  }

  #takeHardlink(entry: TarEntry): void {
    const { path, linkTarget } = entry;
    if (this.#wanted.rules.match(path).length === 0) return;
    if (this.#keeps(path + linkTarget, 'hard links')) this.#hardlinks.set(path, linkTarget);
  }

  #takeAliased(entry: TarEntry, aliases: Aliases): boolean {
    const named = underAlias(entry, aliases);
    if (named === null) return false;
    this.#entries.add(named.path);
    this.#solid.add(named.path);
    return this.#takeFile(named);
  }

  #takeFile(entry: TarEntry): boolean {
    const current = this.#classify(entry);
    if (current === null) return false;
    if (this.#layer !== null) {
      this.#read(current, windowOf(this.#layer, entry.offset, entry.size), true);
      return false;
    }
    this.#current = current;
    return true;
  }

  /** Who wants the file, or null when nobody does or nobody may. */
  #classify(entry: TarEntry): Current | null {
    const { path, size } = entry;
    const matched = this.#wanted.rules.match(path);
    const mayRun =
      size >= 64 &&
      ((entry.mode & 0o111) !== 0 || size >= smallestProgramBytes) &&
      this.#wanted.executables.length > 0;
    const named = matched.length > 0;
    const inspectors =
      this.#aliases === null && !entry.sparse
        ? this.#wanted.inspectors.filter((one) => one.wants(path, size, entry.mode))
        : [];
    if (!named && !mayRun && inspectors.length === 0) return null;
    const { companionTarget, captureTarget } = this.#wanted;
    const current = {
      entry,
      catalogers: matched.filter((target) => target < companionTarget),
      isCompanion: matched.includes(companionTarget),
      isCapture: matched.includes(captureTarget),
      inspectors,
      named,
      mayRun,
    };
    if (entry.sparse && named) {
      this.#results.unknown(path, 'is stored as a sparse file, which is not expanded');
      return null;
    }
    if (size > limits.spooledFileBytes) {
      if (named) this.#results.unknown(path, `has ${size} bytes, more than is read of one file`);
      return null;
    }
    return current;
  }

  /** @param lasts whether `access` stays readable until the end of the layer */
  #read(current: Current, access: RandomAccess, lasts: boolean): void {
    const { entry } = current;
    const isProgram = current.mayRun && hasProgramMagic(access);
    for (const inspector of current.inspectors) this.#inspect(inspector, entry, access);
    if (!current.named && !isProgram) return;
    const file = accessFile({ path: entry.path, mode: entry.mode, access });
    if (current.isCapture) this.#capture(file);
    if (current.isCompanion) {
      const held = this.#hold(file, access, lasts);
      if (held !== null) this.#companions.set(entry.path, held);
    }
    const { catalogers } = current;
    const all = isProgram ? this.#withExecutables(catalogers) : catalogers;
    for (const index of all) {
      const cataloger = this.#wanted.catalogers[index]?.cataloger;
      const yields = cataloger?.yieldsToOwner && this.#yielding.length < limits.companionFiles;
      const waits = cataloger?.companions !== undefined;
      const held = waits ? this.#hold(file, access, lasts) : null;
      if (yields && this.#layer !== null) this.#yielding.push({ index, file });
      else if (held === null) this.#parse(index, file);
      else this.#deferred.push({ index, file: held });
    }
  }

  #withExecutables(catalogers: readonly number[]): Iterable<number> {
    const { executables } = this.#wanted;
    return catalogers.length === 0 ? executables : new Set([...catalogers, ...executables]);
  }

  #inspect(inspector: Inspector, { path, mode, size }: TarEntry, access: RandomAccess): void {
    const read = (offset: number, length: number): Uint8Array => access.read(offset, length);
    try {
      const tell = (reason: string): void => this.#results.unknown(path, reason);
      for (const fact of inspector.inspect({ path, mode, size, read }, tell)) {
        this.#results.issue({ path, kind: inspector.kind, fact });
      }
    } catch (error) {
      this.#results.unknown(
        path,
        `could not be inspected (${inspector.name}): ${messageOf(error)}`,
      );
    }
  }

  /** Where files can be read later, the package lists decide first which ones are worth it. */
  #parseUnowned(): void {
    if (this.#yielding.length === 0) return;
    const owned = this.#results.ownedHashes();
    for (const { index, file } of this.#yielding) {
      if (!hasHash(owned, ownershipHash(file.path))) this.#parse(index, file);
    }
  }

  #capture(file: FileView): void {
    if (file.size > limits.captureBytes) {
      this.#results.unknown(file.path, `has ${file.size} bytes, too many for a file of its kind`);
    } else if (this.#results.keeps(nameBytes + file.size, 'system files')) {
      this.#captures.set(file.path, file.text());
    }
  }

  /** A view that stays valid until the end of the layer, or null when there are too many of them. */
  #hold(file: FileView, access: RandomAccess, lasts: boolean): FileView | null {
    const { path, mode } = file;
    try {
      if (lasts && this.#held.count()) return file;
      const copy = lasts ? null : this.#held.copy(access);
      if (copy !== null) return accessFile({ path, mode, access: copy });
      this.#results.unknown(path, 'is read without its companions: too many files here have some');
    } catch (error) {
      this.#results.unknown(path, `could not be held for reading: ${messageOf(error)}`);
    }
    return null;
  }

  #parse(index: number, file: FileView): void {
    const wanted = this.#wanted.catalogers[index];
    if (wanted === undefined) return;
    try {
      const result = wanted.cataloger.parse(file, this.#context);
      this.#results.add({ ...wanted, path: file.path, result });
    } catch (error) {
      // Parsers answer with unknowns; what still throws (a limit, a defect) must not end the scan.
      this.#results.unknown(
        file.path,
        `could not be read as ${wanted.cataloger.name}: ${messageOf(error)}`,
      );
    }
  }
}

/** The entry under its wanted name; never as a program, which the first pass has seen already. */
function underAlias(entry: TarEntry, aliases: Aliases): TarEntry | null {
  const path = entry.kind === 'file' ? aliasOf(aliases, entry.path) : null;
  return path === null ? null : { ...entry, path, mode: entry.mode & ~0o111 };
}

/** ELF, PE (`MZ`), Mach-O in both widths and orders, and Mach-O universal. */
function hasProgramMagic(access: RandomAccess): boolean {
  const head = access.read(0, 4);
  if (head.length < 4) return false;
  const [a, b, c, d] = head as unknown as [number, number, number, number];
  if (a === 0x7f) return b === 0x45 && c === 0x4c && d === 0x46;
  if (a === 0x4d) return b === 0x5a;
  if (a === 0xcf || a === 0xce) return b === 0xfa && c === 0xed && d === 0xfe;
  if (a === 0xfe) return b === 0xed && c === 0xfa && (d === 0xce || d === 0xcf);
  return a === 0xca && b === 0xfe && c === 0xba && d === 0xbe;
}
