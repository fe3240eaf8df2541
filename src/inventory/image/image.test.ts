// Every form of image gives the same inventory, and what a container would not see is not reported.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
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
import {
  analystWith,
  folder,
  inventory,
  names,
  openFile,
  scanLayers,
} from '../../../test/image-scan.ts';
import { type BuiltEntry, tar } from '../../../test/tar-builder.ts';
import {
  asLayout,
  type ListedImage,
  listDockerArchive,
  listOciLayout,
  openFolder,
  readImage,
} from './index.ts';

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
    const store = openFolder({
      folder: layout,
      analyst: async () => analystWith(),
      verifyDigests: false,
    });
    const [listed] = listOciLayout(store, { reference: 'latest', platform: null });
    expect(names(await inventory(listed))).toEqual(expected);
  });

  test.each(['one image', 'several platforms'])('the dir: form of skopeo, %s', async (form) => {
    const { files } = ociFiles(image, 'gzip');
    const index = JSON.parse(String(files.get('index.json')));
    const own = index.manifests[0].digest.slice('sha256:'.length);
    const isIndex = form === 'several platforms';
    const folderForm = new Map<string, Buffer>([['version', Buffer.from('Directory Transport')]]);
    for (const [path, bytes] of files) {
      const hex = path.startsWith('blobs/sha256/') ? path.slice('blobs/sha256/'.length) : null;
      if (hex === own) folderForm.set(isIndex ? `${hex}.manifest.json` : 'manifest.json', bytes);
      else if (hex !== null) folderForm.set(hex, bytes);
    }
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    if (isIndex)
      folderForm.set('manifest.json', Buffer.from(JSON.stringify({ mediaType, ...index })));
    const place = join(folder, `dir-${isIndex}`);
    writeFolder(place, folderForm);
    const store = asLayout(
      openFolder({ folder: place, analyst: async () => analystWith(), verifyDigests: false }),
    );
    const [listed] = listOciLayout(store, { reference: null, platform: null });
    expect(names(await inventory(listed))).toEqual(expected);
  });

  test.each(['shop:1', 'docker.io/library/shop:1', 'library/shop:1'])(
    'an image is found by any form of its name: %s',
    async (wanted) => {
      const store = await openFile(dockerArchive(image, 'plain', ['docker.io/library/shop:1']));
      expect(listDockerArchive(store, wanted)).toHaveLength(1);
      expect(() => listDockerArchive(store, 'shop')).toThrow(/holds no image shop/);
    },
  );

  test.each([
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39]],
    ['lz4', [4, 0x22, 0x4d, 0x18]],
  ])('%s is named, with what to do', async (program, magic) => {
    const bytes = Buffer.concat([Buffer.from(magic), Buffer.alloc(2000)]);
    await expect(openFile(bytes)).rejects.toThrow(`is compressed with ${program}`);
  });

  test('a gzipped docker archive is read in one pass', async () => {
    const store = await openFile(gzipSync(dockerArchive(image)));
    expect(names(await inventory(listDockerArchive(store, null)[0]))).toEqual(expected);
  });

  test('compressed layers of less than a block are layers in a compressed archive too', async () => {
    const small = buildImage([
      debianLayer({ bash: '5.2.15-2' }),
      [npmFile('app', 'left-pad', '1.3.0')],
    ]);
    for (const form of ['gzip', 'zstd'] as const) {
      const { files } = ociFiles(small, form);
      const store = await openFile(gzipSync(archiveOf(files)));
      const [listed] = listOciLayout(store, { reference: null, platform: null });
      expect(names(await inventory(listed))).toEqual(['bash@5.2.15-2', 'left-pad@1.3.0']);
    }
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
    expect(six).toHaveLength(1);
    expect(six[0]?.ownedBy).toBe('pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12');
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

  const program = (name: string, mode = 0o755): BuiltEntry => ({
    name,
    mode,
    content: Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(500)]),
  });
  const told = (found: Awaited<ReturnType<typeof scanLayers>>): readonly string[] =>
    found.unknowns.map(({ reason }) => reason).filter((reason) => reason.includes('program'));

  test('those that tell nothing are counted, save what is somebody’s part', async () => {
    const others = [
      program('usr/lib/x.so.1'),
      program('app/node_modules/a/bin/a'),
      program('etc/data', 0o644),
      program('usr/bin/owned'),
      program('usr/bin/moved'),
      {
        name: 'opt/jdk/release',
        content: 'JAVA_VERSION="17.0.1"\nIMPLEMENTOR="Eclipse Adoptium"\n',
      },
      program('opt/jdk/bin/javac'),
    ];
    const base = [
      ...debianLayer({ owned: '1' }),
      { name: 'var/lib/dpkg/info/owned.list', content: '/usr/bin/owned\n/sbin/moved\n' },
    ];
    expect(told(await scanLayers([...base, ...others]))).toEqual([]);
    const gone = [program('opt/gone'), program('opt/kept'), ...base, ...others];
    const found = await scanLayers(gone, [{ name: 'opt/.wh.gone' }, program('srv/own')]);
    expect(told(found)).toEqual([
      '2 programs belong to no package and tell no version, so nothing is known of them (opt/kept, srv/own)',
    ]);
  });

  test('where the system does not list its files, none is called nobody’s', async () => {
    expect(told(await scanLayers([...debianLayer({ a: '1' }), program('usr/bin/a')]))).toEqual([]);
    expect(told(await scanLayers([program('hello')]))).toEqual([
      '1 program belongs to no package and tells no version, so nothing is known of it (hello)',
    ]);
  });
});
