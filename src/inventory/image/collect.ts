// Gathers what catalogers return for one layer, with owned paths folded into hashes.
import { limits } from '../../base/limits.ts';
import type { FoundPackage } from '../../model/package.ts';
import type { CatalogResult } from '../ecosystem/ecosystem.ts';
import type {
  CatalogedFile,
  LayerIssue,
  LayerRecord,
  LayerUnknown,
  Ownership,
} from './layer-record.ts';
import { ownershipHash } from './path-set.ts';
import type { WantedCataloger } from './wanted.ts';

interface Parsed extends WantedCataloger {
  readonly path: string;
  readonly result: CatalogResult;
}

type Collected = Pick<LayerRecord, 'files' | 'ownership' | 'licences' | 'issues' | 'unknowns'>;

/** Issues kept of one layer: a folder of test keys must not fill the memory. */
const issuesKept = 10_000;

export class ResultCollector {
  readonly #files: CatalogedFile[] = [];
  readonly #ownership: Ownership[] = [];
  readonly #licences: { path: string; owner: string; licences: readonly string[] }[] = [];
  readonly #issues: LayerIssue[] = [];
  readonly #unknowns: LayerUnknown[] = [];
  #unlisted = 0;

  add(parsed: Parsed): void {
    const { path, result, cataloger, ecosystem } = parsed;
    for (const { reason, within } of result.unknowns) {
      this.unknown(within === undefined ? path : `${path}!${within}`, reason);
    }
    for (const { owner, paths } of result.ownership ?? []) {
      this.#ownership.push({ path, owner, hashes: hashesOf(paths) });
    }
    for (const { owner, licences } of result.licences ?? []) {
      this.#licences.push({ path, owner, licences });
    }
    if (result.packages.length === 0) return;
    const kept = result.packages.slice(0, limits.packagesPerFile);
    if (kept.length < result.packages.length) {
      this.unknown(
        path,
        `lists ${result.packages.length} packages, more than are kept of one file`,
      );
    }
    this.#files.push({
      path,
      cataloger: cataloger.name,
      ecosystem,
      evidence: cataloger.evidence,
      packages: kept.map(withoutFiles),
      owned: kept.map((found) => (found.files === undefined ? null : hashesOf(found.files))),
    });
  }

  issue(issue: LayerIssue): void {
    if (this.#issues.length < issuesKept) this.#issues.push(issue);
    else
      this.unknown(issue.path, 'has issues that are not listed: there are too many in this layer');
  }

  unknown(path: string, reason: string): void {
    if (this.#unknowns.length < limits.unknownsListed) this.#unknowns.push({ path, reason });
    else this.#unlisted += 1;
  }

  /** `ownershipHash` of every file that some package of this layer owns, sorted. */
  ownedHashes(): Float64Array {
    const lists = [
      ...this.#ownership.map(({ hashes }) => hashes),
      ...this.#files.flatMap((file) => file.owned),
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
    return {
      files: this.#files,
      ownership: this.#ownership,
      licences: this.#licences,
      issues: this.#issues,
      unknowns: this.#unknowns,
    };
  }
}

function hashesOf(paths: readonly string[]): Float64Array {
  return Float64Array.from(paths, ownershipHash).sort();
}

function withoutFiles(found: FoundPackage): FoundPackage {
  if (found.files === undefined) return found;
  const { files: _files, ...rest } = found;
  return rest;
}
