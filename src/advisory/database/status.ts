// What there is to know about a database file, for `db status` and for reports.
import { statSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import type { DatabaseInfo } from '../../model/advisory.ts';
import { readFault } from './fault.ts';
import { checkContent, connect } from './open.ts';
import { openDatabase } from './reader.ts';

export interface PresentDatabase {
  readonly kind: 'present';
  readonly file: string;
  readonly bytes: number;
  readonly ageHours: number;
  readonly info: DatabaseInfo;
  /** Rows of the side tables. */
  readonly exploited: number;
  readonly exploitScores: number;
  readonly cveFacts: number;
  /** Feeds that deltas follow, with the time of their newest record. */
  readonly feeds: readonly {
    readonly name: string;
    readonly cursor: string | null;
    readonly retrievedAt: string | null;
    /** When it was last read as a whole. */
    readonly fullAt: string | null;
  }[];
  /** Bad records, by name up to a bound (`info.sources[].skipped` counts them all). */
  readonly badRecords: readonly {
    readonly source: string;
    readonly place: string;
    readonly reason: string;
  }[];
  /** Sound records that decide nothing for containers, counted since the last full build. */
  readonly leftOut: readonly {
    readonly source: string;
    readonly reason: string;
    readonly records: number;
  }[];
}

export type DatabaseStatus =
  | PresentDatabase
  | { readonly kind: 'absent'; readonly file: string }
  | {
      readonly kind: 'unusable';
      readonly file: string;
      readonly reason: string;
      readonly advice: string | null;
    };

/**
 * Looks at the database without changing it; never throws for what is wrong with the file.
 * `thorough` reads every page of it.
 */
export function databaseStatus(
  file: string,
  clock: () => Date,
  options: { readonly thorough?: boolean } = {},
): DatabaseStatus {
  try {
    if (options.thorough === true) checkContent(file);
    return read(file, clock());
  } catch (error) {
    const fault = readFault(error, file);
    if (fault.code === 'not-found') return { kind: 'absent', file };
    return { kind: 'unusable', file, reason: fault.message, advice: fault.advice ?? null };
  }
}

/** Whole hours since `builtAt`; 0 for times to come. */
export function ageHours(builtAt: string, now: Date): number {
  const built = Date.parse(builtAt);
  return Number.isNaN(built) ? 0 : Math.max(0, Math.floor((now.getTime() - built) / 3_600_000));
}

function read(file: string, now: Date): PresentDatabase {
  const source = openDatabase(file);
  const database = connect(file);
  try {
    const info = source.info();
    const count = (table: 'kev' | 'epss' | 'cve'): number =>
      Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
    const rows = (sql: string): readonly Record<string, unknown>[] => database.prepare(sql).all();
    return {
      kind: 'present',
      file,
      bytes: statSync(file).size,
      ageHours: ageHours(info.builtAt, now),
      info,
      exploited: count('kev'),
      exploitScores: count('epss'),
      cveFacts: count('cve'),
      feeds: rows('SELECT * FROM feed ORDER BY name').map((row) => ({
        name: String(row.name),
        cursor: textOrNull(row.cursor),
        retrievedAt: textOrNull(row.retrieved_at),
        fullAt: textOrNull(row.full_at),
      })),
      badRecords: rows(
        `SELECT s.name AS source, place, reason FROM bad_record b JOIN source s ON s.id = b.source
         ORDER BY s.name, place`,
      ).map((row) => ({
        source: String(row.source),
        place: String(row.place),
        reason: String(row.reason),
      })),
      leftOut: rows(
        `SELECT s.name AS source, reason, records FROM left_out l JOIN source s ON s.id = l.source
         ORDER BY s.name, reason`,
      ).map((row) => ({
        source: String(row.source),
        reason: String(row.reason),
        records: Number(row.records),
      })),
    };
  } catch (error) {
    throw error instanceof SeaworthyError ? error : readFault(error, file);
  } finally {
    source.close();
    database.close();
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
