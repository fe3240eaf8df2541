// The entries of a yarn.lock, without a judgement about them.
import { limits } from '../../../base/limits.ts';
import { type BlockLine, unquoted, visitBlockLines, visitYaml } from './block-lines.ts';

export interface YarnEntry {
  /** `a@^1.0.0`, `b@npm:^2`. */
  readonly patterns: readonly string[];
  readonly line: number;
  readonly version: string | null;
  /** Yarn 2 and later: `a@npm:1.0.3`. */
  readonly resolution: string | null;
  /** Name to range. */
  readonly dependencies: ReadonlyMap<string, string>;
  /** Name to range; '' when only the name is marked (`dependenciesMeta`). */
  readonly optional: ReadonlyMap<string, string>;
}

export type YarnEntries =
  | { readonly ok: true; readonly entries: readonly YarnEntry[] }
  | { readonly ok: false; readonly reason: string };

/** Reads both formats; the general YAML reader is asked only when the line reader is at a loss. */
export function readYarnEntries(text: string): YarnEntries {
  if (/^<{7} /m.test(text)) return { ok: false, reason: 'unresolved merge conflict' };
  const collector = entryCollector();
  const strange = visitBlockLines(text, collector.visit);
  if (strange === null && !collector.isStrange()) return collector.entries();
  const general = entryCollector();
  if (visitYaml(text, general.visit) === null) return general.entries();
  return { ok: false, reason: `not a yarn lock file (line ${strange ?? 1})` };
}

interface OpenEntry {
  patterns: readonly string[];
  line: number;
  version: string | null;
  resolution: string | null;
  dependencies: ReadonlyMap<string, string>;
  optional: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

function entryCollector() {
  const entries: OpenEntry[] = [];
  let open: OpenEntry | undefined;
  let other = false;
  let strange = false;
  let isTooLong = false;
  let section = '';
  let member = '';
  const visit = ({ depth, key, value, line }: BlockLine): void => {
    if (depth === 0) {
      // An entry on one line or behind an alias: Yarn writes none, YAML allows it.
      strange ||= key.includes('@') && /^[*&!{]/.test(value) && line > 0;
      open = key.includes('@') && value === '' ? opened(key, line) : undefined;
      if (open !== undefined) {
        if (entries.length < limits.packagesPerFile) entries.push(open);
        else isTooLong = true;
      } else if (key !== '---' && key !== '__metadata') other = true;
      return;
    }
    if (open === undefined) return;
    if (depth === 1) {
      section = key;
      if (key === 'version') open.version = unquoted(value);
      else if (key === 'resolution') open.resolution = unquoted(value);
    } else if (depth === 2) {
      member = key;
      if (section === 'dependencies') {
        open.dependencies = extended(open.dependencies, key, unquoted(value));
      } else if (section === 'optionalDependencies') {
        open.optional = extended(open.optional, key, unquoted(value));
      }
    } else if (section === 'dependenciesMeta' && key === 'optional' && value === 'true') {
      open.optional = extended(open.optional, member, '');
    }
  };
  return {
    visit,
    isStrange: () => strange,
    entries(): YarnEntries {
      if (other && entries.length === 0) return { ok: false, reason: 'not a yarn lock file' };
      if (!isTooLong) return { ok: true, entries };
      return { ok: false, reason: `more than ${limits.packagesPerFile} entries` };
    },
  };
}

/** Most entries need nothing, so they share one empty map. */
function extended(map: ReadonlyMap<string, string>, key: string, value: string) {
  const own = map === none ? new Map<string, string>() : (map as Map<string, string>);
  return own.set(key, value);
}

function opened(header: string, line: number): OpenEntry {
  return {
    patterns: patternsOf(header),
    line,
    version: null,
    resolution: null,
    dependencies: none,
    optional: none,
  };
}

/** `a@^1, "b@x y"` (yarn 1) and `a@npm:^1, a@npm:^2` (later: one quoted text). */
function patternsOf(header: string): readonly string[] {
  return header.split(', ').map(unquoted);
}
