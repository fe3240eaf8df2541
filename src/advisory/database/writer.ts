// Writes an advisory database: either a new file in one sorted pass, or changes to a copy of an old
// one. The file is nobody else's until `finish` renames it, so no journal is kept.
import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deflateRawSync } from 'node:zlib';
import { asArray } from '../../base/json.ts';
import type { CveFacts, KevEntry } from '../../model/advisory.ts';
import type { Advisory, AffectedPackage, LeftOutReason } from '../feed/index.ts';
import { type Arrangement, unarranged } from './arrangement.ts';
import { cveNumber, decodeHead, encodeBody, encodeCve, encodeHead, encodeTail } from './codec.ts';
import { readContents } from './contents.ts';
import { discard, publish } from './disk.ts';
import { writeFault } from './fault.ts';
import { finishTables } from './finish.ts';
import { applicationId, schema, schemaVersion, stageSchema } from './schema.ts';
import { maximum, type Numbering, numberingOf, statements } from './tables.ts';
import { openTemporary, type TemporaryOptions } from './temporary.ts';

/** Longer tails (lists of versions, Go symbols) are kept apart, once each: rows stay short. */
const inlineTailLength = 120;
/** Still longer ones are compressed; inflating one costs a few times what the matching does. */
const plainTailLength = 4096;
/** Tails remembered for reuse; each costs about 100 bytes. */
const heldTails = 50_000;
/** Bad records listed by name for each source; more are counted. */
const listedBadRecords = 1000;

/** What became of an advisory: `older` is a copy that does not replace the one that is there. */
export type PutOutcome = 'added' | 'replaced' | 'older';

export interface WriterOptions extends TemporaryOptions {
  /** What is known of version orders; default nothing. */
  readonly arrangement?: Arrangement | undefined;
}

export interface PutOptions {
  /** See `AdvisoryItem`; default empty. */
  readonly part?: string;
  /** The bucket's ecosystem that keeps this advisory up to date; absent for the user's own files. */
  readonly feed?: string | undefined;
}

export interface FinishOptions {
  readonly builtAt: string;
}

const ranks = new Map([
  ['nvd', 3],
  ['cve', 2],
  ['osv', 1],
]);

/**
 * A writer for the database at `file`. Every method throws `SeaworthyError` (`disk-full`, `denied`,
 * `database`) when the disk fails. End it with `finish` or `abandon`; until then `file` is untouched.
 */
export class DatabaseWriter {
  readonly #file: string;
  readonly #temporary: string;
  readonly #database: DatabaseSync;
  readonly #statement: (sql: string) => StatementSync;
  readonly #numbers: Numbering;
  readonly #arrangement: Arrangement;
  /** Affected entries and aliases are staged, then sorted into place. */
  readonly #stagePath: string;
  readonly #isAnew: boolean;
  readonly #tails = new Map<string, number>();
  /** Ecosystems that a vendor's own feed covers: aggregators' entries for them are left out. */
  readonly #covered: Set<string>;
  readonly #listed = new Map<number, number>();
  #nextAdvisory: number;
  #nextTail: number;

  constructor(file: string, options: WriterOptions = {}) {
    this.#file = file;
    this.#arrangement = options.arrangement ?? unarranged;
    let opened: { readonly temporary: string; readonly database: DatabaseSync };
    try {
      opened = openTemporary(file, options);
    } catch (error) {
      throw writeFault(error, file);
    }
    this.#temporary = opened.temporary;
    this.#stagePath = `${opened.temporary}-stage`;
    this.#database = opened.database;
    this.#statement = statements(opened.database);
    try {
      const isNew = options.update !== true;
      if (isNew) opened.database.exec(schema);
      this.#isAnew = isNew || !readContents(opened.database).isOrdered;
      this.#prepareStage();
      this.#numbers = numberingOf(opened.database);
      this.#nextAdvisory = maximum(opened.database, 'advisory') + 1;
      this.#nextTail = maximum(opened.database, 'tail') + 1;
      const covered = this.#statement("SELECT value FROM meta WHERE key = 'covered'").get()?.value;
      this.#covered = new Set(
        typeof covered === 'string' ? asArray(JSON.parse(covered)).map(String) : [],
      );
    } catch (error) {
      this.abandon();
      throw writeFault(error, file);
    }
  }

  #prepareStage(): void {
    this.#database.prepare('ATTACH ? AS stage').run(this.#stagePath);
    this.#database.exec(`
      PRAGMA stage.journal_mode = OFF; PRAGMA stage.synchronous = OFF; ${stageSchema} BEGIN`);
  }

  /**
   * Stores an advisory under its id and `part`. Of two copies the one with the later `modified` wins;
   * where a time is not known the one that came later.
   */
  put(advisory: Advisory, options: PutOptions = {}): PutOutcome {
    const { part = '', feed } = options;
    return this.#guarded(() => {
      const known = this.#statement(
        'SELECT id, modified FROM advisory WHERE name = ? AND part = ?',
      ).get(advisory.id, part);
      if (known !== undefined) {
        if (!isNewer(advisory.modified, known.modified as string | null)) return 'older';
        this.#drop(Number(known.id));
      }
      this.#insert(advisory, part, feed === undefined ? null : this.#numbers.feed(feed));
      return known === undefined ? 'added' : 'replaced';
    });
  }

  /** Removes every part of an advisory; true when there was one. */
  remove(id: string): boolean {
    return this.#guarded(() => {
      const rows = this.#statement('SELECT id FROM advisory WHERE name = ?').all(id);
      for (const row of rows) this.#drop(Number(row.id));
      return rows.length > 0;
    });
  }

  /** The `modified` time of a stored advisory; null when it is not known or not there. */
  modifiedOf(id: string): string | null {
    return this.#guarded(() => {
      const row = this.#statement('SELECT max(modified) AS m FROM advisory WHERE name = ?').get(id);
      return typeof row?.m === 'string' ? row.m : null;
    });
  }

  /** From now on this ecosystem (with release) is told by the vendor's own feed alone. */
  cover(ecosystem: string): void {
    this.#covered.add(ecosystem);
  }

  putKev(cve: string, entry: KevEntry): void {
    const number = cveNumber(cve);
    if (number === null) return;
    this.#guarded(() =>
      this.#statement('INSERT OR REPLACE INTO kev VALUES (?, ?, ?)').run(
        number,
        entry.dateAdded,
        entry.ransomware ? 1 : 0,
      ),
    );
  }

  /** `score` is the probability 0..1; five decimals are kept, as many as FIRST publishes. */
  putEpss(cve: string, score: number): void {
    const number = cveNumber(cve);
    if (number === null) return;
    this.#guarded(() =>
      this.#statement('INSERT OR REPLACE INTO epss VALUES (?, ?)').run(
        number,
        Math.round(score * 100_000),
      ),
    );
  }

  /** Facts of NVD replace those of the CVE list, these those of OSV; a rating is never lost for none. */
  putCve(cve: string, facts: CveFacts): void {
    const number = cveNumber(cve);
    if (number === null) return;
    const rank = facts.severity.length === 0 ? 0 : (ranks.get(facts.source) ?? 1);
    this.#guarded(() =>
      this.#statement(
        `INSERT INTO cve VALUES (?, ?, ?) ON CONFLICT (cve) DO UPDATE
         SET rank = excluded.rank, data = excluded.data WHERE excluded.rank >= rank`,
      ).run(number, rank, encodeCve(facts)),
    );
  }

  /** Empties a side table before its feed is read anew. */
  clear(table: 'kev' | 'epss'): void {
    this.#guarded(() => this.#statement(`DELETE FROM ${table}`).run());
  }

  /** Counts a bad record of `source` and lists it, up to a bound for each source. */
  noteBad(source: string, place: string, reason: string): void {
    this.#guarded(() => {
      const number = this.#numbers.source(source);
      const listed = this.#listed.get(number) ?? this.#countBad(number);
      if (listed >= listedBadRecords) {
        this.#statement('UPDATE source SET unlisted = unlisted + 1 WHERE id = ?').run(number);
        return;
      }
      const inserted = this.#statement('INSERT OR IGNORE INTO bad_record VALUES (?, ?, ?)').run(
        number,
        place.slice(0, 300).toWellFormed(),
        reason.slice(0, 300),
      );
      this.#listed.set(number, listed + Number(inserted.changes));
    });
  }

  #countBad(source: number): number {
    const row = this.#statement('SELECT count(*) AS n FROM bad_record WHERE source = ?').get(
      source,
    );
    return Number(row?.n ?? 0);
  }

  /** Forgets that the record at `place` was bad: it is read again. */
  forgetBad(place: string): void {
    this.#guarded(() => {
      this.#statement('DELETE FROM bad_record WHERE place = ?').run(place);
      this.#listed.clear();
    });
  }

  noteLeftOut(source: string, reason: LeftOutReason): void {
    this.#guarded(() =>
      this.#statement(
        `INSERT INTO left_out VALUES (?, ?, 1)
         ON CONFLICT (source, reason) DO UPDATE SET records = records + 1`,
      ).run(this.#numbers.source(source), reason),
    );
  }

  /** When a source (by its short name) was fetched. */
  noteRetrieved(source: string, at: string): void {
    this.#guarded(() =>
      this.#statement('UPDATE source SET retrieved_at = ? WHERE id = ?').run(
        at,
        this.#numbers.source(source),
      ),
    );
  }

  /** Where the next delta of a feed goes on; `full`: it was read as a whole. */
  noteFeed(
    name: string,
    at: { readonly cursor: string | null; readonly retrievedAt: string; readonly full: boolean },
  ): void {
    this.#guarded(() =>
      this.#statement(
        `UPDATE feed SET cursor = ?1, retrieved_at = ?2,
           full_at = CASE WHEN ?3 THEN ?2 ELSE full_at END WHERE id = ?4`,
      ).run(at.cursor, at.retrievedAt, at.full ? 1 : 0, this.#numbers.feed(name)),
    );
  }

  /** Removes what a feed once gave and now has no more; answers the ids. */
  removeUnseen(feed: string, seen: ReadonlySet<string>): readonly string[] {
    return this.#guarded(() => {
      const rows = this.#statement('SELECT id, name FROM advisory WHERE feed = ?')
        .all(this.#numbers.feed(feed))
        .filter((row) => !seen.has(String(row.name)));
      for (const row of rows) this.#drop(Number(row.id));
      return rows.map((row) => String(row.name));
    });
  }

  /** A line of the `meta` table: facts about the whole file. */
  noteMeta(key: string, value: string): void {
    this.#guarded(() =>
      this.#statement('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value),
    );
  }

  /** Sorts, indexes, counts, syncs and publishes the file under its name. */
  finish(options: FinishOptions): void {
    this.noteMeta('covered', JSON.stringify([...this.#covered]));
    try {
      finishTables(this.#database, {
        ...options,
        covered: this.#covered,
        arrangement: this.#arrangement,
        isAnew: this.#isAnew,
      });
      this.#database.exec(
        `COMMIT; DETACH stage;
         PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`,
      );
      this.#database.close();
      discard(this.#stagePath);
      publish(this.#temporary, this.#file);
    } catch (error) {
      this.abandon();
      throw writeFault(error, this.#file);
    }
  }

  /** Throws everything away. */
  abandon(): void {
    if (this.#database.isOpen) this.#database.close();
    discard(this.#stagePath);
    discard(this.#temporary);
  }

  #insert(advisory: Advisory, part: string, feed: number | null): void {
    const id = this.#nextAdvisory;
    this.#nextAdvisory += 1;
    this.#statement('INSERT INTO advisory VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
      id,
      advisory.id,
      part,
      this.#numbers.source(advisory.source),
      feed,
      advisory.modified,
      advisory.withdrawn,
      encodeHead(advisory),
    );
    const alias = this.#statement('INSERT INTO stage.alias VALUES (?, ?)');
    for (const name of new Set([...advisory.aliases, ...advisory.upstream])) alias.run(name, id);
    const affected = this.#statement('INSERT INTO stage.affected VALUES (?, ?, ?, ?, ?, ?)');
    for (const [ordinal, entry] of advisory.affected.entries()) {
      if (part === '' && this.#covered.has(entry.ecosystem)) continue;
      const packageNumber = this.#numbers.package(entry.ecosystem, entry.name);
      const bound = this.#arrangement.ladderOf(entry.ecosystem)?.boundOf(entry) ?? null;
      affected.run(packageNumber, id, ordinal, encodeBody(entry), this.#tail(entry), bound);
    }
  }

  #tail(entry: AffectedPackage): string | number | null {
    const adds = entry.versions.length > 0 && !this.#arrangement.isRestated(entry);
    const text = encodeTail(adds ? entry : { ...entry, versions: [] });
    if (text.length <= inlineTailLength) return text === '' ? null : text;
    const hash = createHash('sha1').update(text).digest('base64');
    const known = this.#tails.get(hash);
    if (known !== undefined) return known;
    const id = this.#nextTail;
    this.#nextTail += 1;
    this.#statement('INSERT INTO tail VALUES (?, ?)').run(
      id,
      text.length <= plainTailLength ? text : deflateRawSync(text),
    );
    if (this.#tails.size >= heldTails) this.#tails.clear();
    this.#tails.set(hash, id);
    return id;
  }

  /** Staged rows of advisories that are gone are left behind when the stage is sorted in. */
  #drop(id: number): void {
    const row = this.#statement('SELECT head FROM advisory WHERE id = ?').get(id);
    this.#statement('DELETE FROM advisory WHERE id = ?').run(id);
    const { aliases, upstream } = decodeHead(String(row?.head));
    const alias = this.#statement('DELETE FROM main.alias WHERE name = ? AND advisory = ?');
    for (const name of new Set([...aliases, ...upstream])) alias.run(name, id);
    this.#statement(
      'INSERT INTO stage.gone SELECT package, advisory FROM mention WHERE advisory = ?',
    ).run(id);
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw writeFault(error, this.#file);
    }
  }
}

function isNewer(candidate: string | null, known: string | null): boolean {
  if (candidate === null || known === null) return true;
  return Date.parse(candidate) > Date.parse(known);
}
