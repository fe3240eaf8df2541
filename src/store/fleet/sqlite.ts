// SQLite behind the fleet's store: one server, small fleets, tests; the same statements.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import { hasBit, segmentSize, setBit } from './image-set.ts';
import { schemaVersion, stepsAfter } from './schema.ts';
import {
  eventTables,
  type Insert,
  type SqlDatabase,
  type SqlRow,
  type SqlSession,
  type SqlValue,
  type SqlWords,
} from './sql.ts';

/** A lock is waited for so long: with the thread for a moment, then between tries. */
const busyMs = 10_000;
const blockedMs = 5;
const pauseMs = 3;
/** Statements that are kept ready. */
const mostStatements = 200;

const words: SqlWords = {
  nowUs: "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
  forUpdate: '',
  skipLocked: '',
  inList: (column, parameter) => `${column} IN (SELECT value FROM json_each(${parameter}))`,
  inFew: (column, parameter) => `+${column} IN (SELECT value FROM json_each(${parameter}))`,
  inNamed: (column, parameters) => `+${column} IN (${parameters.join(', ')})`,
  elements: (parameter) => `json_each(${parameter}) w`,
  bytewise: '',
  hasImage: (parameter, number) => `get_bit(${parameter}, ${number}) = 1`,
  foldLock: '1',
  newestOfEach: ({ parameter, where, order, limit }) =>
    `json_each(${parameter}) w JOIN run r ON r.id IN (
       SELECT r.id FROM run r ${where} ${order} LIMIT ${limit})`,
  oldRuns: `SELECT (SELECT min(id) FROM run) AS first, (SELECT max(id) FROM run) AS last
    WHERE $1 IS NOT NULL`,
  settled: () => '1 = 1',
  liveEnd: 'SELECT 0 AS tx, coalesce(max(id), 0) AS id FROM live',
};

const schemaWords = {
  id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  id_of_event: 'INTEGER',
  day: '',
  events: '',
  clustered: ' WITHOUT ROWID',
  bits_of_places: 'bits_of(place)',
  bytes_of_bits: 'bits',
  transaction: '0',
};

/**
 * Opens the file, made when it is missing. Throws `SeaworthyError`: `unreadable` when it cannot be
 * used, `database` when its tables are newer than this program.
 */
export function openSqlite(file: string, version: number = schemaVersion): SqlDatabase {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file);
    database.exec(
      `PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`,
    );
    addFunctions(database);
    migrate(database, version);
    database.exec(`PRAGMA busy_timeout = ${blockedMs}`);
    return new SqliteDatabase(database, file);
  } catch (error) {
    database?.close();
    if (error instanceof SeaworthyError) throw error;
    throw new SeaworthyError('unreadable', `${file} cannot be used (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** What PostgreSQL brings: bits of bytes, by number, the lowest one first. */
function addFunctions(database: DatabaseSync): void {
  const options = { deterministic: true };
  database.function('get_bit', options, (bits, place) =>
    bits instanceof Uint8Array && hasBit(bits, Number(place)) ? 1 : 0,
  );
  database.function('set_bit', options, (bits, place, value) => {
    const bytes = bits instanceof Uint8Array ? bits.slice() : new Uint8Array(segmentSize / 8);
    setBit(bytes, Number(place), value === 1);
    return bytes;
  });
  database.aggregate('bits_of', {
    start: () => new Uint8Array(segmentSize / 8),
    step: (bits, place) => {
      if (bits instanceof Uint8Array) setBit(bits, Number(place), true);
      return bits;
    },
  });
}

/** Another connection may hold the lock while its owner, in this very thread, awaits something. */
async function whenFree<T>(action: () => T): Promise<T> {
  const endMs = realPace.now() + busyMs;
  for (;;) {
    try {
      return action();
    } catch (error) {
      const isBusy = ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || realPace.now() > endMs) throw error;
    }
    await realPace.sleep(pauseMs);
  }
}

function migrate(database: DatabaseSync, to: number): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (version > to) {
      throw new SeaworthyError(
        'database',
        `the store has version ${version}, this program knows ${to}`,
        { advice: 'start a newer server: an older one must not write into newer tables' },
      );
    }
    for (const step of stepsAfter(version, schemaWords, to)) {
      for (const statement of step.statements) database.exec(statement);
    }
    database.exec(`PRAGMA user_version = ${to}; COMMIT`);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

class SqliteDatabase implements SqlDatabase {
  readonly place: string;
  readonly words = words;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** One transaction at a time: they await between their statements. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.place = `sqlite:${file}`;
  }

  /** Waits for the transaction that is open: its statements are not ours. */
  query(text: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#inTurn(() => whenFree(() => this.#run(text, values)));
  }

  async nowUs(): Promise<number> {
    const [clock] = await this.query(`SELECT ${words.nowUs} AS now`);
    return Number(clock?.['now']);
  }

  insert(insert: Insert): Promise<void> {
    return this.transaction((session) => session.insert(insert));
  }

  savepoint<T>(): Promise<T> {
    return Promise.reject(new Error('a savepoint needs a transaction'));
  }

  transaction<T>(action: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      await whenFree(() => this.#database.exec('BEGIN IMMEDIATE'));
      try {
        const result = await action(this.#session());
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  isDataError(error: unknown): boolean {
    const code = (error as { errcode?: number }).errcode ?? 0;
    // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH.
    return [18, 19, 20].includes(code & 0xff);
  }

  async rowsOf(table: string): Promise<{ rows: number; isExact: boolean }> {
    const [row] = await this.query(`SELECT count(*) AS rows FROM ${table}`);
    return { rows: Number(row?.['rows']), isExact: true };
  }

  ensureDay(): Promise<void> {
    return Promise.resolve();
  }

  async dropDaysBefore(day: number): Promise<number> {
    let count = 0;
    for (const table of eventTables) {
      await this.query(`DELETE FROM ${table} WHERE day < $1`, [day]);
      const [row] = await this.query('SELECT changes() AS count');
      count += Number(row?.['count'] ?? 0);
    }
    return count;
  }

  async close(): Promise<void> {
    await this.#inTurn(() => Promise.resolve(this.#database.close()));
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(action, action);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  #session(): SqlSession {
    return {
      words: this.words,
      query: (text, values = []) => Promise.resolve(this.#run(text, values)),
      insert: ({ table, columns, rows, tail }) => {
        const places = columns.map((_, index) => `$${index + 1}`).join(', ');
        const names = columns.map(([name]) => name).join(', ');
        const text = `INSERT INTO ${table} (${names}) VALUES (${places}) ${tail}`;
        for (const row of rows) this.#run(text, row);
        return Promise.resolve();
      },
      savepoint: async (action) => {
        this.#database.exec('SAVEPOINT one');
        try {
          const result = await action();
          this.#database.exec('RELEASE one');
          return result;
        } catch (error) {
          this.#database.exec('ROLLBACK TO one; RELEASE one');
          throw error;
        }
      },
    };
  }

  #run(text: string, values: readonly SqlValue[]): readonly SqlRow[] {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      if (this.#statements.size >= mostStatements) this.#statements.clear();
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    const named = Object.fromEntries(values.map((value, index) => [`$${index + 1}`, value]));
    return statement.all(named) as unknown as readonly SqlRow[];
  }
}
