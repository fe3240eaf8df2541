// Advisories in memory for tests: an AdvisorySource over OSV records, and the records of the shared
// zips. Products use the database; this stays simple on purpose so that it can serve as a reference.
import { readFileSync } from 'node:fs';
import { lookupName, recordMatches } from '../src/advisory/feed/index.ts';
import type { MatchEcosystems } from '../src/advisory/match/index.ts';
import { bytesAsFile } from '../src/base/random-access.ts';
import { openZip, readMember } from '../src/base/zip.ts';
import { schemeForOsv, semverVersions } from '../src/inventory/version/index.ts';
import type {
  AdvisoryMatch,
  AdvisorySource,
  CveFacts,
  KevEntry,
  OsvRecord,
} from '../src/model/advisory.ts';

export interface MemoryFacts {
  readonly kev?: Readonly<Record<string, KevEntry>>;
  readonly epss?: Readonly<Record<string, number>>;
  readonly cve?: Readonly<Record<string, CveFacts>>;
  /** Ecosystems said to be held besides those of the records. */
  readonly ecosystems?: readonly string[];
}

export interface MemorySource extends AdvisorySource {
  /** How often each `ecosystem name` was looked up. */
  readonly lookups: ReadonlyMap<string, number>;
}

/** An AdvisorySource over `records`, in their order. */
export function memorySource(records: readonly OsvRecord[], facts: MemoryFacts = {}): MemorySource {
  const byName = new Map<string, AdvisoryMatch[]>();
  const ecosystems = new Set(facts.ecosystems);
  for (const record of records) {
    for (const match of recordMatches(record)) {
      const { ecosystem = '', name = '' } = match.package ?? {};
      const key = `${ecosystem} ${name}`;
      byName.set(key, [...(byName.get(key) ?? []), match]);
      ecosystems.add(ecosystem);
    }
  }
  const lookups = new Map<string, number>();
  return {
    lookups,
    info: () => ({
      builtAt: '2026-01-01T00:00:00Z',
      advisories: records.length,
      sources: [],
      builtIn: false,
      ecosystems: [...ecosystems],
    }),
    lookup(ecosystem, name) {
      const key = `${ecosystem} ${name}`;
      lookups.set(key, (lookups.get(key) ?? 0) + 1);
      return byName.get(key) ?? [];
    },
    kev: (cve) => facts.kev?.[cve] ?? null,
    epss: (cve) => facts.epss?.[cve] ?? null,
    cve: (cve) => facts.cve?.[cve] ?? null,
    byId: (id) => [...byName.values()].flat().filter((match) => match.id === id),
    close() {},
  };
}

/** OSV records of a zip in OSV's bucket layout whose file name passes; unreadable members throw. */
export function recordsOfZip(
  path: string,
  wanted: (record: OsvRecord) => boolean = () => true,
): readonly OsvRecord[] {
  const file = bytesAsFile(readFileSync(path));
  const zip = openZip(file);
  if (!zip.ok) throw new Error(zip.reason);
  const records: OsvRecord[] = [];
  for (const member of zip.members) {
    if (!member.name.endsWith('.json')) continue;
    const read = readMember(file, member, { limitBytes: 16 * 1024 * 1024 });
    if (!read.ok) throw new Error(`${member.name}: ${read.reason}`);
    const record = JSON.parse(Buffer.from(read.bytes).toString('utf8')) as OsvRecord;
    if (wanted(record)) records.push(record);
  }
  return records;
}

const osvByType: Readonly<Record<string, string>> = {
  npm: 'npm',
  pypi: 'PyPI',
  golang: 'Go',
  maven: 'Maven',
  gem: 'RubyGems',
  cargo: 'crates.io',
  nuget: 'NuGet',
  composer: 'Packagist',
};

/** The ecosystems' own answers in short, so that matching is tested without the catalogers. */
export const testEcosystems: MatchEcosystems = {
  osvEcosystem: (type) => osvByType[type] ?? null,
  advisoryName({ type, namespace, name }) {
    const separator = type === 'maven' ? ':' : '/';
    const full = namespace === null ? name : `${namespace}${separator}${name}`;
    return lookupName(osvByType[type] ?? '', full);
  },
  scheme: schemeForOsv,
  semver: semverVersions,
};
