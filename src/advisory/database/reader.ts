// The advisory database as the matcher asks it. A lookup reads one run of neighbouring rows; what an
// advisory says of itself is read only when somebody wants it, which for most rows is never.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inflateRawSync } from 'node:zlib';
import type {
  AdvisoryMatch,
  AdvisorySource,
  CveFacts,
  DatabaseInfo,
  KevEntry,
} from '../../model/advisory.ts';
import { lookupName, originNamed } from '../feed/index.ts';
import { cveNumber, decodeCve, decodeHead } from './codec.ts';
import { readFault, unusable } from './fault.ts';
import { connect } from './open.ts';
import {
  type AffectedRow,
  type MatchReader,
  type StoredHead,
  StoredMatch,
} from './stored-match.ts';

/** Advisories whose head stays decoded: the packages of one erratum are asked one after the other. */
const heldHeads = 2000;
/** Inflated tail of one entry; `feedLimits.recordBytes` bounds what was packed. */
const tailBytesLimit = 64 * 1024 * 1024;

export interface AdvisoryDatabase extends AdvisorySource {
  readonly file: string;
}

/**
 * Opens the database read-only. Throws `SeaworthyError`: `not-found` when there is none, `denied`, or
 * `database` when it is of another version, half written or corrupt. Lookups throw `database` when
 * they meet damage that opening could not see. Close it when done; matches read from it until then.
 */
export function openDatabase(file: string): AdvisoryDatabase {
  const database = connect(file);
  try {
    return new Reader(file, database);
  } catch (error) {
    database.close();
    throw readFault(error, file);
  }
}

class Reader implements AdvisoryDatabase, MatchReader {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #ecosystems = new Map<string, number>();
  readonly #sources = new Map<number, string>();
  #info: DatabaseInfo | null = null;
  /** Side tables without any row, as nearly every `db build` leaves them: not asked. */
  readonly #empty = new Set<string>();
  readonly #heads = new Map<number, StoredHead>();
  readonly #findAffected: StatementSync;
  readonly #findHead: StatementSync;
  readonly #findTail: StatementSync;

  constructor(file: string, database: DatabaseSync) {
    this.file = file;
    this.#database = database;
    for (const row of database.prepare('SELECT id, name FROM ecosystem').all()) {
      this.#ecosystems.set(String(row.name), Number(row.id));
    }
    for (const row of database.prepare('SELECT id, name FROM source').all()) {
      this.#sources.set(Number(row.id), String(row.name));
    }
    // CROSS JOIN: the package first, then its run of rows, whatever the planner thinks.
    this.#findAffected = database.prepare(
      `SELECT advisory, body, tail FROM package p CROSS JOIN affected a ON a.package = p.id
       WHERE p.ecosystem = ? AND p.name = ?`,
    );
    // Arrays instead of objects: half the time of a row.
    this.#findAffected.setReturnArrays(true);
    this.#findHead = database.prepare(
      'SELECT name, source, modified, withdrawn, head FROM advisory WHERE id = ?',
    );
    this.#findTail = database.prepare('SELECT data FROM tail WHERE id = ?');
    for (const table of ['kev', 'epss', 'cve']) {
      if (database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined) {
        this.#empty.add(table);
      }
    }
  }

  /** The file is never written again once it is published: read once. */
  info(): DatabaseInfo {
    return (this.#info ??= this.#readInfo());
  }

  #readInfo(): DatabaseInfo {
    return this.#guarded(() => {
      const meta = new Map(
        this.#database
          .prepare('SELECT key, value FROM meta')
          .all()
          .map((row) => [String(row.key), String(row.value)]),
      );
      const sources = this.#database
        .prepare('SELECT * FROM source WHERE advisories > 0 OR skipped > 0 ORDER BY name')
        .all()
        .map((row) => {
          const { licence, attribution } = originNamed(String(row.name));
          return {
            name: String(row.name),
            advisories: Number(row.advisories),
            licence,
            attribution,
            retrievedAt: typeof row.retrieved_at === 'string' ? row.retrieved_at : null,
            skipped: Number(row.skipped),
          };
        });
      const ecosystems = this.#database
        .prepare(
          `SELECT name FROM ecosystem e
           WHERE EXISTS (SELECT 1 FROM package WHERE ecosystem = e.id) ORDER BY name`,
        )
        .all()
        .map((row) => String(row.name));
      const advisories = Number(meta.get('advisories') ?? 0);
      return {
        builtAt: meta.get('builtAt') ?? '',
        advisories,
        sources,
        ecosystems,
        builtIn: false,
      };
    });
  }

  lookup(osvEcosystem: string, name: string): readonly AdvisoryMatch[] {
    const ecosystem = this.#ecosystems.get(osvEcosystem);
    if (ecosystem === undefined) return [];
    const key = lookupName(osvEcosystem, name);
    try {
      const rows: unknown = this.#findAffected.all(ecosystem, key);
      const affected = rows as readonly AffectedRow[];
      const named = { ecosystem: osvEcosystem, name: key };
      return affected.map((row) => new StoredMatch(this, row, named));
    } catch (error) {
      throw readFault(error, this.file);
    }
  }

  byId(id: string): readonly AdvisoryMatch[] {
    return this.#guarded(() => {
      const rows = this.#database
        .prepare(
          `SELECT v.id, a.body, a.tail, e.name AS ecosystem, p.name AS package
           FROM (SELECT id FROM advisory WHERE name = ?1
                 UNION SELECT advisory FROM alias WHERE name = ?1) v
           LEFT JOIN affected a ON a.advisory = v.id
           LEFT JOIN package p ON p.id = a.package
           LEFT JOIN ecosystem e ON e.id = p.ecosystem
           ORDER BY v.id, e.name, p.name, a.ordinal`,
        )
        .all(id);
      return rows.map((row) => {
        const named =
          row.package === null
            ? undefined
            : { ecosystem: String(row.ecosystem), name: String(row.package) };
        // A withdrawn advisory has no packages any more: it is told without ranges.
        const body = String(row.body ?? '[[]]');
        const tail = row.tail as string | number | null;
        return new StoredMatch(this, [Number(row.id), body, tail], named);
      });
    });
  }

  kev(cve: string): KevEntry | null {
    const row = this.#byCve('kev', 'SELECT added, ransomware FROM kev WHERE cve = ?', cve);
    if (row === null) return null;
    return { dateAdded: String(row.added), ransomware: row.ransomware === 1 };
  }

  epss(cve: string): number | null {
    const row = this.#byCve('epss', 'SELECT score FROM epss WHERE cve = ?', cve);
    return row === null ? null : Number(row.score) / 100_000;
  }

  cve(cve: string): CveFacts | null {
    const row = this.#byCve('cve', 'SELECT data FROM cve WHERE cve = ?', cve);
    return row === null ? null : this.#guarded(() => decodeCve(String(row.data)));
  }

  readonly #prepared = new Map<string, StatementSync>();

  #byCve(table: 'kev' | 'epss' | 'cve', sql: string, cve: string): Record<string, unknown> | null {
    const number = this.#empty.has(table) ? null : cveNumber(cve);
    if (number === null) return null;
    return this.#guarded(() => {
      const statement = this.#prepared.get(sql) ?? this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
      return statement.get(number) ?? null;
    });
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** What an advisory says of itself; for `StoredMatch`. */
  head(advisory: number): StoredHead {
    const held = this.#heads.get(advisory);
    if (held !== undefined) return held;
    return this.#guarded(() => {
      const row = this.#findHead.get(advisory);
      if (row === undefined) throw unusable(this.file, 'is corrupt: an advisory is missing');
      const head: StoredHead = {
        ...decodeHead(String(row.head)),
        id: String(row.name),
        source: this.#sources.get(Number(row.source)) ?? 'other',
        modified: row.modified as string | null,
        withdrawn: row.withdrawn as string | null,
      };
      if (this.#heads.size >= heldHeads) this.#heads.clear();
      this.#heads.set(advisory, head);
      return head;
    });
  }

  tailText(tail: number): string {
    return this.#guarded(() => {
      const data = this.#findTail.get(tail)?.data;
      if (typeof data === 'string') return data;
      if (!(data instanceof Uint8Array)) throw unusable(this.file, 'is corrupt: a tail is missing');
      return inflateRawSync(data, { maxOutputLength: tailBytesLimit }).toString('utf8');
    });
  }

  decode<T>(decoder: (text: string) => T, text: string): T {
    try {
      return decoder(text);
    } catch (error) {
      throw readFault(error, this.file);
    }
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw readFault(error, this.file);
    }
  }
}
