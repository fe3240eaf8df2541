// Images from strangers: the tar reader, the walk over a layer, and whole archives in every form.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesAsFile } from '../../../src/base/random-access.ts';
import { distributionGlobs } from '../../../src/inventory/distro/index.ts';
import { ecosystems } from '../../../src/inventory/ecosystem/registry.ts';
import {
  compileWanted,
  inventoryOf,
  LayerAnalyst,
  type LayerRecord,
  type ListedImage,
  listDockerArchive,
  listOciLayout,
  parseConfig,
  readImage,
  streamedArchive,
} from '../../../src/inventory/image/index.ts';
import { compressionOf, inflate } from '../../../src/inventory/image/inflate.ts';
import { TarScanner } from '../../../src/inventory/image/tar.ts';
import { parsePurl } from '../../../src/model/purl.ts';
import { sample } from '../samples/files.ts';
import { archives, compressedStreams, configText, layerTars, mendTar } from '../samples/images.ts';
import { type FuzzTarget, inPieces, promise, promiseReason, promiseText } from '../target.ts';

const wanted = compileWanted(ecosystems, distributionGlobs);
const analyst = new LayerAnalyst({
  wanted,
  cache: { get: () => null, put: () => undefined },
  spoolFolder: join(tmpdir(), 'seaworthy-fuzz-spool'),
});

const tarTokens = [
  'ustar\u000000',
  'ustar  \0',
  '.wh.',
  '.wh..wh..opq',
  '.wh..wh.plnk',
  '../',
  '/etc/passwd',
  './',
  'PaxHeaders/x',
  '30 path=',
  'size=',
  'linkpath=',
  'GNU.sparse.map=',
  'GNU.sparse.realsize=',
  'SCHILY.xattr.',
  'var/lib/dpkg/status',
  'etc/os-release',
  '\x80\0\0\0',
  'L',
  'K',
  'x',
  'g',
  'S',
  '1',
  '2',
  '5',
] as const;

async function* streamed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  // Pieces that never fall on blocks: nothing may depend on how a stream is cut.
  for (const piece of inPieces(bytes, 7919)) yield piece;
}

/** Feeds the scanner and holds it to its own words about every entry. */
function scanTar(bytes: Uint8Array): void {
  let open = -1;
  const scanner = new TarScanner({
    entry({ path, size, offset }) {
      promiseText(path, 'a path');
      promise(!path.startsWith('/'), 'the path of an entry is absolute');
      promise(!path.split('/').includes('..'), 'the path of an entry climbs out');
      promise(Number.isSafeInteger(size) && size >= 0, `an entry of ${size} bytes`);
      promise(Number.isSafeInteger(offset) && offset >= 0, `an entry at ${offset}`);
      promise(open === -1, 'an entry begins within another');
      open = size;
      const isTaken = size % 3 !== 0;
      if (!isTaken) open = -1;
      return isTaken;
    },
    data(chunk) {
      open -= chunk.length;
      promise(open >= 0, 'an entry gives more than its size');
    },
    end() {
      promise(open === 0, `an entry ends ${open} bytes early`);
      open = -1;
    },
    refused: (_path, reason) => promiseReason(reason),
  });
  for (const piece of inPieces(bytes, 7919)) scanner.push(piece);
  const problem = scanner.finish();
  if (problem !== null) promiseReason(problem);
}

const namesOf = (record: LayerRecord): string =>
  record.files
    .flatMap(({ path, packages }) =>
      packages.map(({ name, version }) => `${path} ${name} ${version}`),
    )
    .toSorted()
    .join('\n');

/** A layer as a stream and in place on disk: both ways must find the same. */
async function walkLayer(bytes: Uint8Array): Promise<void> {
  const { record } = await analyst.readStream(streamed(bytes));
  for (const { path, reason } of record.unknowns) {
    promiseText(path, 'the path of an unknown');
    promiseReason(reason);
  }
  await promiseInventory([record]);
  if (compressionOf(bytes) !== 'none' || record.unknowns.some(({ path }) => path === '')) return;
  const access = bytesAsFile(bytes);
  const window = {
    ...access,
    fill(buffer: Uint8Array, offset: number): number {
      const part = access.read(offset, buffer.length);
      buffer.set(part);
      return part.length;
    },
  };
  const inPlace = analyst.readInPlace(window, 'fuzz');
  const isSame = namesOf(inPlace) === namesOf(record) && inPlace.entryCount === record.entryCount;
  promise(isSame, 'a layer read in place has other packages than as a stream');
}

async function promiseInventory(records: readonly LayerRecord[]): Promise<void> {
  const contents = {
    records,
    layers: records.map(() => null),
    reread: async () => records[0] as LayerRecord,
  };
  const found = await inventoryOf(contents, { wanted, believesInstalled: true });
  for (const { purl } of found.packages) {
    promise(parsePurl(purl) !== null, `the package URL ${purl.slice(0, 200)} is not readable`);
  }
  for (const { reason } of found.unknowns) promiseReason(reason);
}

async function readArchive(bytes: Uint8Array): Promise<void> {
  const compression = compressionOf(bytes);
  const open = (): AsyncIterable<Uint8Array> => inflate(streamed(bytes), compression);
  const store = await streamedArchive({ name: 'fuzz.tar', open, analyst: async () => analyst });
  const isDocker = store.has('manifest.json');
  if (!isDocker && !store.has('index.json')) return;
  const listed: readonly ListedImage[] = isDocker
    ? listDockerArchive(store, null)
    : listOciLayout(store, { reference: null, platform: null });
  for (const one of listed.slice(0, 3)) {
    const opened = await readImage(one);
    promise(opened.layers.length === opened.records.length, 'layers and records differ in number');
    await promiseInventory(opened.records);
  }
}

async function inflateAll(bytes: Uint8Array): Promise<void> {
  let size = 0;
  for await (const chunk of inflate(streamed(bytes), compressionOf(bytes))) size += chunk.length;
  promise(size <= bytes.length * 1100 + 64 * 1024 * 1024, `${bytes.length} bytes became ${size}`);
}

export const imageTargets: readonly FuzzTarget[] = [
  {
    name: 'tar',
    weight: 2,
    samples: layerTars(),
    tokens: tarTokens,
    mend: mendTar,
    run: ({ bytes }) => scanTar(bytes),
  },
  {
    name: 'layer',
    weight: 1,
    samples: [...layerTars(), ...compressedStreams()],
    tokens: tarTokens,
    mend: mendTar,
    run: ({ bytes }) => walkLayer(bytes),
  },
  {
    name: 'inflate',
    weight: 0.5,
    samples: compressedStreams(),
    tokens: ['\x1f\x8b\x08', '\x28\xb5\x2f\xfd', '\x50\x2a\x4d\x18'],
    run: ({ bytes }) => inflateAll(bytes),
  },
  {
    name: 'image-archive',
    weight: 1,
    samples: archives(),
    tokens: [...tarTokens, 'manifest.json', 'index.json', 'Layers', 'sha256:', 'blobs/sha256/'],
    mend: mendTar,
    run: ({ bytes }) => readArchive(bytes),
  },
  {
    name: 'image-config',
    weight: 1,
    samples: [sample('config.json', configText)],
    tokens: [
      'rootfs',
      'diff_ids',
      'history',
      'empty_layer',
      'created_by',
      'sha256:',
      'Env',
      'User',
    ],
    run({ bytes }) {
      const parsed = parseConfig(new TextDecoder().decode(bytes), 'fuzz');
      promise(
        parsed.createdBy.length === parsed.diffIds.length,
        'instructions and layers differ in number',
      );
    },
  },
];
