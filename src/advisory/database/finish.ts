// The last pass over a database under construction: staged rows are sorted into place, what nothing
// refers to is removed, and everything is counted.
import type { DatabaseSync } from 'node:sqlite';
import { lateIndexes } from './schema.ts';

export interface FinishTablesOptions {
  readonly builtAt: string;
  readonly staged: boolean;
  readonly covered: ReadonlySet<string>;
}

export function finishTables(database: DatabaseSync, options: FinishTablesOptions): void {
  if (options.covered.size > 0) dropCovered(database, options);
  // SQLite sorts on disk where memory does not suffice.
  if (options.staged) {
    database.exec(`
      INSERT INTO affected SELECT package, advisory, ordinal, body, tail FROM stage.affected
        WHERE advisory IN (SELECT id FROM advisory) ORDER BY package, advisory, ordinal;
      INSERT OR IGNORE INTO alias SELECT name, advisory FROM stage.alias
        WHERE advisory IN (SELECT id FROM advisory) ORDER BY name, advisory`);
  }
  database.exec(lateIndexes);
  if (options.covered.size > 0) {
    database.exec(`
      DELETE FROM advisory WHERE withdrawn IS NULL AND id NOT IN (SELECT advisory FROM affected);
      DELETE FROM alias WHERE advisory NOT IN (SELECT id FROM advisory)`);
  }
  database.exec(`
    DELETE FROM package WHERE id NOT IN (SELECT package FROM affected);
    UPDATE source SET advisories = 0, skipped = unlisted;
    UPDATE source SET advisories = counted.n FROM (
      SELECT source AS id, count(*) AS n FROM advisory WHERE withdrawn IS NULL GROUP BY source
    ) AS counted WHERE counted.id = source.id;
    UPDATE source SET skipped = unlisted + counted.n FROM (
      SELECT source AS id, count(*) AS n FROM bad_record GROUP BY source
    ) AS counted WHERE counted.id = source.id;
    UPDATE source SET advisories = (SELECT count(*) FROM kev) WHERE name = 'kev';
    UPDATE source SET advisories = (SELECT count(*) FROM epss) WHERE name = 'epss';
    UPDATE source SET advisories = (SELECT count(*) FROM cve WHERE data LIKE '["nvd"%')
      WHERE name = 'nvd'`);
  const insert = database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  insert.run('builtAt', options.builtAt);
  const counted = database
    .prepare('SELECT count(DISTINCT name) AS n FROM advisory WHERE withdrawn IS NULL')
    .get();
  insert.run('advisories', String(counted?.n));
}

/** Aggregators' entries for releases that a vendor's own feed covers, read before that feed was. */
function dropCovered(database: DatabaseSync, options: FinishTablesOptions): void {
  const remove = database.prepare(`
    DELETE FROM ${options.staged ? 'stage.' : ''}affected
    WHERE package IN (SELECT id FROM package WHERE ecosystem =
        (SELECT id FROM ecosystem WHERE name = ?))
      AND advisory IN (SELECT id FROM advisory WHERE part = '')`);
  for (const ecosystem of options.covered) remove.run(ecosystem);
}
