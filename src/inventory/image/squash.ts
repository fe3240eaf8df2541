// The layers of an image as a container sees them: whiteouts, opaque folders, replaced subtrees and
// symbolic links, decided from the layer records alone (OCI image spec, "Layer Changesets").
import { limits } from '../../base/limits.ts';
import { ancestorHashes, hasHash, pathHash } from '../ecosystem/path-set.ts';
import type { LayerRecord } from './layer-record.ts';

/** Hashes of paths, sorted. */
interface PathSets {
  readonly entries: Float64Array;
  readonly solid: Float64Array;
  readonly whiteouts: Float64Array;
  readonly opaques: Float64Array;
}

interface LayerSets extends PathSets {
  readonly record: LayerRecord;
}

/** The layer (index) that hides a file of a lower one, and how. */
export interface Hidden {
  readonly layer: number;
  readonly how: 'deleted' | 'replaced';
}

/** Layers that are asked together first: an image may have a thousand layers and a million files. */
const blockLayers = 32;
/** Below this many layers each is asked for itself: a block costs its hashes a second time. */
const fewLayers = 2 * blockLayers;
/** Parts of a path and of the links in it that are followed; honest ones have some dozens. */
const resolvedParts = 1024;

export class SquashedView {
  readonly #layers: readonly LayerSets[];
  #blocks: readonly PathSets[] | null = null;

  /** @param records bottom layer first */
  constructor(records: readonly LayerRecord[]) {
    this.#layers = records.map((record) => ({
      record,
      entries: record.entries,
      solid: record.solid,
      whiteouts: hashesOf(record.whiteouts),
      opaques: hashesOf(record.opaques),
    }));
  }

  /** Whether the entry `path` of layer `layer` is what a container sees under that path. */
  isVisible(path: string, layer: number): boolean {
    return this.hiddenBy(path, layer) === null;
  }

  /** The lowest layer above `layer` that deletes or replaces its entry `path`; null: it is visible. */
  hiddenBy(path: string, layer: number): Hidden | null {
    const count = this.#layers.length;
    if (layer === count - 1) return null;
    const hash = pathHash(path);
    const ancestors = ancestorHashes(path);
    const blocks = count > fewLayers ? (this.#blocks ??= blocksOf(this.#layers)) : [];
    let upper = layer + 1;
    while (upper < count) {
      const block = upper % blockLayers === 0 ? blocks[upper / blockLayers] : undefined;
      if (block !== undefined && howHidden(block, hash, ancestors) === null) {
        upper += blockLayers;
        continue;
      }
      const how = howHidden(this.#layers[upper] as LayerSets, hash, ancestors);
      if (how !== null) return { layer: upper, how };
      upper += 1;
    }
    return null;
  }

  /** The topmost layer whose entry `path` is visible, or null when no such entry exists. */
  layerOf(path: string): number | null {
    const hash = pathHash(path);
    for (let layer = this.#layers.length - 1; layer >= 0; layer -= 1) {
      const { record } = this.#layers[layer] as LayerSets;
      if (hasHash(record.entries, hash)) return this.isVisible(path, layer) ? layer : null;
    }
    return null;
  }

  /** The target of the symbolic link that is visible at `path`, as written; null when it is none. */
  linkAt(path: string): string | null {
    const hash = pathHash(path);
    for (let layer = this.#layers.length - 1; layer >= 0; layer -= 1) {
      const { record } = this.#layers[layer] as LayerSets;
      const target = record.symlinks.get(path);
      if (target !== undefined) return this.isVisible(path, layer) ? target : null;
      if (hasHash(record.solid, hash)) return null;
    }
    return null;
  }

  /**
   * The path without any symbolic link in it, resolved inside the root as `chroot` would;
   * null for a loop (more than `limits.symlinkHops` links) and for more parts than any path has.
   */
  resolve(path: string): string | null {
    const pending = path.split('/').toReversed();
    const resolved: string[] = [];
    let hops = 0;
    for (let parts = 0; pending.length > 0; parts += 1) {
      if (parts === resolvedParts) return null;
      const part = pending.pop() as string;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        resolved.pop();
        continue;
      }
      resolved.push(part);
      const target = this.linkAt(resolved.join('/'));
      if (target === null) continue;
      hops += 1;
      if (hops > limits.symlinkHops) return null;
      if (target.startsWith('/')) resolved.length = 0;
      else resolved.pop();
      pending.push(...target.split('/').toReversed());
    }
    return resolved.join('/');
  }
}

function howHidden(
  { entries, solid, whiteouts, opaques }: PathSets,
  hash: number,
  ancestors: readonly number[],
): Hidden['how'] | null {
  if (hasHash(entries, hash)) return 'replaced';
  const isDeleted =
    hasHash(whiteouts, hash) ||
    (opaques.length > 0 && ancestors.some((one) => hasHash(opaques, one))) ||
    (whiteouts.length > 0 && ancestors.some((one) => hasHash(whiteouts, one))) ||
    (solid.length > 0 && ancestors.some((one) => hasHash(solid, one)));
  return isDeleted ? 'deleted' : null;
}

/** What each run of `blockLayers` layers holds together; it tells whether, never how or where. */
function blocksOf(layers: readonly LayerSets[]): PathSets[] {
  const blocks: PathSets[] = [];
  for (let at = 0; at < layers.length; at += blockLayers) {
    const some = layers.slice(at, at + blockLayers);
    blocks.push({
      entries: union(some.map((one) => one.entries)),
      solid: union(some.map((one) => one.solid)),
      whiteouts: union(some.map((one) => one.whiteouts)),
      opaques: union(some.map((one) => one.opaques)),
    });
  }
  return blocks;
}

function union(sets: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(sets.reduce((sum, set) => sum + set.length, 0));
  let at = 0;
  for (const set of sets) {
    all.set(set, at);
    at += set.length;
  }
  return all.sort();
}

function hashesOf(paths: readonly string[]): Float64Array {
  return Float64Array.from(paths, (path) => pathHash(path)).sort();
}
