// What is kept of one layer for ever: enough to squash it with any others without its bytes.
import { deserialize, serialize } from 'node:v8';
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { giveBack, isPacked, packPieces, unpackPieces } from '../../base/pieces.ts';
import type { Inspector, IssueFact } from '../../model/inspection.ts';
import type { Evidence, FoundPackage } from '../../model/package.ts';

/** Raised whenever the shape or the meaning of a record changes: old cache rows are then ignored. */
const recordRevision = 5;

/** The result of one cataloger on one file of the layer. */
export interface CatalogedFile {
  readonly path: string;
  /** Where it really lies, when it was read under another name (see aliases.ts). */
  readonly realPath?: string;
  readonly cataloger: string;
  readonly ecosystem: string;
  readonly evidence: Evidence;
  readonly packages: readonly FoundPackage[];
  /** Hashes (`ownershipHash`) of the files that `packages[i]` owns, sorted; parallel to `packages`. */
  readonly owned: readonly (Float64Array | null)[];
}

/** Files that another file assigns to a package (dpkg `info/<package>.list`). */
export interface Ownership {
  readonly path: string;
  readonly owner: string;
  readonly hashes: Float64Array;
}

/** What an inspector found in a file of the layer, whether or not an upper layer hides it. */
export interface LayerIssue {
  readonly path: string;
  readonly kind: Inspector['kind'];
  readonly fact: IssueFact;
}

export interface LayerUnknown {
  readonly path: string;
  readonly reason: string;
}

export interface LayerRecord {
  /** Hashes of all entry paths except whiteouts, sorted. */
  readonly entries: Float64Array;
  /** Hashes of the entries that are not folders: they replace a whole lower subtree. */
  readonly solid: Float64Array;
  /** Paths (not names) that this layer deletes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Folders whose lower content this layer hides. */
  readonly opaques: readonly string[];
  /** Symbolic links, path to target as written. */
  readonly symlinks: ReadonlyMap<string, string>;
  /** Hard links whose own path some cataloger wants, path to target path. */
  readonly hardlinks: ReadonlyMap<string, string>;
  readonly files: readonly CatalogedFile[];
  readonly ownership: readonly Ownership[];
  /** Programs that tell neither what they are nor their version. */
  readonly nameless: readonly string[];
  /** Small texts kept whole (os-release and its kin). */
  readonly captures: ReadonlyMap<string, string>;
  readonly licences: readonly {
    readonly path: string;
    readonly owner: string;
    readonly licences: readonly string[];
  }[];
  readonly issues: readonly LayerIssue[];
  readonly unknowns: readonly LayerUnknown[];
  readonly entryCount: number;
  /** What its packages, names and unknowns count with against `limits.layerRecordBytes`. */
  readonly keptBytes: number;
  /** Bytes of the uncompressed tar. */
  readonly size: number;
}

/** Of a layer that holds nothing, or of which nothing was read. */
export function emptyRecord(): LayerRecord {
  const none = new Float64Array(0);
  return {
    entries: none,
    solid: none,
    whiteouts: [],
    opaques: [],
    symlinks: new Map(),
    hardlinks: new Map(),
    files: [],
    ownership: [],
    nameless: [],
    captures: new Map(),
    licences: [],
    issues: [],
    unknowns: [],
    entryCount: 0,
    keptBytes: 0,
    size: 0,
  };
}

/** What the records of one image take in memory together, against `limits.imageRecordBytes`. */
export class RecordBudget {
  #bytes = 0;

  /** Throws `SeaworthyError` `limit` when the records are more than is kept of one image. */
  add({ keptBytes, entries, solid, ownership }: LayerRecord): void {
    this.#bytes += keptBytes + entries.byteLength + solid.byteLength;
    for (const { hashes } of ownership) this.#bytes += hashes.byteLength;
    if (this.#bytes <= limits.imageRecordBytes) return;
    throw new SeaworthyError('limit', 'holds more names and packages than are kept of one image', {
      advice: 'unpack it and scan the folder',
    });
  }
}

/** Records of more files and packages are kept in pieces. */
const weightOfPiece = 1000;

/** A file of a record, or what follows of the one before it. */
interface FilePart extends CatalogedFile {
  readonly continues: boolean;
}

/** The cache's form of a record: nearly always one run of bytes, for huge layers pieces of it. */
export function encodeRecord(record: LayerRecord): Uint8Array {
  const weight = record.files.reduce((sum, { packages }) => sum + 1 + packages.length, 0);
  return weight <= weightOfPiece
    ? serialize({ recordRevision, record })
    : packPieces(piecesOf(record));
}

function* piecesOf(record: LayerRecord): Generator<Uint8Array> {
  for (const value of valuesOf(record)) {
    const bytes = serialize(value);
    yield bytes;
    giveBack(bytes);
  }
}

function* valuesOf(record: LayerRecord): Generator {
  yield { recordRevision, record: { ...record, files: [] } };
  let parts: FilePart[] = [];
  let weight = 0;
  for (const part of partsOf(record.files)) {
    parts.push(part);
    weight += 1 + part.packages.length;
    if (weight < weightOfPiece) continue;
    yield parts;
    parts = [];
    weight = 0;
  }
  yield parts;
}

function* partsOf(files: readonly CatalogedFile[]): Generator<FilePart> {
  for (const file of files) {
    let at = 0;
    do {
      const end = at + weightOfPiece;
      yield {
        ...file,
        packages: file.packages.slice(at, end),
        owned: file.owned.slice(at, end),
        continues: at > 0,
      };
      at = end;
    } while (at < file.packages.length);
  }
}

/** The record, or null when the bytes are of another revision or not a record at all. */
export function decodeRecord(bytes: Uint8Array): LayerRecord | null {
  try {
    if (!isPacked(bytes)) return recordOf(bytes);
    const pieces = unpackPieces(bytes);
    const first = pieces.next();
    const record = first.done === true ? null : recordOf(first.value);
    return record === null ? null : { ...record, files: filesOf(pieces) };
  } catch {
    // A cache row of another Node or a damaged one: the layer is simply read again.
    return null;
  }
}

function recordOf(bytes: Uint8Array): LayerRecord | null {
  const value = deserialize(bytes) as { recordRevision?: unknown; record?: LayerRecord };
  return value.recordRevision === recordRevision && value.record ? value.record : null;
}

function filesOf(pieces: Iterable<Uint8Array>): readonly CatalogedFile[] {
  const files: CatalogedFile[] = [];
  for (const piece of pieces) {
    for (const { continues, ...part } of deserialize(piece) as readonly FilePart[]) {
      const before = continues ? files.pop() : undefined;
      files.push(before === undefined ? part : joined(before, part));
    }
  }
  return files;
}

function joined(before: CatalogedFile, part: CatalogedFile): CatalogedFile {
  return {
    ...before,
    packages: [...before.packages, ...part.packages],
    owned: [...before.owned, ...part.owned],
  };
}
