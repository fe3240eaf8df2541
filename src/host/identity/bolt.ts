// Reads bbolt databases (containerd's metadata, libpod's state) while their owner writes: a B+ tree of
// pages, copied on write, with two alternating meta pages. Nothing is locked, so a page may be replaced
// under the reader: whatever does not fit reads as absent, never as an error and never for long.

/** A part of the file: page `number` with its overflow pages, or null when it is not there. */
export type ReadBytes = (offset: number, length: number) => Uint8Array | null;

export interface BoltFile {
  /** The value below nested buckets: the last word is the key, those before it are buckets. */
  get(path: readonly string[]): Uint8Array | null;
  /** Keys with their values in a bucket, in order; nested buckets are left out. */
  entries(path: readonly string[]): readonly (readonly [string, Uint8Array])[];
  /** Names of the buckets in a bucket. */
  buckets(path: readonly string[]): readonly string[];
}

const magic = 0xed0cdaed;
const version = 2;
const headerBytes = 16;
const elementBytes = 16;
const branchFlag = 0x01;
const leafFlag = 0x02;
const bucketFlag = 0x01;
/** bbolt's pages are the system's: 4 KiB to 64 KiB. */
const pageSizes = [4096, 8192, 16_384, 32_768, 65_536];
/** A page that overflows holds one large value; engines' are far below. */
const pageBytes = 16 * 1024 * 1024;
/** A tree of 64 levels of two children each would not fit any disk. */
const depth = 64;
/** Elements visited for one question; a host with 10,000 containers has a few for each. */
const visits = 200_000;

interface Bucket {
  /** Root page, or 0 when the bucket is inline. */
  readonly root: number;
  readonly inline: Uint8Array | null;
}

interface Element {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Of leaves: 1 for a nested bucket. Of branches: the page below. */
  readonly mark: number;
}

interface Budget {
  left: number;
}

/** Opens a database by what reads it; null when its first two pages are no bbolt meta pages. */
export function openBolt(read: ReadBytes): BoltFile | null {
  const meta = newestMeta(read);
  if (meta === null) return null;
  const { pageSize, root } = meta;
  const page = (number: number): Uint8Array | null => {
    const head = read(number * pageSize, headerBytes);
    if (head === null) return null;
    const overflow = viewOf(head).getUint32(12, true);
    const length = (overflow + 1) * pageSize;
    return length > pageBytes ? null : read(number * pageSize, length);
  };
  const top: Bucket = { root, inline: null };
  const bucketAt = (path: readonly string[]): Bucket | null => {
    let bucket: Bucket | null = top;
    for (const name of path) {
      if (bucket === null) return null;
      const element = find({ page, bucket, key: Buffer.from(name), budget: { left: visits } });
      bucket = element !== null && element.mark === bucketFlag ? bucketOf(element.value) : null;
    }
    return bucket;
  };
  const listed = (path: readonly string[]): readonly Element[] => {
    const bucket = bucketAt(path);
    if (bucket === null) return [];
    return [...walk({ page, bytes: rootOf(page, bucket), level: 0, budget: { left: visits } })];
  };
  return {
    get: (path) => {
      const bucket = bucketAt(path.slice(0, -1));
      const key = Buffer.from(path.at(-1) ?? '');
      if (bucket === null) return null;
      const element = find({ page, bucket, key, budget: { left: visits } });
      return element !== null && element.mark !== bucketFlag ? element.value : null;
    },
    entries: (path) =>
      listed(path)
        .filter(({ mark }) => mark !== bucketFlag)
        .map(({ key, value }) => [textOf(key), value] as const),
    buckets: (path) =>
      listed(path)
        .filter(({ mark }) => mark === bucketFlag)
        .map(({ key }) => textOf(key)),
  };
}

type ReadPage = (number: number) => Uint8Array | null;

function newestMeta(read: ReadBytes): { readonly pageSize: number; readonly root: number } | null {
  const metas = [0, ...pageSizes].flatMap((offset) => {
    const bytes = read(offset, headerBytes + 64);
    if (bytes === null) return [];
    const view = viewOf(bytes);
    const pageSize = view.getUint32(24, true);
    const fits = offset === 0 || offset === pageSize;
    if (view.getUint32(16, true) !== magic || view.getUint32(20, true) !== version || !fits) {
      return [];
    }
    if (fnv64(bytes.subarray(headerBytes, headerBytes + 56)) !== view.getBigUint64(72, true)) {
      return [];
    }
    return pageSizes.includes(pageSize)
      ? [{ pageSize, root: pageNumber(view, 32), transaction: view.getBigUint64(64, true) }]
      : [];
  });
  return metas.toSorted((a, b) => (a.transaction < b.transaction ? 1 : -1))[0] ?? null;
}

/** FNV-1a of 64 bits, the checksum of a meta page. */
function fnv64(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pageNumber(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** A bucket's value: root page u64, sequence u64, and for small ones its only page behind. */
function bucketOf(value: Uint8Array): Bucket | null {
  if (value.length < 16) return null;
  const root = pageNumber(viewOf(value), 0);
  return { root, inline: root === 0 ? value.subarray(16) : null };
}

function rootOf(page: ReadPage, bucket: Bucket): Uint8Array | null {
  return bucket.inline ?? page(bucket.root);
}

/** Elements of a page; those that point out of it are left out. */
function elementsOf(bytes: Uint8Array): { readonly kind: number; readonly elements: Element[] } {
  if (bytes.length < headerBytes) return { kind: 0, elements: [] };
  const view = viewOf(bytes);
  const kind = view.getUint16(8, true);
  const count = view.getUint16(10, true);
  const elements: Element[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = headerBytes + index * elementBytes;
    if (at + elementBytes > bytes.length) break;
    const leaf = kind === leafFlag;
    const position = at + view.getUint32(leaf ? at + 4 : at, true);
    const keyLength = view.getUint32(leaf ? at + 8 : at + 4, true);
    const valueLength = leaf ? view.getUint32(at + 12, true) : 0;
    const end = position + keyLength + valueLength;
    if (end > bytes.length) continue;
    elements.push({
      key: bytes.subarray(position, position + keyLength),
      value: bytes.subarray(position + keyLength, end),
      mark: leaf ? view.getUint32(at, true) : pageNumber(view, at + 8),
    });
  }
  return { kind, elements };
}

interface Search {
  readonly page: ReadPage;
  readonly bucket: Bucket;
  readonly key: Uint8Array;
  readonly budget: Budget;
}

function find(search: Search): Element | null {
  const { page, bucket, key, budget } = search;
  let bytes = rootOf(page, bucket);
  for (let level = 0; bytes !== null && level < depth; level += 1) {
    const { kind, elements } = elementsOf(bytes);
    budget.left -= elements.length;
    if (budget.left < 0) return null;
    if (kind === leafFlag) {
      return elements.find((one) => Buffer.compare(one.key, key) === 0) ?? null;
    }
    if (kind !== branchFlag) return null;
    // The last child whose first key is not beyond the one that is looked for.
    const next = elements.findLast((one) => Buffer.compare(one.key, key) <= 0) ?? elements[0];
    bytes = next === undefined ? null : page(next.mark);
  }
  return null;
}

interface Walk {
  readonly page: ReadPage;
  readonly bytes: Uint8Array | null;
  readonly level: number;
  readonly budget: Budget;
}

function* walk(step: Walk): Generator<Element, void, undefined> {
  const { page, bytes, level, budget } = step;
  if (bytes === null || level >= depth) return;
  const { kind, elements } = elementsOf(bytes);
  for (const element of elements) {
    budget.left -= 1;
    if (budget.left < 0) return;
    if (kind === leafFlag) yield element;
    else if (kind === branchFlag) {
      yield* walk({ page, bytes: page(element.mark), level: level + 1, budget });
    }
  }
}
