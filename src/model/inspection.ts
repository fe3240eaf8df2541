// What the walk over a layer asks of inspectors: is something wrong with this very file?
import type { Severity } from './severity.ts';

/** A file of a layer, readable at any offset during `inspect` only. */
export interface InspectedFile {
  /** Without leading slash. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  /** Up to `length` bytes from `offset`; shorter at the end. */
  read(offset: number, length: number): Uint8Array;
}

/** One fact about a file. It is cached and printed: it must never hold a secret's value. */
export interface IssueFact {
  /** Stable id of the detector or rule: `aws-access-key`. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly line?: number;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
  /** What to do, one imperative sentence. */
  readonly fix: string;
  readonly lesson: string;
}

/** Finds issues in single files. Pure; never throws on content; bounded in time and memory. */
export interface Inspector {
  readonly name: string;
  /** Part of the layer cache's key: raise it when the answer for the same bytes changes. */
  readonly revision: number;
  readonly kind: 'secret' | 'misconfiguration' | 'licence';
  /** Cheap: asked for every regular file of every layer. */
  wants(path: string, size: number, mode: number): boolean;
  /**
   * Whether the first bytes (1 KiB, or all of a smaller file) already say that nothing will be found:
   * spares holding large files of a compressed layer.
   */
  skips?(path: string, head: Uint8Array): boolean;
  /** @param tell what could not be inspected of the file, as an unknown's reason */
  inspect(file: InspectedFile, tell: (reason: string) => void): readonly IssueFact[];
}
