// The advisory database as the matcher asks it. A lookup reads one row; what an advisory says of itself
// is read only when somebody wants it, which for most is never.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inflateRawSync } from 'node:zlib';
import type {
  AdvisoryMatch,
  AdvisoryPage,
  AdvisorySource,
  CveFacts,
  DatabaseInfo,
  KevEntry,
} from '../../model/advisory.ts';
import { lookupName, originNamed } from '../feed/index.ts';
import { cveNumber, decodeCve, decodeHead } from './codec.ts';
import { type Contents, readContents } from './contents.ts';
import { readFault, unusable } from './fault.ts';
import { connect } from './open.ts';
import { type BoundedRow, decodePage, type PageTexts } from './page.ts';
import { type MatchReader, type Named, type StoredHead, StoredMatch } from './stored-match.ts';
import { StoredPage } from './stored-page.ts';

/** Advisories whose head stays decoded: the packages of one erratum are asked one after the other. */
const heldHeads = 2000;
/** CVEs whose facts stay known: they are asked for right after they were expected. */
const heldFacts = 2000;
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

type PageRow = readonly [
  fixes: string | null,
  steps: string | null,
  bounds: string | null,
  entries: string | null,
];
type HeadRow = readonly [
  id: number,
  name: string,
  source: number,
  modified: string | null,
  withdrawn: string | null,
  head: string,
];
type FactRow = readonly [
  cve: number,
  added: string | null,
  ransomware: number | null,
  score: number | null,
  data: string | null,
];

/** In the order of `PageTexts`. */
const pageColumns = 'fixes, steps, bounds, entries';

const noFacts: FactRow = [0, null, null, null, null];

class Reader implements AdvisoryDatabase, MatchReader {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #contents: Contents;
  readonly #sources: ReadonlyMap<number, string>;
  readonly #heads = new Map<number, StoredHead>();
  readonly #findPage: StatementSync;
  readonly #findHeads: StatementSync;
  #findFacts: StatementSync | undefined;
  #findTail: StatementSync | undefined;
  #info: DatabaseInfo | undefined;
  readonly #facts = new Map<string, FactRow>();

  constructor(file: string, database: DatabaseSync) {
    this.file = file;
    this.#database = database;
    this.#contents = readContents(database);
    this.#sources = new Map(this.#contents.sources.map(({ id, name }) => [id, name]));
    this.#findPage = asArrays(
      database.prepare(`SELECT ${pageColumns} FROM package WHERE ecosystem = ? AND name = ?`),
    );
    // CROSS JOIN: the numbers in their order, whatever the planner thinks.
    this.#findHeads = asArrays(
      database.prepare(
        `SELECT a.id, a.name, a.source, a.modified, a.withdrawn, a.head
         FROM json_each(?) n CROSS JOIN advisory a ON a.id = n.value`,
      ),
    );
  }

  /** The file is never written again once it is published: put together once. */
  info(): DatabaseInfo {
    return (this.#info ??= infoOf(this.#contents));
  }

  lookup(osvEcosystem: string, name: string): AdvisoryPage {
    const ecosystem = this.#contents.ecosystems.get(osvEcosystem);
    if (ecosystem === undefined) return [];
    const key = lookupName(osvEcosystem, name);
    try {
      const row = this.#findPage.get(ecosystem, key) as unknown as PageRow | undefined;
      if (row === undefined) return [];
      const [fixes, steps, bounds, entries] = row;
      const texts = { fixes, steps, bounds, entries };
      const named = { ecosystem: osvEcosystem, name: key };
      if (this.#contents.isOrdered) return new StoredPage(this, texts, named);
      return this.#matchesOf(decodePage(texts), named);
    } catch (error) {
      throw readFault(error, this.file);
    }
  }

  byId(id: string): readonly AdvisoryMatch[] {
    return this.#guarded(() => {
      const rows = this.#database
        .prepare(
          `SELECT v.id, p.fixes, p.steps, p.bounds, p.entries, e.name AS ecosystem, p.name AS package
           FROM (SELECT id FROM advisory WHERE name = ?1
                 UNION SELECT advisory FROM alias WHERE name = ?1) v
           LEFT JOIN mention m ON m.advisory = v.id
           LEFT JOIN package p ON p.id = m.package
           LEFT JOIN ecosystem e ON e.id = p.ecosystem
           ORDER BY v.id, e.name, p.name`,
        )
        .all(id);
      return rows.flatMap((row) => {
        const number = Number(row.id);
        // A withdrawn advisory has no packages any more: it is told without ranges.
        if (row.package === null) return [new StoredMatch(this, [number, '[[]]', null])];
        const named = { ecosystem: String(row.ecosystem), name: String(row.package) };
        const page = decodePage(row as unknown as PageTexts);
        return this.#matchesOf(
          page.filter(([advisory]) => advisory === number),
          named,
        );
      });
    });
  }

  #matchesOf(rows: readonly BoundedRow[], named: Named): readonly StoredMatch[] {
    return rows.map(
      ([advisory, body, tail]) => new StoredMatch(this, [advisory, body, tail], named),
    );
  }

  kev(cve: string): KevEntry | null {
    const [, added, ransomware] = this.#askFacts(cve);
    return added === null ? null : { dateAdded: added, ransomware: ransomware === 1 };
  }

  epss(cve: string): number | null {
    const score = this.#askFacts(cve)[3];
    return score === null ? null : score / 100_000;
  }

  cve(cve: string): CveFacts | null {
    const data = this.#askFacts(cve)[4];
    return data === null ? null : this.decode(() => decodeCve(data));
  }

  expect(cves: readonly string[]): void {
    if (!this.#contents.hasFacts) return;
    const unknown = new Map<number, string>();
    for (const cve of cves) {
      const number = this.#facts.has(cve) ? null : cveNumber(cve);
      if (number !== null) unknown.set(number, cve);
    }
    if (unknown.size > 0) this.#guarded(() => this.#readFacts(unknown));
  }

  /** All that is known of a CVE, of all side tables at once. */
  #askFacts(cve: string): FactRow {
    if (!this.#facts.has(cve)) this.expect([cve]);
    return this.#facts.get(cve) ?? noFacts;
  }

  #readFacts(cves: ReadonlyMap<number, string>): void {
    this.#findFacts ??= asArrays(
      this.#database.prepare(
        `SELECT n.value, k.added, k.ransomware, s.score, c.data FROM json_each(?) n
         LEFT JOIN kev k ON k.cve = n.value LEFT JOIN epss s ON s.cve = n.value
         LEFT JOIN cve c ON c.cve = n.value`,
      ),
    );
    if (this.#facts.size >= heldFacts) this.#facts.clear();
    const numbers = `[${[...cves.keys()].join()}]`;
    for (const row of this.#findFacts.all(numbers) as unknown as readonly FactRow[]) {
      this.#facts.set(cves.get(row[0]) ?? '', row);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  heads(advisories: readonly number[]): readonly StoredHead[] {
    return this.#guarded(() => {
      if (this.#heads.size >= heldHeads) this.#heads.clear();
      const unknown: number[] = [];
      for (const advisory of advisories) if (!this.#heads.has(advisory)) unknown.push(advisory);
      if (unknown.length > 0) this.#readHeads(unknown);
      return advisories.map((advisory) => {
        const head = this.#heads.get(advisory);
        if (head === undefined) throw unusable(this.file, 'is corrupt: an advisory is missing');
        return head;
      });
    });
  }

  #readHeads(advisories: readonly number[]): void {
    const rows = this.#findHeads.all(`[${advisories.join()}]`) as unknown as readonly HeadRow[];
    for (const row of rows) this.#heads.set(row[0], this.#headOf(row));
  }

  #headOf([, id, source, modified, withdrawn, head]: HeadRow): StoredHead {
    const from = this.#sources.get(source) ?? 'other';
    return { ...decodeHead(head), id, source: from, modified, withdrawn };
  }

  tailText(tail: number): string {
    return this.#guarded(() => {
      this.#findTail ??= this.#database.prepare('SELECT data FROM tail WHERE id = ?');
      const data = this.#findTail.get(tail)?.data;
      if (typeof data === 'string') return data;
      if (!(data instanceof Uint8Array)) throw unusable(this.file, 'is corrupt: a tail is missing');
      return inflateRawSync(data, { maxOutputLength: tailBytesLimit }).toString('utf8');
    });
  }

  decode<T>(decoder: () => T): T {
    try {
      return decoder();
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

/** Rows as arrays instead of objects: half the time of a row. */
function asArrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}

function infoOf({ builtAt, advisories, ecosystems, sources }: Contents): DatabaseInfo {
  return {
    builtAt,
    advisories,
    sources: sources
      .filter((source) => source.advisories > 0 || source.skipped > 0)
      .map(({ name, advisories: count, skipped, retrievedAt }) => {
        const { licence, attribution } = originNamed(name);
        return { name, advisories: count, licence, attribution, retrievedAt, skipped };
      }),
    ecosystems: [...ecosystems.keys()],
    builtIn: false,
  };
}
