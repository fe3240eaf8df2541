// Files that a container reaches under a well-known name although they lie elsewhere: behind a
// symbolic link (`var/lib/dpkg` moved away, os-release) or as a hard link to another name (ostree).
// They are found after the first pass, and their layers are read once more for just these files.

import { hasHash, pathHash } from '../ecosystem/path-set.ts';
import type { LayerRecord } from './layer-record.ts';
import type { SquashedView } from './squash.ts';
import type { Wanted } from './wanted.ts';

/** Where a file lies -> under which name it is to be read. */
export interface Aliases {
  readonly files: ReadonlyMap<string, string>;
  /** Folder prefixes with their trailing slash. */
  readonly folders: readonly { readonly from: string; readonly to: string }[];
}

/** The name under which `path` is wanted, or null. */
export function aliasOf(aliases: Aliases, path: string): string | null {
  const file = aliases.files.get(path);
  if (file !== undefined) return file;
  for (const { from, to } of aliases.folders) {
    if (path.startsWith(from)) return to + path.slice(from.length);
  }
  return null;
}

/** Aliases by layer index; empty for nearly every image. */
export function findAliases(
  view: SquashedView,
  records: readonly LayerRecord[],
  wanted: Wanted,
): Map<number, Aliases> {
  const found = new Map<
    number,
    { files: Map<string, string>; folders: Aliases['folders'][number][] }
  >();
  const at = (layer: number) => {
    let aliases = found.get(layer);
    if (aliases === undefined) {
      aliases = { files: new Map(), folders: [] };
      found.set(layer, aliases);
    }
    return aliases;
  };
  for (const path of wanted.literals) {
    const real = view.resolve(path);
    if (real === null || real === path || wanted.literals.includes(real)) continue;
    const layer = view.layerOf(real);
    if (layer !== null) at(layer).files.set(real, path);
  }
  for (const folder of wanted.literalFolders) {
    const real = view.resolve(folder);
    if (real === null || real === folder || wanted.literalFolders.includes(real)) continue;
    const marker = pathHash(real);
    for (const [layer, record] of records.entries()) {
      if (hasHash(record.entries, marker))
        at(layer).folders.push({ from: `${real}/`, to: `${folder}/` });
    }
  }
  const known = knownPaths(records);
  for (const [path, target, layer] of hardlinks(records)) {
    if (known.has(target) || !view.isVisible(path, layer)) continue;
    const holder = topmostHolder(records, target, layer);
    if (holder !== null) at(holder).files.set(target, path);
  }
  return found;
}

function* hardlinks(records: readonly LayerRecord[]): Generator<[string, string, number]> {
  for (const [layer, record] of records.entries()) {
    for (const [path, target] of record.hardlinks) {
      yield [path, target.replace(/^(?:\.?\/)+/, ''), layer];
    }
  }
}

/** What was itself read under its own name: a hard link to it misses nothing. */
function knownPaths(records: readonly LayerRecord[]): Set<string> {
  const known = new Set<string>();
  if (records.every((record) => record.hardlinks.size === 0)) return known;
  for (const { captures, files } of records) {
    for (const path of captures.keys()) known.add(path);
    for (const { path } of files) known.add(path);
  }
  return known;
}

function topmostHolder(records: readonly LayerRecord[], path: string, from: number): number | null {
  const hash = pathHash(path);
  for (let layer = from; layer >= 0; layer -= 1) {
    const record = records[layer];
    if (record !== undefined && hasHash(record.solid, hash) && !record.hardlinks.has(path))
      return layer;
  }
  return null;
}
