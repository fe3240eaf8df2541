// Gemfile.lock and gems.locked of Bundler: sections by source, gems indented by four spaces.
import type { FoundPackage, Scope } from '../../../model/package.ts';
import { type DependencyEdge, scopesOf } from '../dependency-scope.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import {
  type CatalogContext,
  type Cataloger,
  type CatalogResult,
  type FileView,
  nothingFound,
} from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { developmentGems } from './gemfile.ts';

/** Reads Bundler's lock files; the Gemfile beside it tells which gems are for development. */
export const gemfileLock: Cataloger = {
  name: 'gem-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/Gemfile.lock', '**/gems.locked'],
  companions: ['**/Gemfile', '**/gems.rb'],
  parse: parseLock,
};

/** The largest honest lock files have some 200 kB. */
const lockBytes = 8 * 1024 * 1024;

type Origin = NonNullable<FoundPackage['origin']>;

const sources = new Map<string, Origin>([
  ['GEM', 'registry'],
  ['GIT', 'git'],
  ['PATH', 'local'],
]);

interface LockedGem {
  readonly name: string;
  readonly version: string;
  readonly origin: Origin;
  readonly line: number;
  readonly dependsOn: string[];
}

interface ReadLock {
  readonly gems: readonly LockedGem[];
  /** Names under DEPENDENCIES: what the Gemfile asks for. */
  readonly asked: readonly string[];
  /** Lines among the gems that have another form. */
  readonly strange: number;
  readonly isLock: boolean;
}

function parseLock(file: FileView, context: CatalogContext): CatalogResult {
  if (/(?:^|\/)gems\/[^/]*-\d[^/]*\//.test(file.path)) return nothingFound;
  const text = textOf(file, lockBytes);
  if (text === null) return tooLargeToRead(file, lockBytes);
  if (/^<{7} /m.test(text)) return notRead('unresolved merge conflict');
  const lock = readLock(text);
  if (!lock.isLock && text.trim() !== '') return notRead('not a lock file of Bundler');
  const list = packageList();
  const scopes = scopesByName(lock, gemfileBesides(file, context));
  for (const { name, version, origin, line, dependsOn } of lock.gems) {
    const scope = scopes.get(name);
    list.add({
      type: 'gem',
      namespace: null,
      name,
      version,
      licences: [],
      origin,
      line,
      ...(scope === undefined ? {} : { scope }),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
    });
  }
  for (let count = 0; count < lock.strange; count += 1) list.skip();
  return list.result();
}

/** Bundler's own form (Bundler::LockfileParser): two spaces for each level. */
function readLock(text: string): ReadLock {
  const gems: LockedGem[] = [];
  const asked: string[] = [];
  let section = '';
  let strange = 0;
  let isLock = false;
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const line = raw.trimEnd();
    if (line === '') continue;
    if (!line.startsWith(' ')) {
      section = line;
      isLock ||= sources.has(line) || line === 'DEPENDENCIES';
      continue;
    }
    const origin = sources.get(section);
    if (section === 'DEPENDENCIES') {
      asked.push(nameOf(line));
    } else if (origin !== undefined && line.startsWith('      ')) {
      gems.at(-1)?.dependsOn.push(nameOf(line));
    } else if (origin !== undefined && line.startsWith('    ')) {
      const version = versionOf(line);
      if (version === null) strange += 1;
      else gems.push({ name: nameOf(line), version, origin, line: number, dependsOn: [] });
    }
  }
  return { gems, asked, strange, isLock };
}

/** `    nokogiri (1.15.4-x86_64-linux)` -> nokogiri; `  mine!` -> mine. */
function nameOf(line: string): string {
  const content = line.trimStart();
  const end = content.search(/[ !]/);
  return end === -1 ? content : content.slice(0, end);
}

/** The version without the platform, which follows the first dash. */
function versionOf(line: string): string | null {
  const open = line.indexOf(' (');
  if (open === -1 || !line.endsWith(')')) return null;
  const inside = line.slice(open + 2, -1);
  const dash = inside.indexOf('-');
  const version = dash === -1 ? inside : inside.slice(0, dash);
  return /^\d/.test(version) ? version : null;
}

function gemfileBesides(file: FileView, context: CatalogContext): string | null {
  const isBundler3 = file.path.endsWith('gems.locked');
  const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
  const companion = context.companion(folder + (isBundler3 ? 'gems.rb' : 'Gemfile'));
  return companion === null ? null : textOf(companion);
}

function scopesByName(lock: ReadLock, gemfile: string | null): ReadonlyMap<string, Scope> {
  if (gemfile === null) return new Map();
  const development = developmentGems(gemfile);
  const needs = new Map<string, DependencyEdge[]>();
  for (const { name, dependsOn } of lock.gems) {
    // One gem stands there once for each platform.
    const edges = needs.get(name) ?? [];
    for (const to of dependsOn) edges.push({ to, optional: false });
    needs.set(name, edges);
  }
  return scopesOf({
    roots: {
      runtime: lock.asked.filter((name) => !development.has(name)),
      optional: [],
      development: lock.asked.filter((name) => development.has(name)),
    },
    edges: (name) => needs.get(name) ?? [],
  });
}
