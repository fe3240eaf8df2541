// Reads an rpm database of whatever format its first bytes show.
import { limits } from '../../../base/limits.ts';
import type { CatalogContext, CatalogResult, FileView } from '../ecosystem.ts';
import { isBerkeley, readBerkeley } from './berkeley.ts';
import { readHeader } from './header.ts';
import { isNdb, readNdb } from './ndb.ts';
import type { Draft } from './package.ts';
import { newPathBudget, packageOfHeader, resolveNeeds } from './package.ts';
import type { HeaderSink } from './sink.ts';
import { readSqlite } from './sqlite.ts';
import { isSqlite } from './sqlite-pages.ts';

interface Collector extends HeaderSink {
  readonly result: () => CatalogResult;
}

/** Packages so far and everything that could not be read. Never throws on content. */
export function parseDatabase(file: FileView, context: CatalogContext): CatalogResult {
  const wal = context.companion(`${file.path}-wal`);
  const collector = newCollector(file.size + (wal?.size ?? 0));
  const head = file.read(0, 32);
  if (isSqlite(head)) {
    const journal = context.companion(`${file.path}-journal`);
    readSqlite(file, { wal, journal }, collector);
  } else if (isBerkeley(head)) readBerkeley(file, collector);
  else if (isNdb(head)) readNdb(file, collector);
  else if (file.size === 0) collector.problem('the rpm database is empty');
  else collector.problem('the rpm database has an unknown format');
  return collector.result();
}

/**
 * `budget`: bytes of headers that are read at most. Every byte of an honest database belongs to one
 * header, so only overlapping records, made to cost time, go beyond the size of the file.
 */
function newCollector(budget: number): Collector {
  const drafts: Draft[] = [];
  const problems = new Map<string, number>();
  const paths = newPathBudget();
  let left = budget;
  const problem = (reason: string): void => {
    problems.set(reason, (problems.get(reason) ?? 0) + 1);
  };
  return {
    problem,
    header: (blob) => {
      left -= blob.length;
      if (left < 0) return problem('records of the database overlap and were not read');
      if (drafts.length >= limits.packagesPerFile) return problem('packages beyond the limit');
      const { header, problem: damage } = readHeader(blob);
      if (damage !== null) problem(damage);
      if (header === null) return;
      const draft = packageOfHeader(header, paths);
      if (draft === 'skip') return;
      if ('problem' in draft) problem(draft.problem);
      else drafts.push(draft);
    },
    result: () => {
      if (paths.lost > 0) problem('paths of files that could not be read or are too many');
      const unknowns = [...problems].map(([reason, count]) => ({
        reason: count === 1 ? reason : `${reason} (${count} times)`,
      }));
      return { packages: resolveNeeds(drafts), unknowns };
    },
  };
}
