// The rows against the published records beside the checkout: where a record of the same flaw names
// the same package, the versions must be the same; KEV dates must be those of the catalogue.
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import { fileWindow } from '../../base/file-access.ts';
import { openZip, readMember } from '../../base/zip.ts';
import type { OsvAffected, OsvRange, OsvRecord } from '../../model/advisory.ts';
import { builtinRecords } from './records.ts';
import { builtinRows } from './rows.ts';

const folder = sharedData('osv/');
const catalogue = sharedData('kev/known_exploited_vulnerabilities.json');

/** Where a row knowingly differs from a record: `row record package`, with the reason. */
const exceptions: ReadonlyMap<string, string> = new Map([
  ['PYSEC-2022-250 exotel', 'the record leaves its range open after one hostile release'],
  ['PYSEC-2022-251 spam', 'the record leaves its range open after two hostile releases'],
  ['PYSEC-2022-252 deep-translator', 'the record leaves its range open; later releases are clean'],
  ['GHSA-r683-j2x4-v87g node-fetch', 'one interval takes in 2.6.7, which the other calls fixed'],
  ['PYSEC-2022-10 pillow', 'GHSA-8vj2-vxx3-667w: the fix is complete in 9.0.1 only'],
]);

describe.skipIf(folder === null)(`published records (${folder ?? noSharedData})`, () => {
  test('agree wherever they name the same package', () => {
    const known = recordsByFlaw();
    const differences: string[] = [];
    const used = new Set<string>();
    let compared = 0;
    for (const record of builtinRecords()) {
      const ours = versionsByPackage([record]);
      for (const published of known.get(record.id) ?? []) {
        for (const [key, theirs] of versionsByPackage([published])) {
          const mine = ours.get(key);
          if (mine === undefined) continue;
          compared += 1;
          if (agree(mine, theirs, versionsByPackage(known.get(record.id) ?? []).get(key))) continue;
          const name = `${published.id} ${key.slice(key.indexOf(' ') + 1)}`;
          if (exceptions.has(name)) used.add(name);
          else differences.push(`${record.id} ${name}: ${show(mine)} / ${show(theirs)}`);
        }
      }
    }
    expect(differences).toEqual([]);
    expect([...exceptions.keys()].filter((name) => !used.has(name))).toEqual([]);
    expect(compared).toBeGreaterThan(180);
  });
});

describe.skipIf(catalogue === null)(`KEV (${catalogue ?? noSharedData})`, () => {
  test('dates and ransomware marks are those of the catalogue', () => {
    const { dateReleased, vulnerabilities } = JSON.parse(
      readFileSync(catalogue ?? '', 'utf8'),
    ) as KevCatalogue;
    const listed = new Map(vulnerabilities.map((entry) => [entry.cveID, entry]));
    const wrong = builtinRows().filter((row) => {
      const entry = listed.get(row.id);
      if (entry === undefined) return row.kev !== undefined && row.kev <= dateReleased.slice(0, 10);
      const isRansomware = entry.knownRansomwareCampaignUse === 'Known';
      return row.kev !== entry.dateAdded || (row.ransomware === true) !== isRansomware;
    });
    expect(wrong.map((row) => row.id)).toEqual([]);
    expect(builtinRows().filter((row) => listed.has(row.id)).length).toBeGreaterThan(30);
  });
});

interface KevCatalogue {
  readonly dateReleased: string;
  readonly vulnerabilities: readonly {
    readonly cveID: string;
    readonly dateAdded: string;
    readonly knownRansomwareCampaignUse: string;
  }[];
}

type Versions = ReadonlySet<string>;

/** Ours are theirs, or theirs together with those of other records of the same flaw. */
function agree(mine: Versions, theirs: Versions, all: Versions | undefined): boolean {
  const isSubset = [...theirs].every((version) => mine.has(version));
  return isSubset && [...mine].every((version) => all?.has(version) === true);
}

function show(versions: Versions): string {
  return [...versions].join(', ');
}

/** `ecosystem name` -> intervals and listed versions in words. */
function versionsByPackage(records: readonly OsvRecord[]): ReadonlyMap<string, Versions> {
  const byPackage = new Map<string, Set<string>>();
  for (const affected of records.flatMap((record) => record.affected ?? [])) {
    const named = affected.package;
    if (named === undefined) continue;
    const name = named.ecosystem === 'PyPI' ? named.name.toLowerCase() : named.name;
    const key = `${named.ecosystem} ${name}`;
    const words = byPackage.get(key) ?? new Set();
    byPackage.set(key, words);
    for (const word of wordsOf(affected)) words.add(word);
  }
  return byPackage;
}

function wordsOf(affected: OsvAffected): readonly string[] {
  const ranges = (affected.ranges ?? []).filter((range) => range.type !== 'GIT');
  if (ranges.length === 0) return affected.versions ?? [];
  return ranges.flatMap(intervalsOf);
}

function intervalsOf(range: OsvRange): readonly string[] {
  const intervals: string[] = [];
  let open: string | null = null;
  for (const { introduced, fixed, last_affected: last } of range.events) {
    if (introduced !== undefined) {
      if (open !== null) intervals.push(`>=${open}`);
      open = introduced;
    } else if (open !== null) {
      intervals.push(fixed === undefined ? `>=${open} <=${last ?? ''}` : `>=${open} <${fixed}`);
      open = null;
    }
  }
  if (open !== null) intervals.push(`>=${open}`);
  return intervals;
}

/** Published records by every id that they are about. */
function recordsByFlaw(): ReadonlyMap<string, readonly OsvRecord[]> {
  const byFlaw = new Map<string, OsvRecord[]>();
  for (const ecosystem of readdirSync(folder ?? '.')) {
    const path = `${folder ?? ''}${ecosystem}/all.zip`;
    if (ecosystem === 'AlmaLinux' || !existsSync(path)) continue;
    for (const record of recordsOfZip(path)) {
      const ids = [record.id, ...(record.aliases ?? []), ...(record.upstream ?? [])];
      for (const id of new Set(ids)) {
        const list = byFlaw.get(id);
        if (list === undefined) byFlaw.set(id, [record]);
        else list.push(record);
      }
    }
  }
  return byFlaw;
}

function recordsOfZip(path: string): readonly OsvRecord[] {
  const descriptor = openSync(path, 'r');
  try {
    const file = fileWindow(descriptor, 0, fstatSync(descriptor).size);
    const zip = openZip(file);
    if (!zip.ok) throw new Error(zip.reason);
    return zip.members.map((member) => {
      const content = readMember(file, member, { limitBytes: 64 * 1024 * 1024 });
      if (!content.ok) throw new Error(content.reason);
      return JSON.parse(Buffer.from(content.bytes).toString('utf8')) as OsvRecord;
    });
  } finally {
    closeSync(descriptor);
  }
}
