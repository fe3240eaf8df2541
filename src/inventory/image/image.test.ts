// Every form of image gives the same inventory, and what a container would not see is not reported.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  archiveOf,
  type BuiltImage,
  buildImage,
  debianLayer,
  debStanza,
  dockerArchive,
  type LayerForm,
  ociFiles,
  writeFolder,
} from '../../../test/image-builder.ts';
import { type BuiltEntry, tar } from '../../../test/tar-builder.ts';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { distributionGlobs } from '../distro/index.ts';
import { ecosystems } from '../ecosystem/registry.ts';
import {
  type BlobStore,
  type ContentInventory,
  compileWanted,
  inventoryOf,
  LayerAnalyst,
  type ListedImage,
  listDockerArchive,
  listOciLayout,
  openArchiveFile,
  openFolder,
  readImage,
} from './index.ts';

const wanted = compileWanted(ecosystems, distributionGlobs);
let folder = '';
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-image-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function analystWith(cache = new Map<string, Uint8Array>()): LayerAnalyst {
  return new LayerAnalyst({
    wanted,
    spoolFolder: join(folder, 'spool'),
    cache: {
      get: (key) => cache.get(key) ?? null,
      put: (key, value) => void cache.set(key, value),
    },
  });
}

function fileOf(bytes: Uint8Array): string {
  count += 1;
  const file = join(folder, `image-${count}.tar`);
  writeFileSync(file, bytes);
  return file;
}

async function openFile(
  bytes: Uint8Array,
  analyst = analystWith(),
  verifyDigests = false,
): Promise<BlobStore> {
  return openArchiveFile({ file: fileOf(bytes), analyst, verifyDigests });
}

async function inventory(listed: ListedImage | undefined): Promise<ContentInventory> {
  const opened = await readImage(listed as ListedImage);
  return inventoryOf(opened, { wanted, believesInstalled: true });
}

function names(found: ContentInventory): string[] {
  return found.packages.map((one) => `${one.name}@${one.version}`);
}

async function scanLayers(
  ...layers: (readonly (BuiltEntry | Buffer)[])[]
): Promise<ContentInventory> {
  const store = await openFile(dockerArchive(buildImage(layers)));
  return inventory(listDockerArchive(store, null)[0]);
}

async function failure(run: () => Promise<unknown>): Promise<SeaworthyError> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(SeaworthyError);
    return error as SeaworthyError;
  }
  throw new Error('it did not fail');
}

const npmFile = (path: string, name: string, version: string): BuiltEntry => ({
  name: `${path}/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version }),
});

describe('every form of the same image', () => {
  const image: BuiltImage = buildImage([
    debianLayer({ bash: '5.2.15-2', libc6: '2.36-9' }),
    [
      npmFile('app', 'left-pad', '1.3.0'),
      { name: 'usr/bin/x', mode: 0o755, content: 'y'.repeat(90_000) },
    ],
  ]);
  const expected = ['bash@5.2.15-2', 'libc6@2.36-9', 'left-pad@1.3.0'];

  test.each<LayerForm>(['plain', 'gzip', 'zstd'])('docker archive with %s layers', async (form) => {
    const store = await openFile(dockerArchive(image, form));
    expect(names(await inventory(listDockerArchive(store, null)[0]))).toEqual(expected);
  });

  test.each<LayerForm>(['plain', 'gzip', 'zstd'])('OCI archive with %s layers', async (form) => {
    const store = await openFile(archiveOf(ociFiles(image, form).files));
    const [listed] = listOciLayout(store, { reference: null, platform: null });
    expect(names(await inventory(listed))).toEqual(expected);
  });

  test.each<LayerForm>(['plain', 'gzip', 'zstd'])('OCI folder with %s layers', async (form) => {
    const layout = join(folder, `layout-${form}`);
    writeFolder(layout, ociFiles(image, form).files);
    const store = openFolder({ folder: layout, analyst: analystWith(), verifyDigests: false });
    const [listed] = listOciLayout(store, { reference: 'latest', platform: null });
    expect(names(await inventory(listed))).toEqual(expected);
  });

  test('a gzipped docker archive is read in one pass', async () => {
    const store = await openFile(gzipSync(dockerArchive(image)));
    expect(names(await inventory(listDockerArchive(store, null)[0]))).toEqual(expected);
  });

  test('estargz: a layer of several gzip members', async () => {
    const parts = image.layers.map((layer) => {
      const middle = Math.floor(layer.tar.length / 1024) * 512;
      return Buffer.concat([
        gzipSync(layer.tar.subarray(0, middle)),
        gzipSync(layer.tar.subarray(middle)),
      ]);
    });
    const entries = image.layers.map((layer, index) => ({
      name: `${index}.tar.gz`,
      content: parts[index] as Buffer,
      layer,
    }));
    const archive = tar([
      ...entries.map(({ name, content }) => ({ name, content })),
      { name: 'c.json', content: image.config },
      {
        name: 'manifest.json',
        content: JSON.stringify([
          { Config: 'c.json', RepoTags: null, Layers: ['0.tar.gz', '1.tar.gz'] },
        ]),
      },
    ]);
    const store = await openFile(archive);
    expect(names(await inventory(listDockerArchive(store, null)[0]))).toEqual(expected);
  });

  test('layer, build instruction and location are told for each package', async () => {
    const store = await openFile(dockerArchive(image));
    const { packages } = await inventory(listDockerArchive(store, null)[0]);
    expect(packages.find((one) => one.name === 'left-pad')).toMatchObject({
      purl: 'pkg:npm/left-pad@1.3.0',
      evidence: 'installed',
      locations: [
        { path: 'app/node_modules/left-pad/package.json', layer: image.layers[1]?.diffId },
      ],
      broughtBy: { index: 1, createdBy: 'RUN step 2' },
    });
    expect(packages[0]?.purl).toBe('pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12');
  });

  test('a layer is analysed once ever: the second image reads none of its bytes', async () => {
    const cache = new Map<string, Uint8Array>();
    const first = await openFile(dockerArchive(image, 'gzip'), analystWith(cache));
    await inventory(listDockerArchive(first, null)[0]);
    const files = new Map(ociFiles(image, 'gzip').files);
    for (const digest of ociFiles(image, 'gzip').layerDigests)
      files.delete(`blobs/${digest.replace(':', '/')}`);
    const second = await openFile(archiveOf(files), analystWith(cache));
    const [listed] = listOciLayout(second, { reference: null, platform: null });
    expect(names(await inventory(listed))).toEqual(expected);
  });

  test('what was not hashed is remembered for that file only', async () => {
    const cache = new Map<string, Uint8Array>();
    const store = await openFile(dockerArchive(image), analystWith(cache));
    const opened = await readImage(listDockerArchive(store, null)[0] as ListedImage);
    expect(opened.verified).toBe(false);
    expect([...cache.keys()].every((key) => key.startsWith('file:'))).toBe(true);
    const hashed = await openFile(dockerArchive(image), analystWith(cache), true);
    expect((await readImage(listDockerArchive(hashed, null)[0] as ListedImage)).verified).toBe(
      true,
    );
    expect([...cache.keys()].some((key) => key.startsWith(image.layers[0]?.diffId as string))).toBe(
      true,
    );
  });
});

describe('the squashed view', () => {
  const base = debianLayer({ bash: '5.2.15-2', curl: '7.88.1-10' });

  test('the topmost database counts, and each package knows the layer that brought it', async () => {
    const upgraded = [
      {
        name: 'var/lib/dpkg/status',
        content: debStanza('bash', '5.2.15-2') + debStanza('curl', '7.88.1-10+deb12u8'),
      },
    ];
    const found = await scanLayers(base, upgraded);
    expect(names(found)).toEqual(['bash@5.2.15-2', 'curl@7.88.1-10+deb12u8']);
    expect(found.packages.map((one) => one.broughtBy?.index)).toEqual([0, 1]);
  });

  test.each<[string, BuiltEntry]>([
    ['a whiteout', { name: 'app/node_modules/.wh.left-pad' }],
    ['a whiteout of a parent', { name: '.wh.app' }],
    ['an opaque folder', { name: 'app/.wh..wh..opq' }],
    [
      'an overlay whiteout device',
      { name: 'app/node_modules/left-pad', type: '3', device: [0, 0] },
    ],
    ['a file in place of the folder', { name: 'app/node_modules', content: 'now a file' }],
  ])('%s hides what lies below', async (_name, entry) => {
    const found = await scanLayers(base, [npmFile('app', 'left-pad', '1.3.0')], [entry]);
    expect(names(found)).not.toContain('left-pad@1.3.0');
  });

  test('a whiteout says nothing about its own layer, a folder over a folder merges', async () => {
    const found = await scanLayers(
      base,
      [{ name: 'app/.wh..wh..opq' }, npmFile('app', 'left-pad', '1.3.0')],
      [{ name: 'app/', type: '5' }],
    );
    expect(names(found)).toContain('left-pad@1.3.0');
  });

  test('a database reached through a symbolic link', async () => {
    const [release, link, status] = base as [BuiltEntry, BuiltEntry, BuiltEntry];
    const moved = { ...status, name: 'opt/dpkg/status' };
    const found = await scanLayers(
      [release, link, moved],
      [{ name: 'var/lib/dpkg', type: '2', link: '../../opt/dpkg' }],
    );
    expect(names(found)).toEqual(['bash@5.2.15-2', 'curl@7.88.1-10']);
    expect(found.distribution?.id).toBe('debian');
  });

  test('a database that is a hard link to a file of another name', async () => {
    const [release, link, status] = base as [BuiltEntry, BuiltEntry, BuiltEntry];
    const found = await scanLayers([
      release,
      link,
      { ...status, name: 'ostree/object' },
      { name: 'var/lib/dpkg/status', type: '1', link: 'ostree/object' },
    ]);
    expect(names(found)).toEqual(['bash@5.2.15-2', 'curl@7.88.1-10']);
  });

  test('the same in an archive that comes as a stream', async () => {
    const [release, link, status] = base as [BuiltEntry, BuiltEntry, BuiltEntry];
    const image = buildImage([
      [
        release,
        link,
        { ...status, name: 'ostree/object' },
        { name: 'var/lib/dpkg/status', type: '1', link: './ostree/object' },
      ],
    ]);
    const store = await openFile(gzipSync(dockerArchive(image)));
    expect(names(await inventory(listDockerArchive(store, null)[0]))).toEqual([
      'bash@5.2.15-2',
      'curl@7.88.1-10',
    ]);
  });

  test('links in a loop and links out of the root end, and nothing outside is read', async () => {
    const found = await scanLayers([
      { name: 'etc/os-release', type: '2', link: '/etc/os-release' },
      { name: 'var/lib/dpkg', type: '2', link: '../../../../../../../etc' },
      { name: 'lib', type: '2', link: 'lib' },
    ]);
    expect(found.packages).toEqual([]);
    expect(found.distribution).toBeNull();
  });

  test('a language package that a system package owns is told as its child, once', async () => {
    const metadata = 'usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO';
    const files: BuiltEntry[] = [
      { name: metadata, content: 'Metadata-Version: 1.1\nName: six\nVersion: 1.16.0\n\n' },
      { name: 'var/lib/dpkg/info/bash.list', content: `/.\n/usr\n/${metadata}\n` },
    ];
    const found = await scanLayers([...base, ...files]);
    const six = found.packages.filter((one) => one.name === 'six');
    if (ecosystems.some((one) => (one.id as string) === 'pypi')) {
      expect(six).toHaveLength(1);
      expect(six[0]?.ownedBy).toBe('pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12');
    }
  });

  test('a copy that a later layer wrote over an owned file is not the system package any more', async () => {
    const path = 'usr/lib/node_modules/left-pad/package.json';
    const lists = { name: 'var/lib/dpkg/info/bash.list', content: `/${path}\n` };
    const owned = await scanLayers([...base, lists, npmFile('usr/lib', 'left-pad', '1.0.0')]);
    const over = await scanLayers(
      [...base, lists, npmFile('usr/lib', 'left-pad', '1.0.0')],
      [npmFile('usr/lib', 'left-pad', '1.3.0')],
    );
    expect(owned.packages.find((one) => one.name === 'left-pad')?.ownedBy).not.toBeNull();
    expect(over.packages.find((one) => one.name === 'left-pad')).toMatchObject({
      version: '1.3.0',
      ownedBy: null,
    });
  });

  test('declared and installed: the lock file of a present package is no second package', async () => {
    const lock = {
      name: 'app/package-lock.json',
      content: JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': {},
          'node_modules/left-pad': { version: '1.3.0' },
          'node_modules/absent': { version: '2.0.0' },
        },
      }),
    };
    const found = await scanLayers([...base, npmFile('app', 'left-pad', '1.3.0'), lock]);
    const [absent, leftPad] = ['absent', 'left-pad'].map((name) =>
      found.packages.find((one) => one.name === name),
    );
    expect(leftPad).toMatchObject({ evidence: 'installed' });
    expect(leftPad?.locations).toHaveLength(2);
    expect(absent).toMatchObject({ evidence: 'declared', notPresent: true });
  });
});

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
    const store = openFolder({ folder: layout, analyst: analystWith(), verifyDigests: false });
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
      listOciLayout(store, { reference: null, platform: null }),
    );
    expect(error.code).toBe('digest-mismatch');
  });

  test('a layer of nothing but zeros that inflates beyond any honest ratio', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(300 * 1024 ** 2), { level: 9 }), { level: 9 });
    const analyst = analystWith();
    const { record } = await analyst.readStream(
      streamOf(gzipSync(Buffer.alloc(80 * 1024 ** 2), { level: 9 })),
    );
    expect(bomb.length).toBeLessThan(2000);
    expect(record.entryCount).toBe(0);
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

describe('programs without a package', () => {
  test('one that a system package owns is not told twice, a copy beside it is', async () => {
    const busybox = {
      mode: 0o755,
      content: Buffer.concat([
        Buffer.from('\u007fELF', 'latin1'),
        Buffer.alloc(5000),
        Buffer.from('BusyBox v1.36.1 (2023-05-18)\0'),
      ]),
    };
    const base = debianLayer({ busybox: '1:1.35.0-4' });
    const owned = { name: 'var/lib/dpkg/info/busybox.list', content: '/bin/busybox\n' };
    const found = await scanLayers([
      ...base,
      owned,
      { name: 'usr/bin/busybox', ...busybox },
      { name: 'opt/busybox', ...busybox },
    ]);
    const programs = found.packages.filter((one) => one.type === 'generic');
    expect(programs.map((one) => one.locations.map(({ path }) => path))).toEqual([['opt/busybox']]);
  });
});
