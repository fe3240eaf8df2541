// What the changelogs of a machine's packages say was mended: Debian's files, and entries of rpm's database.
// Alpine keeps none: there the advisories of the distribution are its word.
import { gunzipSync } from 'node:zlib';
import { hostFlaws } from '../audit/index.ts';
import type { Machine } from '../host/machine/index.ts';
import type { ChangelogEntry } from '../inventory/ecosystem/ecosystem.ts';
import { accessFile } from '../inventory/ecosystem/file-view.ts';
import { ecosystems } from '../inventory/ecosystem/registry.ts';
import type { Package } from '../model/package.ts';

interface Changelog {
  /** A path, or words for the database that keeps it. */
  readonly place: string;
  /** Version whose entry tells of the fix, by CVE. */
  readonly fixes: ReadonlyMap<string, string | null>;
  /** Year of its oldest entry: distributions cut changelogs. */
  readonly sinceYear: number;
}

const changelogBytes = 64 * 1024 * 1024;
const never = 9999;

/** Opens the changelogs of some packages; rpm's databases are read once for all of them. */
export function openChangelogs(
  machine: Machine,
  packages: readonly Package[],
): (one: Package) => Changelog | null {
  const rpms = new Set(packages.flatMap(({ type, name }) => (type === 'rpm' ? [name] : [])));
  const kept =
    rpms.size === 0 ? new Map<string, readonly ChangelogEntry[]>() : ofRpms(machine, rpms);
  return (one) => {
    if (one.type === 'deb') return ofDebian(machine, one.name);
    const version = one.version.replace(/^\d{1,6}:/, '');
    const entries = kept.get(`${one.name} ${version}`) ?? kept.get(one.name) ?? [];
    // Build services without a changelog of their own leave an empty one.
    if (entries.length === 0) return null;
    return { place: `changelog of the package ${one.name}`, ...fixesOf(entries) };
  };
}

function ofRpms(
  machine: Machine,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly ChangelogEntry[]> {
  for (const { changelogs, globs } of ecosystems.flatMap(({ catalogers }) => catalogers)) {
    if (changelogs === undefined) continue;
    for (const path of globs) {
      const found = machine.withFile(`/${path}`, (access) =>
        changelogs(accessFile({ path, mode: 0o644, access }), { companion: () => null }, names),
      );
      if (found !== null && found.size > 0) return found;
    }
  }
  return new Map();
}

function ofDebian(machine: Machine, name: string): Changelog | null {
  if (!/^[a-z0-9][a-z0-9.+-]{0,200}$/i.test(name)) return null;
  for (const file of ['changelog.Debian.gz', 'changelog.gz']) {
    const place = `/usr/share/doc/${name}/${file}`;
    const text = machine.withFile(place, (found) => {
      const bytes = found.read(0, changelogBytes);
      return gunzipSync(bytes, { maxOutputLength: changelogBytes }).toString('utf8');
    });
    if (text !== null) return { place, ...fixesOf(debianEntries(text)) };
  }
  return null;
}

/** Entries `name (version) suite; ...` with their lines below (deb-changelog(5)). */
export function debianEntries(text: string): readonly ChangelogEntry[] {
  const entries: ChangelogEntry[] = [];
  let version: string | null = null;
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const head = /^\S+ \(([^)\s]{1,200})\)/.exec(line)?.[1];
    if (head !== undefined) {
      version = head;
      lines = [];
      continue;
    }
    if (!line.startsWith(' -- ')) {
      lines.push(line);
      continue;
    }
    const year = /\b(\d{4}) \d{2}:\d{2}/.exec(line)?.[1];
    entries.push({
      version,
      year: year === undefined ? null : Number(year),
      text: lines.join('\n'),
    });
    lines = [];
  }
  return entries;
}

/** What entries mend, the newest word about each flaw first. */
export function fixesOf(entries: readonly ChangelogEntry[]): Omit<Changelog, 'place'> {
  const fixes = new Map<string, string | null>();
  const takenBack = new Set<string>();
  let sinceYear = never;
  for (const { year, version, text } of entries) {
    if (year !== null) sinceYear = Math.min(sinceYear, year);
    for (const item of itemsOf(text)) {
      const told = wordsOf(item);
      for (const cve of told.takenBack) if (!fixes.has(cve)) takenBack.add(cve);
      for (const cve of told.mended) {
        if (!fixes.has(cve) && !takenBack.has(cve)) fixes.set(cve, version);
      }
    }
  }
  return { fixes, sinceYear };
}

/** The points of an entry, each as one line: long ones are broken. */
function itemsOf(text: string): readonly string[] {
  const items: string[] = [];
  for (const line of text.split('\n')) {
    const begun = /^\s*[-*+]\s+(.*)$/.exec(line)?.[1];
    if (begun !== undefined) items.push(begun);
    else if (items.length > 0) items[items.length - 1] += ` ${line.trim()}`;
    else items.push(line.trim());
  }
  return items;
}

/** Marks before the first word: `[x86]`, `[armhf] [rt]`. */
const marks = /^(?:\[[^\]]{1,40}\]\s*)+/;

/** Flaws that a point mends, and those that it brings back. */
function wordsOf(item: string): {
  readonly mended: readonly string[];
  readonly takenBack: readonly string[];
} {
  const plain = item.replace(marks, '');
  // `Revert "title" (CVE-...)`: what stands behind is why it was taken back.
  const [, title, rest] = /^Revert "([^"]{1,500})"(.*)$/i.exec(plain) ?? [];
  if (title !== undefined) return { mended: flawsIn(rest ?? ''), takenBack: flawsIn(title) };
  if (/^revert\b|\breverts? (?:the )?(?:fix|patch)|\bre-?introduc/i.test(plain)) {
    return { mended: [], takenBack: flawsIn(plain) };
  }
  // Patches are dropped once upstream has them; what does not concern a package is no fix either.
  if (/^(?:drop|remove)\b|\bnot affected|\bnot vulnerable/i.test(plain)) {
    return { mended: [], takenBack: [] };
  }
  return { mended: flawsIn(plain), takenBack: [] };
}

const byTitle: readonly (readonly [title: string, cve: string])[] = hostFlaws.flatMap(
  ({ id, mendedBy = [] }) => mendedBy.map((title) => [title, id] as const),
);

function flawsIn(text: string): readonly string[] {
  const numbers = [...text.matchAll(/CVE-\d{4}-\d{4,8}/g)].map(([cve]) => cve);
  const titled = byTitle.flatMap(([title, cve]) => (text.includes(title) ? [cve] : []));
  return [...numbers, ...titled];
}
