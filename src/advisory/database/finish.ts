// The last pass over a database under construction: what was staged is put into its pages, what nothing
// refers to is removed, and everything is counted.
import type { DatabaseSync } from 'node:sqlite';
import type { Arrangement, LadderOrder } from './arrangement.ts';
import { writeContents } from './contents.ts';
import { type BoundedRow, decodePage, encodePage, type PageTexts } from './page.ts';
import { lateIndexes } from './schema.ts';

export interface FinishTablesOptions {
  readonly builtAt: string;
  readonly covered: ReadonlySet<string>;
  readonly arrangement: Arrangement;
  /** Every page is laid out anew: the file is new, or its ladders are in other orders. */
  readonly isAnew: boolean;
}

export function finishTables(database: DatabaseSync, options: FinishTablesOptions): void {
  if (options.covered.size > 0) dropCovered(database, options.covered);
  // SQLite sorts on disk where memory does not suffice.
  database.exec(`
    CREATE TABLE stage.entry (
      package INTEGER, advisory INTEGER, ordinal INTEGER, body TEXT, tail, bound TEXT,
      PRIMARY KEY (package, advisory, ordinal)
    ) WITHOUT ROWID;
    INSERT INTO stage.entry SELECT package, advisory, ordinal, body, tail, bound FROM stage.affected
      WHERE advisory IN (SELECT id FROM advisory) ORDER BY package, advisory, ordinal;
    DELETE FROM mention WHERE (advisory, package) IN (SELECT advisory, package FROM stage.gone);
    INSERT OR IGNORE INTO mention SELECT advisory, package FROM stage.entry ORDER BY advisory, package;
    INSERT OR IGNORE INTO alias SELECT name, advisory FROM stage.alias
      WHERE advisory IN (SELECT id FROM advisory) ORDER BY name, advisory`);
  writePages(database, options);
  database.exec(lateIndexes);
  if (options.covered.size > 0) {
    database.exec(`
      DELETE FROM advisory WHERE withdrawn IS NULL AND id NOT IN (SELECT advisory FROM mention);
      DELETE FROM alias WHERE advisory NOT IN (SELECT id FROM advisory)`);
  }
  countSources(database);
  writeContents(database, options.builtAt);
}

function countSources(database: DatabaseSync): void {
  database.exec(`
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
}

/** Aggregators' entries for releases that a vendor's own feed covers, read before that feed was. */
function dropCovered(database: DatabaseSync, covered: ReadonlySet<string>): void {
  const numbers = database
    .prepare('SELECT id, name FROM ecosystem')
    .all()
    .flatMap(({ id, name }) => (covered.has(String(name)) ? [Number(id)] : []));
  const of = `IN (${numbers.join()})`;
  const isAggregated = "advisory IN (SELECT id FROM advisory WHERE part = '')";
  database.exec(`
    DELETE FROM stage.affected WHERE ${isAggregated} AND package IN (
      SELECT id FROM stage.package WHERE ecosystem ${of}
      UNION ALL SELECT id FROM main.package WHERE ecosystem ${of});
    INSERT OR IGNORE INTO stage.gone SELECT package, advisory FROM mention
      WHERE ${isAggregated} AND package IN (SELECT id FROM main.package WHERE ecosystem ${of})`);
}

/** Pages that lose or gain entries, one after the other in the order in which they lie. */
function writePages(database: DatabaseSync, options: FinishTablesOptions): void {
  const { isAnew, arrangement } = options;
  database.exec(`
    CREATE TABLE stage.touched (id INTEGER, ecosystem INTEGER, name TEXT);
    INSERT INTO stage.touched
      SELECT id, ecosystem, name FROM (
        SELECT id, ecosystem, name FROM main.package
        UNION ALL SELECT id, ecosystem, name FROM stage.package
      ) ${isAnew ? '' : 'WHERE id IN (SELECT package FROM stage.entry UNION SELECT package FROM stage.gone)'}
      ORDER BY ecosystem, name`);
  const orders = new Map<number, LadderOrder | null>(
    database
      .prepare('SELECT id, name FROM ecosystem')
      .all()
      .map((row) => [Number(row.id), arrangement.ladderOf(String(row.name))]),
  );
  const read = reading(database);
  const write = database.prepare(
    'INSERT OR REPLACE INTO main.package VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM main.package WHERE ecosystem = ? AND name = ?');
  for (const row of database.prepare('SELECT * FROM stage.touched ORDER BY rowid').iterate()) {
    const [id, ecosystem, name] = [Number(row.id), Number(row.ecosystem), String(row.name)];
    const rows = read(id, ecosystem, name);
    if (rows.length === 0) {
      remove.run(ecosystem, name);
      continue;
    }
    const { fixes, steps, bounds, entries } = encodePage(rows, orders.get(ecosystem) ?? null);
    write.run(ecosystem, name, id, fixes, steps, bounds, entries);
  }
}

/** Reads what a page holds from now on, by the number of the advisory. */
function reading(
  database: DatabaseSync,
): (id: number, ecosystem: number, name: string) => readonly BoundedRow[] {
  const stored = database.prepare(
    'SELECT fixes, steps, bounds, entries FROM main.package WHERE ecosystem = ? AND name = ?',
  );
  const gone = database.prepare('SELECT advisory FROM stage.gone WHERE package = ?');
  const staged = database.prepare(
    'SELECT advisory, body, tail, bound FROM stage.entry WHERE package = ?',
  );
  staged.setReturnArrays(true);
  return (id, ecosystem, name) => {
    const added = staged.all(id) as unknown as readonly BoundedRow[];
    const texts = stored.get(ecosystem, name) as unknown as PageTexts | undefined;
    if (texts === undefined) return added;
    const left = new Set(gone.all(id).map((row) => Number(row.advisory)));
    const kept = decodePage(texts).filter(([advisory]) => !left.has(advisory));
    return [...kept, ...added].toSorted(([a], [b]) => a - b);
  };
}
