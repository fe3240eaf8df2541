// The built-in set as an advisory source: what a first run without any database asks. In memory,
// built at the first question, so that importing it costs nothing.
import type {
  AdvisoryMatch,
  AdvisorySource,
  CveFacts,
  DatabaseInfo,
  KevEntry,
  OsvAffected,
  OsvRecord,
} from '../../model/advisory.ts';
import { builtinRecords } from './records.ts';
import type { BuiltinRow } from './row.ts';
import { builtinRows } from './rows.ts';

/** The day on which the rows were last compared with their records. */
export const builtinDate = '2026-11-21';

const sourceName = 'builtin';

interface Loaded {
  readonly byPackage: ReadonlyMap<string, readonly AdvisoryMatch[]>;
  readonly byId: ReadonlyMap<string, readonly AdvisoryMatch[]>;
  readonly rows: ReadonlyMap<string, BuiltinRow>;
  readonly info: DatabaseInfo;
}

let loaded: Loaded | undefined;

/**
 * The set that ships with the program. `lookup` takes OSV ecosystems (`Debian:12`,
 * `Ubuntu:22.04:LTS`, `Alpine:v3.18`, `npm`, ...); `kev` and `cve` know the CVEs of the set only,
 * `epss` none. Nothing is opened, so `close` does nothing.
 */
export function builtinSource(): AdvisorySource {
  return {
    info: () => load().info,
    lookup: (ecosystem, name) => load().byPackage.get(keyOf(ecosystem, name)) ?? [],
    kev: (cve) => kevOf(load().rows.get(cve)),
    epss: () => null,
    cve: (cve) => factsOf(load().rows.get(cve)),
    byId: (id) => load().byId.get(id) ?? [],
    close: () => undefined,
  };
}

/** What to learn from one flaw (by its id or an alias), or null when the set does not hold it. */
export function builtinLesson(id: string): string | null {
  return load().rows.get(id)?.lesson ?? null;
}

function load(): Loaded {
  loaded ??= build(builtinRecords(), builtinRows());
  return loaded;
}

function build(records: readonly OsvRecord[], rows: readonly BuiltinRow[]): Loaded {
  const byPackage = new Map<string, AdvisoryMatch[]>();
  const byId = new Map<string, AdvisoryMatch[]>();
  const ecosystems = new Set<string>();
  for (const record of records) {
    for (const affected of record.affected ?? []) {
      const named = affected.package;
      if (named === undefined) continue;
      const match = matchOf(record, affected);
      ecosystems.add(named.ecosystem);
      append(byPackage, keyOf(named.ecosystem, named.name), match);
      for (const id of new Set([record.id, ...match.aliases])) append(byId, id, match);
    }
  }
  return { byPackage, byId, rows: rowsById(rows), info: infoOf(records.length, ecosystems) };
}

function append(lists: Map<string, AdvisoryMatch[]>, key: string, match: AdvisoryMatch): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [match]);
  else list.push(match);
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
