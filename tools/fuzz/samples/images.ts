// Layers and images in every form: small, with everything that layers can say.
import { gzipSync } from 'node:zlib';
import {
  archiveOf,
  buildImage,
  compressed,
  debianLayer,
  dockerArchive,
  ociFiles,
} from '../../../test/image-builder.ts';
import { type BuiltEntry, paxHeader, tar, tarEntry } from '../../../test/tar-builder.ts';
import type { Sample } from '../target.ts';
import { sample } from './files.ts';

const base: readonly (BuiltEntry | Buffer)[] = [
  ...debianLayer({ openssl: '3.0.11-1~deb12u2', zlib1g: '1:1.2.13.dfsg-1' }),
  { name: 'srv/', type: '5', mode: 0o755 },
  {
    name: 'srv/node_modules/lodash/package.json',
    content: '{"name":"lodash","version":"4.17.4"}',
  },
];

const above: readonly (BuiltEntry | Buffer)[] = [
  { name: 'srv/node_modules/.wh.lodash', content: '' },
  { name: 'opt/.wh..wh..opq', content: '' },
  paxHeader({ path: `${'deep/'.repeat(40)}package.json`, mtime: '1.5' }),
  { name: 'short', content: '{"name":"deep","version":"1.0.0"}' },
  { name: '././@LongLink', type: 'L', content: `${'long/'.repeat(30)}x\0` },
  { name: 'cut', content: 'x' },
  { name: 'lib', type: '2', link: 'usr/lib' },
  { name: 'loop', type: '2', link: 'loop' },
  { name: 'srv/hard.json', type: '1', link: 'srv/node_modules/lodash/package.json' },
  { name: 'dev/null', type: '3', device: [1, 3] },
  { name: 'gone', type: '3', device: [0, 0] },
  { name: 'srv/app/composer.lock', content: '{"packages":[{"name":"a/b","version":"1.0"}]}' },
  { name: 'big', content: 'y'.repeat(2000), base256: true },
];

const twoLayers = buildImage([base, above]);

export const configText: string = twoLayers.config.toString('utf8');

/** Uncompressed layers. */
export function layerTars(): Sample[] {
  const odd = tar([
    paxHeader({ 'GNU.sparse.major': '1', size: '5' }),
    { name: 'a', content: 'hello' },
  ]);
  const sparse = Buffer.concat([tarEntry({ name: 'holes', type: 'S', size: 0 }), tar([])]);
  return [tar(base), tar(above), odd, sparse].map((bytes) => sample('layer.tar', bytes));
}

/** The same in the compressions that registries hold. */
export function compressedStreams(): Sample[] {
  const layer = tar(base);
  const members = Buffer.concat([
    gzipSync(layer.subarray(0, 1024)),
    gzipSync(layer.subarray(1024)),
  ]);
  const forms = [compressed(layer, 'gzip'), compressed(layer, 'zstd'), members];
  return forms.map((bytes) => sample('layer', bytes));
}

/** Whole images. */
export function archives(): Sample[] {
  return [
    dockerArchive(twoLayers),
    dockerArchive(twoLayers, 'gzip', ['shop:1', 'shop:2']),
    gzipSync(dockerArchive(twoLayers)),
    archiveOf(ociFiles(twoLayers).files),
    archiveOf(ociFiles(twoLayers, 'zstd', 'registry.example/shop:1').files),
  ].map((bytes) => sample('image.tar', bytes));
}

const blockBytes = 512;

/** Makes the sums of all headers true that still look like headers. */
export function mendTar(bytes: Buffer): Buffer {
  for (let at = 0; at + blockBytes <= bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return bytes;
}
