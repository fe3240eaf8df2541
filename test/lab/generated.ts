// Images whose shape is the point: a million tiny files, fifty thousand packages, and a hundred layers
// that replace and delete what is below them. Nothing of them is real but their form.

import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianLayer as debianEntries } from '../image-builder.ts';
import { type BuiltEntry, tar, tarEntry } from '../tar-builder.ts';
import { packImage } from './pack.ts';

const filesInAll = 1_000_000;
const filesInFolder = 500;

/** One layer with a Debian package list and a million files of 11 bytes. */
export async function millionFiles({ file, work }: { file: string; work: string }): Promise<void> {
  const layer = join(work, 'layer.tar');
  const stream = createWriteStream(layer);
  const write = async (bytes: Buffer): Promise<void> => {
    if (!stream.write(bytes)) await once(stream, 'drain');
  };
  for (const entry of debianEntries({ openssl: '3.0.11-1~deb12u2', zlib1g: '1:1.2.13.dfsg-1' })) {
    await write(tarEntry(entry));
  }
  for (const run of tinyFiles('tiny file\r\n')) await write(run);
  stream.end(Buffer.alloc(1024));
  await once(stream, 'close');
  await packImage({
    file,
    layers: [{ file: layer, createdBy: 'COPY . /srv' }],
    tag: 'lab/million:1',
  });
}

/** A million files of this content as a tar without its end, in runs. */
export function* tinyFiles(content: string): Generator<Buffer> {
  // The header is built once and patched: building a million of them would take a minute.
  const template = tarEntry({ name: nameOf(0), content });
  for (let index = 0; index < filesInAll; index += filesInFolder) {
    const count = Math.min(filesInFolder, filesInAll - index);
    const run = Buffer.alloc(template.length * count);
    for (let at = 0; at < count; at += 1) {
      const header = run.subarray(at * template.length);
      template.copy(header);
      rename(header, nameOf(index + at));
    }
    yield run;
  }
}

/** All names have one length, so that only these digits and the sum change. */
function nameOf(index: number): string {
  const folder = Math.floor(index / filesInFolder);
  return `srv/cache/${digits(folder, 5)}/entry-${digits(index, 8)}.dat`;
}

function digits(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}

/** Writes another name of the same length into a finished header (POSIX.1-1988 ustar checksum). */
function rename(header: Buffer, name: string): void {
  header.write(name, 0, 'latin1');
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (let at = 0; at < 512; at += 1) sum += header[at] as number;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

const layersInAll = 100;

/**
 * A hundred layers: each replaces the package list, adds an npm package, and every third one deletes
 * the package of the layer below it.
 */
export async function hundredLayers({ file, work }: { file: string; work: string }): Promise<void> {
  const layers: { file: string; createdBy: string }[] = [];
  for (let index = 0; index < layersInAll; index += 1) {
    const path = join(work, `layer-${index}.tar`);
    writeFileSync(path, tar(layerEntries(index)));
    layers.push({ file: path, createdBy: `RUN step ${index + 1}` });
  }
  await packImage({ file, layers, tag: 'lab/hundred:1' });
}

function layerEntries(index: number): BuiltEntry[] {
  const packages: Record<string, string> = {};
  for (let number = 0; number <= index; number += 1) {
    packages[`package-${number}`] = `1.${index - number}-1`;
  }
  const [base, link, status] = debianEntries(packages) as [BuiltEntry, BuiltEntry, BuiltEntry];
  const module = JSON.stringify({ name: `module-${index}`, version: `1.0.${index}` });
  const deleted =
    index % 3 === 2
      ? [{ name: `srv/node_modules/module-${index - 1}/.wh.package.json`, content: '' }]
      : [];
  return [
    ...(index === 0 ? [base, link] : []),
    status,
    { name: `srv/node_modules/module-${index}/package.json`, content: module },
    ...deleted,
  ];
}

const packagesOfKind = 25_000;

/** More packages than any real image: half from the package list of Debian, half of npm. */
export async function manyPackages({ file, work }: { file: string; work: string }): Promise<void> {
  const numbers = Array.from({ length: packagesOfKind }, (_, index) => index);
  const debian = Object.fromEntries(
    numbers.map((index) => [`package-${index}`, `${versionOf(index)}-1`]),
  );
  const modules = numbers.map(
    (index): BuiltEntry => ({
      name: `srv/node_modules/module-${index}/package.json`,
      content: JSON.stringify({
        name: `module-${index}`,
        version: versionOf(index),
        license: 'MIT',
      }),
    }),
  );
  const layer = join(work, 'layer.tar');
  writeFileSync(layer, tar([...debianEntries(debian), ...modules]));
  await packImage({
    file,
    layers: [{ file: layer, createdBy: 'COPY . /srv' }],
    tag: 'lab/packages:1',
  });
}

function versionOf(index: number): string {
  return `1.${index % 50}.${index % 7}`;
}
