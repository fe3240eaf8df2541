// PostgreSQL behind the fleet's store: a bounded pool, timeouts, migrations under one lock, event
// tables partitioned by day.
import driver from 'pg';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import { segmentSize } from './image-set.ts';
import { binaryArray } from './postgres-arrays.ts';
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

export interface PostgresOptions {
  /** Connections of this process; a server of PostgreSQL has 100 for all. */
  readonly connections?: number;
  /** Longest statement; asking pages over millions of runs needs milliseconds. */
  readonly statementMs?: number;
  /** Only tests migrate to an older version. */
  readonly version?: number;
}

const usualConnections = 8;
const usualStatementMs = 30_000;
const lockMs = 10_000;
const connectMs = 10_000;
/** A migration may rewrite a table. */
const migrationMs = 3_600_000;
const transactionTries = 5;
/** Tables with more rows, as the planner sees them, are not counted: that would read all of them. */
const countedMost = 100_000;
/** So long the database's clock is followed by ours before it is asked again. */
const clockMs = 10_000;
/** `SEAW`: whoever migrates or makes partitions holds it. */
const lockKey = 0x53454157;
/** `SEAX`: whoever folds sums holds it. */
const foldKey = 0x53454158;

const words: SqlWords = {
  nowUs: '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint',
  forUpdate: 'FOR UPDATE',
  skipLocked: 'FOR UPDATE SKIP LOCKED',
  inList: (column, parameter) =>
    `${column} IN (SELECT jsonb_array_elements_text(${parameter}::jsonb))`,
  inFew: (column, parameter) =>
    `${column} = ANY (ARRAY(SELECT jsonb_array_elements_text(${parameter}::jsonb)))`,
  inNamed: (column, parameters) => `${column} IN (${parameters.join(', ')})`,
  elements: (parameter) => `jsonb_array_elements(${parameter}::jsonb) w`,
  bytewise: ' COLLATE "C"',
  hasImage: (parameter, number) =>
    `CASE WHEN ${number} < 8 * length(${parameter}::bytea)
       THEN get_bit(${parameter}::bytea, ${number}::int) ELSE 0 END = 1`,
  foldLock: `pg_try_advisory_xact_lock(${foldKey})`,
  newestOfEach: ({ parameter, where, order, limit }) =>
    `jsonb_array_elements(${parameter}::jsonb) w CROSS JOIN LATERAL (
       SELECT r.* FROM run r ${where} ${order} LIMIT ${limit}) r`,
  // By the blocks that hold any: in the order of ids all rows would be passed.
  oldRuns: `SELECT min(id + 0) AS first, max(id + 0) AS last FROM run
    WHERE received_us < $1 AND alive = 0`,
  // Transactions get their numbers when they begin: what is below the oldest that runs is complete.
  settled: (column) => `${column} < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`,
  liveEnd: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS tx, 0 AS id',
};

const schemaWords = {
  id: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
  id_of_event: "bigint NOT NULL DEFAULT nextval('event_number')",
  day: 'day, ',
  events: ' PARTITION BY RANGE (day)',
  bytewise: ' COLLATE "C"',
  sums: ' WITH (fillfactor = 50)',
  clustered: '',
  // A byte's lowest bit is its first (`get_bit` of bytea), a bit string begins with the highest.
  bits_of_places: `bit_or(set_bit(repeat('0', ${segmentSize})::bit(${segmentSize}),
    (place / 8 * 8 + 7 - place % 8)::int, 1))`,
  bytes_of_bits: `(SELECT decode(string_agg(
      lpad(to_hex(substring(g.bits FROM i * 32 + 1 FOR 32)::bit(32)::bigint), 8, '0'), '' ORDER BY i
    ), 'hex') FROM generate_series(0, ${segmentSize / 32 - 1}) i)`,
  // What was just filled is not known to the planner before it is looked at.
  analyze:
    '; ANALYZE ran; ANALYZE held; ANALYZE flawed; ANALYZE finding; ANALYZE run; ANALYZE detection',
  // Which blocks hold runs that nobody told of for long: a look at each hour would read all of them.
  blocks_by_time: `CREATE INDEX run_received ON run USING brin (received_us)
    WITH (autosummarize = on)`,
  unlogged: 'UNLOGGED ',
  transaction: '(pg_current_xact_id()::text::bigint)',
  // The key of a partitioned table begins with its day, which gives no order by number.
  detection_number: `ALTER TABLE detection DROP CONSTRAINT detection_pkey;
    CREATE INDEX detection_id ON detection (id);`,
};

/**
 * How full pages are made, in percent. Sums of flows are replaced many times a day: where the new row fits
 * its page no index is touched (heap-only updates).
 */
const fillOf: Readonly<Record<(typeof eventTables)[number], number>> = {
  detection: 100,
  flow: 50,
  loss: 100,
};

interface Connection {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly SqlRow[]; readonly rowCount: number | null }>;
}

/**
 * Connects, and brings the tables to the version of this program. Throws `SeaworthyError`: `network`
 * when the server cannot be reached, `database` when its tables are newer than this program.
 */
export async function openPostgres(
  url: string,
  options: PostgresOptions = {},
): Promise<SqlDatabase> {
  const pool = new driver.Pool({
    connectionString: url,
    max: options.connections ?? usualConnections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: options.statementMs ?? usualStatementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'seaworthy',
    // Compiling a question takes longer than the question.
    options: '-c jit=off',
    types: { getTypeParser },
  });
  // An idle connection that breaks is replaced when the next one is asked for.
  pool.on('error', () => undefined);
  // One that breaks while it is ours fails its query as well: that is where it is told.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const database = new PostgresDatabase(pool, placeOf(url));
  try {
    await database.migrate(options.version ?? schemaVersion);
    return database;
  } catch (error) {
    await pool.end().catch(() => undefined);
    if (error instanceof SeaworthyError) throw error;
    throw new SeaworthyError('network', `${placeOf(url)} cannot be used (${messageOf(error)})`, {
      cause: error,
      advice: 'check the address, the user and that the server runs',
    });
  }
}

/** All our numbers are safe ones: bigint (20) and numeric (1700, of sums) come as numbers. */
function getTypeParser(oid: number, format?: string): (text: string) => unknown {
  if (oid === 20 || oid === 1700) return Number;
  return driver.types.getTypeParser(oid, format);
}

/** Host and database: an address may hold a password, which nobody is to read. */
function placeOf(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `postgres://${host || (searchParams.get('host') ?? '')}${pathname}`;
  } catch {
    return 'postgres';
  }
}

class PostgresSession implements SqlSession {
  readonly connection: Connection;
  readonly words = words;
  #depth = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async query(text: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.connection.query(text, values)).rows;
  }

  async insert({ table, columns, rows, tail }: Insert): Promise<void> {
    if (rows.length === 0) return;
    const names = columns.map(([name]) => name).join(', ');
    const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
    await this.connection.query(
      `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ${tail}`,
      columns.map(([, type], index) => binaryArray(type, rows, index)),
    );
  }

  async savepoint<T>(action: () => Promise<T>): Promise<T> {
    this.#depth += 1;
    const name = `s${this.#depth}`;
    await this.connection.query(`SAVEPOINT ${name}`);
    try {
      const result = await action();
      await this.connection.query(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (error) {
      await this.connection.query(`ROLLBACK TO SAVEPOINT ${name}`);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }
}

class PostgresDatabase extends PostgresSession implements SqlDatabase {
  readonly place: string;
  readonly #pool: InstanceType<typeof driver.Pool>;
  readonly #days = new Set<number>();
  /** What the database's clock said, and when by ours. */
  #clock: { readonly us: number; readonly atMs: number } | null = null;

  constructor(pool: InstanceType<typeof driver.Pool>, place: string) {
    super(pool);
    this.#pool = pool;
    this.place = place;
  }

  override savepoint<T>(): Promise<T> {
    return Promise.reject(new Error('a savepoint needs a transaction'));
  }

  async nowUs(): Promise<number> {
    const passedMs = this.#clock === null ? -1 : realPace.now() - this.#clock.atMs;
    // Below 0 as well: our clock was set, so what it says counts for nothing.
    if (this.#clock !== null && passedMs >= 0 && passedMs <= clockMs) {
      return this.#clock.us + passedMs * 1000;
    }
    const [row] = await this.query(`SELECT ${words.nowUs} AS now`);
    this.#clock = { us: Number(row?.['now']), atMs: realPace.now() };
    return this.#clock.us;
  }

  async transaction<T>(action: (session: SqlSession) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(action);
      } catch (error) {
        if (!isConflict(error) || attempt >= transactionTries) throw error;
      }
    }
  }

  async #once<T>(action: (session: SqlSession) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let isBroken = false;
    try {
      await client.query('BEGIN');
      const result = await action(new PostgresSession(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        isBroken = true;
      });
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  isDataError(error: unknown): boolean {
    const code = codeOf(error);
    // Classes 22 (data exception) and 23 (integrity); 54 is what is too large for a row or an index.
    return /^(?:22|23|54)/.test(code);
  }

  async migrate(to: number): Promise<void> {
    await this.transaction(async (session) => {
      await session.query(`SET LOCAL lock_timeout = ${migrationMs}`);
      await session.query(`SET LOCAL statement_timeout = ${migrationMs}`);
      await session.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
      await session.query(
        'CREATE TABLE IF NOT EXISTS seaworthy_schema (version bigint PRIMARY KEY, at_us bigint)',
      );
      const [row] = await session.query('SELECT max(version) AS version FROM seaworthy_schema');
      const version = Number(row?.['version'] ?? 0);
      if (version > to) {
        throw new SeaworthyError(
          'database',
          `the store has version ${version}, this program knows ${to}`,
          { advice: 'start a newer server: an older one must not write into newer tables' },
        );
      }
      if (version === 0) await session.query('CREATE SEQUENCE event_number');
      for (const step of stepsAfter(version, schemaWords, to)) {
        for (const statement of step.statements) await session.query(statement);
        await session.query(`INSERT INTO seaworthy_schema VALUES ($1, ${words.nowUs})`, [
          step.version,
        ]);
      }
    });
  }

  async rowsOf(table: string): Promise<{ rows: number; isExact: boolean }> {
    const [plan] = await this.query(`EXPLAIN (FORMAT JSON) SELECT 1 FROM ${table}`);
    const told = plan?.['QUERY PLAN'] as unknown as readonly { Plan: { 'Plan Rows': number } }[];
    const rows = told[0]?.Plan['Plan Rows'] ?? 0;
    if (rows > countedMost) return { rows, isExact: false };
    const [row] = await this.query(`SELECT count(*) AS rows FROM ${table}`);
    return { rows: Number(row?.['rows']), isExact: true };
  }

  async ensureDay(day: number): Promise<void> {
    if (this.#days.has(day)) return;
    await this.transaction(async (session) => {
      await session.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
      for (const table of eventTables) {
        for (const one of [day, day + 1]) {
          await session.query(
            `CREATE TABLE IF NOT EXISTS ${table}_d${one} PARTITION OF ${table}
             FOR VALUES FROM (${one}) TO (${one + 1}) WITH (fillfactor = ${fillOf[table]})`,
          );
        }
      }
    });
    this.#days.add(day);
  }

  async dropDaysBefore(day: number): Promise<number> {
    const rows = await this.query(
      `SELECT c.relname AS name FROM pg_inherits i
       JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
       JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
       WHERE ${words.inList('p.relname', '$1')}`,
      [JSON.stringify(eventTables)],
    );
    let dropped = 0;
    for (const { name } of rows) {
      const found = /^[a-z]+_d(-?\d+)$/.exec(String(name));
      if (found === null || Number(found[1]) >= day) continue;
      // Another replica may have been first.
      await this.query(`DROP TABLE IF EXISTS ${String(name)}`);
      this.#days.delete(Number(found[1]));
      dropped += 1;
    }
    return dropped;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** A deadlock or a failed serialization: the same again may well succeed. */
function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}
