// Reads an rpm database of whatever format its first bytes show.
import { limits } from '../../../base/limits.ts';
import type { CatalogContext, CatalogResult, FileView } from '../ecosystem.ts';
import { isBerkeley, readBerkeley } from './berkeley.ts';
import { type RpmHeader, readHeader } from './header.ts';
import { isNdb, readNdb } from './ndb.ts';
import type { Draft } from './package.ts';
import { newPathBudget, packageOfHeader, resolveNeeds } from './package.ts';
import type { HeaderSink } from './sink.ts';
import { readSqlite } from './sqlite.ts';
import { isSqlite } from './sqlite-pages.ts';

/** Packages so far and everything that could not be read. Never throws on content. */
export function parseDatabase(file: FileView, context: CatalogContext): CatalogResult {
  const drafts: Draft[] = [];
  const problems = new Map<string, number>();
  const paths = newPathBudget();
  const problem = (reason: string): void => {
    problems.set(reason, (problems.get(reason) ?? 0) + 1);
  };
  eachHeader(file, context, {
    problem,
    header: (header) => {
      const draft = packageOfHeader(header, paths);
      if (draft === 'skip') return;
      if ('problem' in draft) problem(draft.problem);
      else drafts.push(draft);
    },
  });
  if (paths.lost > 0) problem('paths of files that could not be read or are too many');
  const unknowns = [...problems].map(([reason, count]) => ({
    reason: count === 1 ? reason : `${reason} (${count} times)`,
  }));
  return { packages: resolveNeeds(drafts), unknowns };
}

/** Where the headers of a database go, one for each installed package. */
interface ReadHeaders {
  header(header: RpmHeader): void;
  /** What could not be read, in one plain sentence. */
  problem(reason: string): void;
}

/** Reads the headers of a database of any format. */
export function eachHeader(file: FileView, context: CatalogContext, into: ReadHeaders): void {
  const wal = context.companion(`${file.path}-wal`);
  const sink = boundedSink(file.size + (wal?.size ?? 0), into);
  const head = file.read(0, 32);
  if (isSqlite(head)) {
    const journal = context.companion(`${file.path}-journal`);
    readSqlite(file, { wal, journal }, sink);
  } else if (isBerkeley(head)) readBerkeley(file, sink);
  else if (isNdb(head)) readNdb(file, sink);
  else if (file.size === 0) into.problem('the rpm database is empty');
  else into.problem('the rpm database has an unknown format');
}

/**
 * `budget`: bytes of headers that are read at most. Every byte of an honest database belongs to one
 * header, so only overlapping records, made to cost time, go beyond the size of the file.
 */
function boundedSink(budget: number, into: ReadHeaders): HeaderSink {
  let left = budget;
  let count = 0;
  return {
    problem: (reason) => into.problem(reason),
    header: (blob) => {
      left -= blob.length;
      if (left < 0) return into.problem('records of the database overlap and were not read');
      if (count >= limits.packagesPerFile) return into.problem('packages beyond the limit');
      const { header, problem: damage } = readHeader(blob);
      if (damage !== null) into.problem(damage);
      if (header === null) return;
      count += 1;
      into.header(header);
    },
  };
}
