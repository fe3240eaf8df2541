// Gathers what catalogers return for one layer, with owned paths folded into hashes.
import { limits } from '../../base/limits.ts';
import type { FoundPackage } from '../../model/package.ts';
import type { CatalogResult } from '../ecosystem/ecosystem.ts';
import { ownershipHash } from '../ecosystem/path-set.ts';
import type {
  CatalogedFile,
  LayerIssue,
  LayerRecord,
  LayerUnknown,
  Ownership,
} from './layer-record.ts';
import type { WantedCataloger } from './wanted.ts';

interface Parsed extends WantedCataloger {
  readonly path: string;
  readonly result: CatalogResult;
}

type Collected = Pick<
  LayerRecord,
  'files' | 'ownership' | 'nameless' | 'licences' | 'issues' | 'unknowns' | 'keptBytes'
>;

/** Issues kept of one layer: a folder of test keys must not fill the memory. */
const issuesKept = 10_000;

/** What a package and any other small thing need in memory beside their text, roughly. */
const packageBytes = 400;
const entryBytes = 40;

interface Kept {
  readonly file: CatalogedFile;
  /** What it counts with. */
  readonly bytes: number;
}

export class ResultCollector {
  /** By path and cataloger: an entry that a tar holds twice counts as its last one. */
  readonly #files = new Map<string, Kept>();
  readonly #ownership: Ownership[] = [];
  readonly #nameless: string[] = [];
  readonly #licences: { path: string; owner: string; licences: readonly string[] }[] = [];
  readonly #issues: LayerIssue[] = [];
  readonly #unknowns: LayerUnknown[] = [];
  #unlisted = 0;
  #keptBytes = 0;
  #ownedPaths = 0;
  readonly #lost = new Map<string, number>();

  /**
   * Takes `bytes` of what may be kept of one layer. False: there is no room left for this one of
   * the `things`, which are counted and told at the end.
   */
  keeps(bytes: number, things: string): boolean {
    const fits = this.#keptBytes + bytes <= limits.layerRecordBytes;
    if (fits) this.#keptBytes += bytes;
    else this.#lose(things, 1);
    return fits;
  }

  add(parsed: Parsed): void {
    const { path, result, cataloger, ecosystem } = parsed;
    for (const { reason, within } of result.unknowns) {
      this.unknown(within === undefined ? path : `${path}!${within}`, reason);
    }
    for (const { owner, hashes } of result.ownership ?? []) {
      if (this.#mayOwn(hashes.length)) this.#ownership.push({ path, owner, hashes });
    }
    for (const { owner, licences } of result.licences ?? []) {
      const bytes = entryBytes + path.length + owner.length;
      if (this.keeps(bytes, 'licences')) this.#licences.push({ path, owner, licences });
    }
    if (result.nameless === true && this.keeps(entryBytes + path.length, 'programs')) {
      this.#nameless.push(path);
    }
    if (result.packages.length === 0) return;
    const key = `${path}\0${cataloger.name}`;
    this.#keptBytes -= this.#files.get(key)?.bytes ?? 0;
    const before = this.#keptBytes;
    const kept = this.#packages(result.packages, path.length);
    this.#files.set(key, {
      bytes: this.#keptBytes - before,
      file: {
        path,
        cataloger: cataloger.name,
        ecosystem,
        evidence: cataloger.evidence,
        packages: kept.map(withoutFiles),
        owned: kept.map(({ files }) => (files === undefined ? null : this.#hashesOf(files))),
      },
    });
  }

  #packages(found: readonly FoundPackage[], pathLength: number): readonly FoundPackage[] {
    let count = 0;
    let bytes = entryBytes + pathLength;
    const room = limits.layerRecordBytes - this.#keptBytes;
    while (count < found.length && count < limits.packagesPerFile) {
      bytes += bytesOf(found[count] as FoundPackage);
      if (bytes > room) break;
      count += 1;
    }
    this.#keptBytes += Math.min(bytes, room);
    if (count === found.length) return found;
    this.#lose('packages', found.length - count);
    return found.slice(0, count);
  }

  #hashesOf(paths: readonly string[]): Float64Array | null {
    if (!this.#mayOwn(paths.length)) return null;
    const hashes = new Float64Array(paths.length);
    for (const [index, path] of paths.entries()) hashes[index] = ownershipHash(path);
    return hashes.sort();
  }

  /** Whether the layer may have a list of so many files more. */
  #mayOwn(files: number): boolean {
    if (this.#ownedPaths + files > limits.ownedPaths) {
      this.#lose('file lists of packages', 1);
      return false;
    }
    this.#ownedPaths += files;
    return true;
  }

  #lose(things: string, count: number): void {
    this.#lost.set(things, (this.#lost.get(things) ?? 0) + count);
  }

  issue(issue: LayerIssue): void {
    if (this.#issues.length < issuesKept) this.#issues.push(issue);
    else
      this.unknown(issue.path, 'has issues that are not listed: there are too many in this layer');
  }

  unknown(path: string, reason: string): void {
    const bytes = entryBytes + path.length + reason.length;
    if (this.#unknowns.length >= limits.unknownsListed || !this.keeps(bytes, 'unknowns')) {
      this.#unlisted += 1;
    } else this.#unknowns.push({ path, reason });
  }

  /** `ownershipHash` of every file that some package of this layer owns, sorted. */
  ownedHashes(): Float64Array {
    const lists = [
      ...this.#ownership.map(({ hashes }) => hashes),
      ...[...this.#files.values()].flatMap(({ file }) => file.owned),
    ].filter((hashes) => hashes !== null);
    const all = new Float64Array(lists.reduce((sum, hashes) => sum + hashes.length, 0));
    let at = 0;
    for (const hashes of lists) {
      all.set(hashes, at);
      at += hashes.length;
    }
    return all.sort();
  }

  take(): Collected {
    if (this.#unlisted > 0) {
      this.#unknowns.push({
        path: '',
        reason: `${this.#unlisted} further unknowns are not listed`,
      });
    }
    this.#lost.delete('unknowns');
    for (const [things, count] of this.#lost) {
      this.#unknowns.push({
        path: '',
        reason: `${count} ${things} of the layer are left out: it holds more than is kept of one`,
      });
    }
    return {
      files: [...this.#files.values()].map(({ file }) => file),
      ownership: this.#ownership,
      nameless: this.#nameless,
      licences: this.#licences,
      issues: this.#issues,
      unknowns: this.#unknowns,
      keptBytes: this.#keptBytes,
    };
  }
}

function bytesOf({ name, version, licences, dependsOn = [], within = '' }: FoundPackage): number {
  let bytes = packageBytes + name.length + version.length + within.length;
  for (const text of licences) bytes += entryBytes + text.length;
  for (const text of dependsOn) bytes += entryBytes + text.length;
  return bytes;
}

function withoutFiles(found: FoundPackage): FoundPackage {
  if (found.files === undefined) return found;
  const { files: _files, ...rest } = found;
  return rest;
}
