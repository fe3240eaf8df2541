// The prepared statements of a writer, and the numbers it gives to ecosystems, packages and sources.
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Package numbers held in memory; beyond it the table is asked. About 150 bytes each. */
const heldPackages = 100_000;

/** Numbers for names, given out on first sight. */
export interface Numbering {
  ecosystem(name: string): number;
  package(ecosystem: string, name: string): number;
  source(name: string): number;
  feed(name: string): number;
}

export function numberingOf(database: DatabaseSync): Numbering {
  const ecosystem = register(database, 'ecosystem');
  const source = register(database, 'source');
  const feed = register(database, 'feed');
  const find = database.prepare('SELECT id FROM package WHERE ecosystem = ? AND name = ?');
  const findNew = database.prepare('SELECT id FROM stage.package WHERE ecosystem = ? AND name = ?');
  const insert = database.prepare('INSERT INTO stage.package VALUES (?, ?, ?)');
  const held = new Map<string, number>();
  let last = maximum(database, 'package');
  return {
    ecosystem,
    source,
    feed,
    package(ecosystemName, name) {
      const key = `${ecosystemName}\n${name}`;
      const known = held.get(key);
      if (known !== undefined) return known;
      const number = ecosystem(ecosystemName);
      const row = find.get(number, name) ?? findNew.get(number, name);
      let id = row?.id as number | undefined;
      if (id === undefined) {
        last += 1;
        id = last;
        insert.run(number, name, id);
      }
      if (held.size >= heldPackages) held.clear();
      held.set(key, id);
      return id;
    },
  };
}

function register(
  database: DatabaseSync,
  table: 'ecosystem' | 'source' | 'feed',
): (name: string) => number {
  const known = new Map<string, number>();
  for (const row of database.prepare(`SELECT id, name FROM ${table}`).all()) {
    known.set(String(row.name), Number(row.id));
  }
  const insert = database.prepare(`INSERT INTO ${table} (id, name) VALUES (?, ?)`);
  return (name) => {
    const id = known.get(name) ?? known.size + 1;
    if (!known.has(name)) {
      insert.run(id, name);
      known.set(name, id);
    }
    return id;
  };
}

/** The highest number in use; numbers of deleted rows are never given out again in one run. */
export function maximum(database: DatabaseSync, table: 'advisory' | 'tail' | 'package'): number {
  return Number(database.prepare(`SELECT max(id) AS id FROM ${table}`).get()?.id ?? 0);
}

/** One statement at a time, prepared when first used. */
export function statements(database: DatabaseSync): (sql: string) => StatementSync {
  const prepared = new Map<string, StatementSync>();
  return (sql) => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
}
