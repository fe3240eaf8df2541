// The layers of an image as a container sees them: whiteouts, opaque folders, replaced subtrees and
// symbolic links, decided from the layer records alone (OCI image spec, "Layer Changesets").
import { limits } from '../../base/limits.ts';
import type { LayerRecord } from './layer-record.ts';
import { hasHash, pathHash } from './path-set.ts';

interface LayerSets {
  readonly record: LayerRecord;
  readonly whiteouts: ReadonlySet<string>;
  readonly opaques: ReadonlySet<string>;
}

/** The layer (index) that hides a file of a lower one, and how. */
export interface Hidden {
  readonly layer: number;
  readonly how: 'deleted' | 'replaced';
}

export class SquashedView {
  readonly #layers: readonly LayerSets[];

  /** @param records bottom layer first */
  constructor(records: readonly LayerRecord[]) {
    this.#layers = records.map((record) => ({
      record,
      whiteouts: new Set(record.whiteouts),
      opaques: new Set(record.opaques),
    }));
  }

  /** Whether the entry `path` of layer `layer` is what a container sees under that path. */
  isVisible(path: string, layer: number): boolean {
    return this.hiddenBy(path, layer) === null;
  }

  /** The lowest layer above `layer` that deletes or replaces its entry `path`; null: it is visible. */
  hiddenBy(path: string, layer: number): Hidden | null {
    if (layer === this.#layers.length - 1) return null;
    const ancestors = ancestorsOf(path);
    const hash = pathHash(path);
    const ancestorHashes = ancestors.map((ancestor) => pathHash(ancestor));
    for (let upper = layer + 1; upper < this.#layers.length; upper += 1) {
      const { record, whiteouts, opaques } = this.#layers[upper] as LayerSets;
      if (hasHash(record.entries, hash)) return { layer: upper, how: 'replaced' };
      const isDeleted =
        whiteouts.has(path) ||
        (opaques.size > 0 && (opaques.has('') || ancestors.some((one) => opaques.has(one)))) ||
        (whiteouts.size > 0 && ancestors.some((one) => whiteouts.has(one))) ||
        ancestorHashes.some((one) => hasHash(record.solid, one));
      if (isDeleted) return { layer: upper, how: 'deleted' };
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
    for (let layer = this.#layers.length - 1; layer >= 0; layer -= 1) {
      const { record } = this.#layers[layer] as LayerSets;
      const target = record.symlinks.get(path);
      if (target !== undefined) return this.isVisible(path, layer) ? target : null;
      if (hasHash(record.solid, pathHash(path))) return null;
    }
    return null;
  }

  /**
   * The path without any symbolic link in it, resolved inside the root as `chroot` would;
   * null for a loop (more than `limits.symlinkHops` links).
   */
  resolve(path: string): string | null {
    const pending = path.split('/').toReversed();
    const resolved: string[] = [];
    let hops = 0;
    while (pending.length > 0) {
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

/** `a/b/c` -> `a/b`, `a`. */
function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    ancestors.push(path.slice(0, at));
  }
  return ancestors;
}
