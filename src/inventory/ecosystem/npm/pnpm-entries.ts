// The sections of a pnpm-lock.yaml, without a judgement about them.

import { limits } from '../../../base/limits.ts';
import type { Scope } from '../../../model/package.ts';
import { type BlockLine, inlineMap, unquoted, visitBlockLines, visitYaml } from './block-lines.ts';

/** An entry of `packages` or `snapshots`. */
export interface PnpmEntry {
  readonly line: number;
  readonly name: string | null;
  readonly version: string | null;
  /** By the flags `dev` and `optional` of lockfile 5.x and 6.0; null where they are missing. */
  readonly scope: Scope | null;
  readonly isFolder: boolean;
  readonly isGit: boolean;
  /** Name to reference, optional ones included. */
  readonly dependencies: ReadonlyMap<string, string>;
  readonly optional: ReadonlySet<string>;
}

type NameAndReference = readonly [name: string, reference: string];

export interface PnpmRoots {
  readonly runtime: readonly NameAndReference[];
  readonly optional: readonly NameAndReference[];
  readonly development: readonly NameAndReference[];
}

export interface ReadPnpmLock {
  readonly ok: true;
  readonly packages: ReadonlyMap<string, PnpmEntry>;
  readonly snapshots: ReadonlyMap<string, PnpmEntry>;
  readonly roots: PnpmRoots;
}

export type PnpmLock = ReadPnpmLock | { readonly ok: false; readonly reason: string };

/** Reads all documents (pnpm 10 and later may write one for its own tools before the project's). */
export function readPnpmLock(text: string): PnpmLock {
  if (/^<{7} /m.test(text)) return { ok: false, reason: 'unresolved merge conflict' };
  const reader = new PnpmReader();
  const strange = visitBlockLines(text, (line) => reader.visit(line));
  if (strange === null && !reader.isStrange) return reader.lock();
  const general = new PnpmReader();
  const problem = visitYaml(text, (line) => general.visit(line));
  return problem === null ? general.lock() : { ok: false, reason: problem };
}

interface OpenEntry {
  line: number;
  name: string | null;
  version: string | null;
  dev: boolean | null;
  isOptional: boolean;
  isFolder: boolean;
  isGit: boolean;
  dependencies: Map<string, string>;
  optional: Set<string>;
}

const rootSections = new Map<string, keyof PnpmRoots>([
  ['dependencies', 'runtime'],
  ['optionalDependencies', 'optional'],
  ['devDependencies', 'development'],
  ['configDependencies', 'development'],
  ['packageManagerDependencies', 'development'],
]);

const sections = new Set(['packages', 'snapshots', 'importers']);

class PnpmReader {
  readonly #packages = new Map<string, OpenEntry>();
  readonly #snapshots = new Map<string, OpenEntry>();
  readonly #roots = {
    runtime: [] as NameAndReference[],
    optional: [] as NameAndReference[],
    development: [] as NameAndReference[],
  };
  #isLock = false;
  #isTooLong = false;
  #isStrange = false;
  #section = '';
  #entry: OpenEntry | undefined;
  #rootKind: keyof PnpmRoots | undefined;
  #rootName = '';
  #property = '';

  /** A section or an entry stands on one line or behind an alias: pnpm writes none, YAML allows it. */
  get isStrange(): boolean {
    return this.#isStrange;
  }

  visit(line: BlockLine): void {
    const { depth, value } = line;
    if (depth === 0) this.#open(line);
    const isRead = sections.has(this.#section) || this.#rootKind !== undefined;
    this.#isStrange ||= isRead && depth <= 1 && /^[*&!]|^[[{]./.test(value) && value !== '{}';
    if (depth === 0) return;
    if (this.#section === 'packages') this.#visitEntry(line, this.#packages);
    else if (this.#section === 'snapshots') this.#visitEntry(line, this.#snapshots);
    else if (this.#section === 'importers') this.#visitRoot(line, 2);
    else if (this.#rootKind !== undefined) this.#visitRoot(line, 1);
  }

  lock(): PnpmLock {
    if (!this.#isLock) return { ok: false, reason: 'not a pnpm lock file' };
    if (this.#isTooLong)
      return { ok: false, reason: `more than ${limits.packagesPerFile} entries` };
    return {
      ok: true,
      packages: closed(this.#packages),
      snapshots: closed(this.#snapshots),
      roots: this.#roots,
    };
  }

  #open({ key }: BlockLine): void {
    if (key === 'lockfileVersion' || key === 'packages' || key === 'importers') this.#isLock = true;
    this.#section = key;
    this.#entry = undefined;
    // A project without workspaces has its dependencies at the top (5.x, 6.0).
    this.#rootKind = rootSections.get(key);
  }

  #visitEntry({ depth, key, value, line }: BlockLine, into: Map<string, OpenEntry>): void {
    if (depth === 1) {
      this.#isTooLong ||= into.size >= limits.packagesPerFile;
      this.#entry = this.#isTooLong ? undefined : emptyEntry(line);
      if (this.#entry !== undefined) into.set(key, this.#entry);
      return;
    }
    const entry = this.#entry;
    if (entry === undefined) return;
    if (depth === 2) {
      this.#property = key;
      readProperty(entry, key, value);
    } else if (depth === 3) {
      readMember(entry, this.#property, { key, value });
    }
  }

  /** `depth`: of the first line that names a dependency kind's member (1) or the kind itself (2). */
  #visitRoot({ depth, key, value }: BlockLine, kindDepth: 1 | 2): void {
    if (kindDepth === 2 && depth === 2) this.#rootKind = rootSections.get(key);
    if (kindDepth === 2 && depth === 1) this.#rootKind = undefined;
    const kind = this.#rootKind;
    if (kind === undefined) return;
    const nameDepth = kindDepth === 2 ? 3 : 1;
    if (depth === nameDepth) {
      this.#rootName = key;
      // 5.x: `name: reference`; later: `name:` with specifier and version below it.
      if (value !== '') this.#roots[kind].push([key, unquoted(value)]);
    } else if (depth === nameDepth + 1 && key === 'version') {
      this.#roots[kind].push([this.#rootName, unquoted(value)]);
    }
  }
}

function emptyEntry(line: number): OpenEntry {
  return {
    line,
    name: null,
    version: null,
    dev: null,
    isOptional: false,
    isFolder: false,
    isGit: false,
    dependencies: new Map(),
    optional: new Set(),
  };
}

function readProperty(entry: OpenEntry, key: string, value: string): void {
  if (key === 'name') entry.name = unquoted(value);
  else if (key === 'version') entry.version = unquoted(value);
  else if (key === 'dev') entry.dev = value === 'true';
  else if (key === 'optional') entry.isOptional = value === 'true';
  else if (key === 'resolution') {
    for (const [member, text] of inlineMap(value)) readResolution(entry, member, text);
  }
}

function readMember(entry: OpenEntry, property: string, { key, value }: KeyAndValue): void {
  if (property === 'resolution') readResolution(entry, key, unquoted(value));
  else if (property === 'dependencies') entry.dependencies.set(key, unquoted(value));
  else if (property === 'optionalDependencies') {
    entry.dependencies.set(key, unquoted(value));
    entry.optional.add(key);
  }
}

interface KeyAndValue {
  readonly key: string;
  readonly value: string;
}

function readResolution(entry: OpenEntry, member: string, text: string): void {
  if (member === 'directory') entry.isFolder = true;
  else if (member === 'commit' || member === 'gitHosted' || text === 'git') entry.isGit = true;
  else if (member === 'tarball' && text.includes('//codeload.github.com/')) entry.isGit = true;
}

function closed(entries: ReadonlyMap<string, OpenEntry>): ReadonlyMap<string, PnpmEntry> {
  return new Map([...entries].map(([key, entry]) => [key, { ...entry, scope: scopeOf(entry) }]));
}

function scopeOf({ dev, isOptional }: OpenEntry): Scope | null {
  if (dev === null) return null;
  if (dev) return 'development';
  return isOptional ? 'optional' : 'runtime';
}
