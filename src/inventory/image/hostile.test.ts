// Broken and hostile images: one clear error or an unknown, within bounds.
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  archiveOf,
  buildImage,
  debianLayer,
  dockerArchive,
  ociFiles,
  writeFolder,
} from '../../../test/image-builder.ts';
import { analystWith, failure, folder, inventory, openFile } from '../../../test/image-scan.ts';
import { tar } from '../../../test/tar-builder.ts';
import { messageOf } from '../../base/error.ts';
import {
  type ListedImage,
  listDockerArchive,
  listOciLayout,
  openFolder,
  readImage,
} from './index.ts';

describe('broken and hostile images', () => {
  const image = buildImage([
    debianLayer({ bash: '5.2.15-2' }),
    [{ name: 'data', content: 'x'.repeat(50_000) }],
  ]);

  test.each<[string, () => Buffer, RegExp]>([
    ['no tar at all', () => Buffer.from('hello'.repeat(500)), /is no image archive/],
    ['an empty file', () => Buffer.alloc(0), /is no image archive: it is empty/],
    ['cut off', () => dockerArchive(image).subarray(0, 4000), /manifest\.json/],
  ])('%s', async (_name, bytes, message) => {
    const error = await failure(async () => listDockerArchive(await openFile(bytes()), null));
    expect(error.message).toMatch(message);
    expect(error.advice).toBeTruthy();
  });

  test('a cut gzip layer is named, with the layers that were read', async () => {
    const { files, layerDigests } = ociFiles(image);
    const path = `blobs/${layerDigests[1]?.replace(':', '/')}`;
    const layout = join(folder, 'cut');
    writeFolder(layout, new Map([...files, [path, (files.get(path) as Buffer).subarray(0, 60)]]));
    const store = openFolder({
      folder: layout,
      analyst: async () => analystWith(),
      verifyDigests: false,
    });
    const error = await failure(() =>
      inventory(listOciLayout(store, { reference: null, platform: null })[0]),
    );
    expect(error.message).toMatch(/layer 2 \(sha256:[0-9a-f]{12}…\) is truncated/);
    expect(error.advice).toMatch(/Layers read: 1; nothing was reported as safe/);
  });

  test('other content under a digest is refused', async () => {
    const other = buildImage([debianLayer({ bash: '1' }), [{ name: 'data', content: 'evil' }]]);
    const { files, layerDigests } = ociFiles(image);
    const foreign = ociFiles(other);
    const path = `blobs/${layerDigests[1]?.replace(':', '/')}`;
    const content = foreign.files.get(
      `blobs/${foreign.layerDigests[1]?.replace(':', '/')}`,
    ) as Buffer;
    const store = await openFile(archiveOf(new Map([...files, [path, content]])));
    const error = await failure(() =>
      inventory(listOciLayout(store, { reference: null, platform: null })[0]),
    );
    expect(error.message).toMatch(/layer 2 .* has the digest/);
  });

  test('with --verify-digests a plain layer is hashed too', async () => {
    const lying = {
      ...image,
      layers: image.layers.map((layer, index) =>
        index === 1 ? { ...layer, tar: tar([{ name: 'data', content: 'evil' }]) } : layer,
      ),
    };
    const store = await openFile(dockerArchive(lying), analystWith(), true);
    const error = await failure(() => inventory(listDockerArchive(store, null)[0]));
    expect(error.message).toMatch(/layer 2 .* holds other content/);
  });

  test('a manifest that does not have its digest', async () => {
    const { files, manifestDigest } = ociFiles(image);
    const path = `blobs/${manifestDigest.replace(':', '/')}`;
    const store = await openFile(archiveOf(new Map([...files, [path, Buffer.from('{}')]])));
    const error = await failure(async () =>
      listOciLayout(store, { reference: null, platform: null })[0]?.describe(),
    );
    expect(error.code).toBe('digest-mismatch');
  });

  test('a layer of nothing but zeros that inflates beyond any honest ratio', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(200 * 1024 ** 2));
    expect(bomb.length).toBeLessThan(50_000);
    const { record } = await analystWith().readStream(streamOf(bomb));
    expect(record.entryCount).toBe(0);
    expect(record.size).toBeLessThan(100 * 1024 ** 2);
    expect(record.unknowns[0]).toEqual({
      path: '',
      reason: 'inflates more than 1100 fold: a bomb',
    });
  });

  test('a bomb in a bomb: all layers are judged by the file as it lies on disk', async () => {
    const layer = gzipSync(tar([{ name: 'x', content: Buffer.alloc(80 * 1024 ** 2) }]));
    const inside = buildImage([[{ name: 'y' }], [{ name: 'z' }]]);
    const archive = tar([
      { name: 'config.json', content: inside.config },
      { name: 'a', content: layer },
      { name: 'b', content: layer },
      {
        name: 'manifest.json',
        content: JSON.stringify([{ Config: 'config.json', Layers: ['a', 'b'] }]),
      },
    ]);
    const bomb = gzipSync(archive, { level: 9 });
    expect(bomb.length).toBeLessThan(5000);
    const store = await openFile(bomb);
    const error = await failure(() => inventory(listDockerArchive(store, null)[0]));
    expect(error.message).toMatch(/inflates more than 1100 fold: a bomb/);
  });

  test('duplicated images of one archive are read once, and tags select', async () => {
    const configName = 'c.json';
    const entry = { Config: configName, RepoTags: ['a:1'], Layers: ['0.tar', '1.tar'] };
    const archive = tar([
      ...image.layers.map((layer, index) => ({ name: `${index}.tar`, content: layer.tar })),
      { name: configName, content: image.config },
      { name: 'manifest.json', content: JSON.stringify([entry, { ...entry, RepoTags: ['b:1'] }]) },
    ]);
    const store = await openFile(archive);
    expect(listDockerArchive(store, null)).toHaveLength(1);
    expect(listDockerArchive(store, 'b:1')[0]?.name).toBe('b:1');
    const error = await failure(async () => listDockerArchive(store, 'c:1'));
    expect(error.advice).toBe('it holds a:1, b:1');
  });

  test('indexes in a loop, unknown media types, attestations and artifacts', async () => {
    const { files, manifestDigest } = ociFiles(image);
    const descriptor = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: manifestDigest,
      size: 1,
    };
    const attestation = {
      ...descriptor,
      digest: `sha256:${'0'.repeat(64)}`,
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const index = {
      manifests: [attestation, descriptor, descriptor, { digest: 'nonsense' }, 7, null],
    };
    const store = await openFile(
      archiveOf(new Map([...files, ['index.json', Buffer.from(JSON.stringify(index))]])),
    );
    expect(listOciLayout(store, { reference: null, platform: null })).toHaveLength(1);
  });

  test('a platform that is not there is answered with those that are', async () => {
    const { files, manifestDigest } = ociFiles(image);
    const index = {
      manifests: ['amd64', 'arm64'].map((architecture, at) => ({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: at === 0 ? manifestDigest : `sha256:${'1'.repeat(64)}`,
        platform: { os: 'linux', architecture },
      })),
    };
    const store = await openFile(
      archiveOf(new Map([...files, ['index.json', Buffer.from(JSON.stringify(index))]])),
    );
    const error = await failure(async () =>
      listOciLayout(store, { reference: null, platform: 'linux/s390x' }),
    );
    expect(error.advice).toBe('choose with --platform: linux/amd64, linux/arm64');
    expect(listOciLayout(store, { reference: null, platform: 'linux/amd64' })).toHaveLength(1);
  });

  test('a foreign layer that is left out is an unknown, not a failure', async () => {
    const { files, layerDigests, manifestDigest } = ociFiles(image);
    const path = `blobs/${manifestDigest.replace(':', '/')}`;
    const text = (files.get(path) as Buffer)
      .toString()
      .replace(
        /"application\/vnd\.oci\.image\.layer\.v1\.tar\+gzip"(?=[^{}]*\}\]\}$)/,
        '"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"',
      );
    const manifest = Buffer.from(text);
    const digest = `sha256:${(await import('node:crypto')).createHash('sha256').update(manifest).digest('hex')}`;
    const left = new Map(files);
    left.delete(`blobs/${layerDigests[1]?.replace(':', '/')}`);
    left.set(`blobs/${digest.replace(':', '/')}`, manifest);
    left.set(
      'index.json',
      Buffer.from(
        JSON.stringify({
          manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest }],
        }),
      ),
    );
    const store = await openFile(archiveOf(left));
    const opened = await readImage(
      listOciLayout(store, { reference: null, platform: null })[0] as ListedImage,
    );
    expect(opened.unknowns).toEqual([
      {
        path: '',
        layer: image.layers[1]?.diffId,
        reason: 'a foreign layer that the image leaves out',
      },
    ]);
  });

  test('configs that are none', async () => {
    for (const config of [
      '[]',
      '{"rootfs":{"diff_ids":["x"]}}',
      'nonsense',
      '{"rootfs":{"diff_ids":"y"}}',
    ]) {
      const archive = tar([
        { name: 'c.json', content: config },
        { name: 'manifest.json', content: '[{"Config":"c.json","Layers":["a"]}]' },
      ]);
      const error = await failure(async () =>
        inventory(listDockerArchive(await openFile(archive), null)[0]),
      );
      expect(error.code, messageOf(error)).toBe('malformed');
    }
  });
});

async function* streamOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
