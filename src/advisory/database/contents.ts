// What every opening of a database asks for, in one text: read as one row instead of by a dozen
// questions. Written when a file is finished.
import type { DatabaseSync } from 'node:sqlite';
import { asArray, asRecord, asString } from '../../base/json.ts';
import { orderRevision } from './schema.ts';

export interface Contents {
  readonly builtAt: string;
  readonly advisories: number;
  /** Number by name, only those that hold a package, by name. */
  readonly ecosystems: ReadonlyMap<string, number>;
  /** By name. */
  readonly sources: readonly ContentsSource[];
  /** Whether there is any KEV entry, EPSS score or CVE fact. */
  readonly hasFacts: boolean;
  /** Whether the ladders are in the orders of this program. */
  readonly isOrdered: boolean;
}

export interface ContentsSource {
  readonly id: number;
  readonly name: string;
  readonly advisories: number;
  readonly skipped: number;
  readonly retrievedAt: string | null;
}

const key = 'contents';

/** Throws on a broken or missing text. */
export function readContents(database: DatabaseSync): Contents {
  const text = database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value;
  const told = asRecord(JSON.parse(String(text)));
  if (told === null) throw new SyntaxError('no contents');
  const { builtAt, advisories, ecosystems, sources, hasFacts, orders } = told;
  return {
    builtAt: asString(builtAt) ?? '',
    advisories: Number(advisories),
    ecosystems: new Map(
      asArray(ecosystems).map((item) => {
        const [name, id] = asArray(item);
        return [String(name), Number(id)];
      }),
    ),
    sources: asArray(sources).map((item) => {
      const [id, name, count, skipped, retrievedAt] = asArray(item);
      return {
        id: Number(id),
        name: String(name),
        advisories: Number(count),
        skipped: Number(skipped),
        retrievedAt: asString(retrievedAt),
      };
    }),
    hasFacts: hasFacts === true,
    isOrdered: orders === orderRevision,
  };
}

/** Counts what a finished file holds and notes it. */
export function writeContents(database: DatabaseSync, builtAt: string): void {
  const rows = (sql: string) => database.prepare(sql).all();
  const any = (table: string) => rows(`SELECT 1 FROM ${table} LIMIT 1`).length > 0;
  const [counted] = rows('SELECT count(DISTINCT name) AS n FROM advisory WHERE withdrawn IS NULL');
  const text = JSON.stringify({
    builtAt,
    advisories: Number(counted?.n),
    ecosystems: rows(
      `SELECT id, name FROM ecosystem e
       WHERE EXISTS (SELECT 1 FROM package WHERE ecosystem = e.id) ORDER BY name`,
    ).map(({ name, id }) => [name, id]),
    sources: rows('SELECT * FROM source ORDER BY name').map((row) => [
      row.id,
      row.name,
      row.advisories,
      row.skipped,
      row.retrieved_at,
    ]),
    hasFacts: ['kev', 'epss', 'cve'].some(any),
    orders: orderRevision,
  });
  database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, text);
}
