// The built-in set as an advisory source: what a first run without any database asks. In memory,
// indexed at the first question; a row becomes an OSV record when somebody asks for it.
import type {
  AdvisoryMatch,
  AdvisorySource,
  CveFacts,
  DatabaseInfo,
  KevEntry,
  OsvAffected,
  OsvRecord,
} from '../../model/advisory.ts';
import { ecosystemsOf, recordOf } from './records.ts';
import type { BuiltinRow } from './row.ts';
import { builtinRows } from './rows.ts';

/** The day on which the rows were last compared with their records. */
export const builtinDate = '2026-11-21';

const sourceName = 'builtin';

interface Loaded {
  /** Rows by `keyOf`. */
  readonly byPackage: ReadonlyMap<string, readonly BuiltinRow[]>;
  /** Rows by id and alias. */
  readonly byId: ReadonlyMap<string, BuiltinRow>;
  readonly info: DatabaseInfo;
}

let loaded: Loaded | undefined;
const matches = new Map<BuiltinRow, readonly AdvisoryMatch[]>();

/**
 * The set that ships with the program. `lookup` takes OSV ecosystems (`Debian:12`,
 * `Ubuntu:22.04:LTS`, `Alpine:v3.18`, `npm`, ...); `kev` and `cve` know the CVEs of the set only,
 * `epss` none. Nothing is opened, so `close` does nothing.
 */
export function builtinSource(): AdvisorySource {
  return {
    info: () => load().info,
    lookup,
    kev: (cve) => kevOf(load().byId.get(cve)),
    epss: () => null,
    cve: (cve) => factsOf(load().byId.get(cve)),
    byId: (id) => matchesOf(load().byId.get(id)),
    close: () => undefined,
  };
}

/** What to learn from one flaw (by its id or an alias), or null when the set does not hold it. */
export function builtinLesson(id: string): string | null {
  return load().byId.get(id)?.lesson ?? null;
}

function lookup(ecosystem: string, name: string): readonly AdvisoryMatch[] {
  const key = keyOf(ecosystem, name);
  const rows = load().byPackage.get(key) ?? [];
  return rows.flatMap((row) =>
    matchesOf(row).filter(
      ({ package: named }) => named !== undefined && keyOf(named.ecosystem, named.name) === key,
    ),
  );
}

/** Every affected package of a row; made once. */
function matchesOf(row: BuiltinRow | undefined): readonly AdvisoryMatch[] {
  if (row === undefined) return [];
  let made = matches.get(row);
  if (made === undefined) {
    const record = recordOf(row);
    made = (record.affected ?? []).map((affected) => matchOf(record, affected));
    matches.set(row, made);
  }
  return made;
}

function load(): Loaded {
  loaded ??= indexOf(builtinRows());
  return loaded;
}

function indexOf(rows: readonly BuiltinRow[]): Loaded {
  const byPackage = new Map<string, BuiltinRow[]>();
  const ecosystems = new Set<string>();
  for (const row of rows) {
    for (const [ecosystem, name] of ecosystemsOf(row)) {
      ecosystems.add(ecosystem);
      const key = keyOf(ecosystem, name);
      const list = byPackage.get(key);
      if (list === undefined) byPackage.set(key, [row]);
      else list.push(row);
    }
  }
  return { byPackage, byId: rowsById(rows), info: infoOf(rows.length, ecosystems) };
}

/** Own ids first: an alias never hides the row of that very id. */
function rowsById(rows: readonly BuiltinRow[]): ReadonlyMap<string, BuiltinRow> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of rows) {
    for (const alias of row.aliases ?? []) {
      if (!byId.has(alias)) byId.set(alias, row);
    }
  }
  return byId;
}

/** PyPI compares names as PEP 503 says, NuGet and Packagist without case, all others exactly. */
function keyOf(ecosystem: string, name: string): string {
  return `${ecosystem}\n${comparedName(ecosystem, name)}`;
}

function comparedName(ecosystem: string, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return ecosystem === 'NuGet' || ecosystem === 'Packagist' ? name.toLowerCase() : name;
}

function matchOf(record: OsvRecord, affected: OsvAffected): AdvisoryMatch {
  const word = record.database_specific?.['severity'];
  return {
    id: record.id,
    ...(affected.package === undefined ? {} : { package: affected.package }),
    aliases: record.aliases ?? [],
    upstream: [],
    summary: record.summary ?? '',
    published: record.published ?? null,
    modified: null,
    withdrawn: null,
    severity: record.severity ?? [],
    vendorSeverity: typeof word === 'string' ? word : null,
    source: sourceName,
    ranges: affected.ranges ?? [],
    versions: affected.versions ?? [],
    fixStatus: null,
    modularity: null,
    imports: [],
    references: (record.references ?? []).map((reference) => reference.url),
  };
}

function infoOf(advisories: number, ecosystems: ReadonlySet<string>): DatabaseInfo {
  const builtAt = `${builtinDate}T00:00:00Z`;
  return {
    builtAt,
    advisories,
    sources: [
      { name: sourceName, advisories, licence: 'Apache-2.0', retrievedAt: builtAt, skipped: 0 },
    ],
    builtIn: true,
    ecosystems: [...ecosystems].toSorted(),
  };
}

function kevOf(row: BuiltinRow | undefined): KevEntry | null {
  if (row?.kev === undefined) return null;
  return { dateAdded: row.kev, ransomware: row.ransomware === true };
}

function factsOf(row: BuiltinRow | undefined): CveFacts | null {
  if (row === undefined) return null;
  const vector = row.cvss;
  return {
    severity:
      vector === undefined
        ? []
        : [{ type: vector.startsWith('CVSS:4.') ? 'CVSS_V4' : 'CVSS_V3', score: vector }],
    source: sourceName,
    summary: row.title,
    published: row.published === undefined ? null : `${row.published}T00:00:00Z`,
  };
}
