// The same image as written by the tools of the field: each form gives the same packages.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seaworthy } from '../e2e/run.ts';
import {
  archiveOf,
  buildImage,
  debianLayer,
  dockerArchive,
  ociFiles,
  writeFolder,
} from '../image-builder.ts';
import { hasOptionalTool, hasSkopeo, hasTool } from '../registry-process.ts';

const docker = '/usr/bin/docker';
const image = buildImage([
  debianLayer({ bash: '5.2.15-2', curl: '7.88.1-10' }),
  [
    {
      name: 'app/node_modules/lodash/package.json',
      content: '{"name":"lodash","version":"4.17.4"}',
    },
    { name: 'big', content: 'x'.repeat(3_000_000) },
  ],
  [{ name: 'app/node_modules/.wh.absent' }],
]);
const expected = ['bash@5.2.15-2', 'curl@7.88.1-10', 'lodash@4.17.4'];
const name = `seaworthy-forms:${process.pid}`;

let folder = '';
const at = (...parts: string[]): string => join(folder, ...parts);
beforeAll(() => {
  // buildah takes the path for a reference, which must be lower case.
  folder = join(tmpdir(), `seaworthy-forms-${process.pid}`);
  mkdirSync(folder);
  writeFileSync(at('source.tar'), dockerArchive(image, 'plain', [name]));
  writeFolder(at('source-oci'), ociFiles(image, 'gzip').files);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each form with an empty memory, so that its own bytes are read. */
async function packagesOf(target: string): Promise<string[]> {
  const data = mkdtempSync(at('data-'));
  const { stdout, stderr, code } = await seaworthy([
    'sbom',
    target,
    '--format',
    'json',
    '--data',
    data,
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout).packages.map(
    (one: { name: string; version: string }) => `${one.name}@${one.version}`,
  );
}

function run(program: string, ...words: string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

describe.skipIf(!hasSkopeo)(`skopeo${hasSkopeo ? '' : ' (not installed)'}`, () => {
  test.each([
    ['docker-archive', 'docker-archive:out-docker.tar:shop:1', 'out-docker.tar', []],
    ['OCI archive', 'oci-archive:out-oci.tar:shop', 'out-oci.tar', []],
    ['OCI folder', 'oci:out-oci:shop', 'out-oci', []],
    [
      'zstd layers',
      'oci:out-zstd:shop',
      'out-zstd',
      ['--dest-compress-format', 'zstd', '--dest-force-compress-format'],
    ],
    [
      'zstd:chunked layers',
      'oci:out-chunked:shop',
      'out-chunked',
      ['--dest-compress-format', 'zstd:chunked', '--dest-force-compress-format'],
    ],
  ])('%s', async (_name, destination, target, flags) => {
    const known = execFileSync('skopeo', ['copy', '--help'], { encoding: 'utf8' });
    const usable = flags.filter((flag) => !flag.startsWith('--') || known.includes(flag));
    const place = destination.replace(':out', `:${at('out')}`);
    run('skopeo', 'copy', '-q', ...usable, `docker-archive:${at('source.tar')}`, place);
    expect(await packagesOf(at(target))).toEqual(expected);
  });
});

const hasDocker = hasTool(docker, 'version');
describe.skipIf(!hasDocker)(`docker${hasDocker ? '' : ' (no engine answers)'}`, () => {
  beforeAll(() => run(docker, 'load', '-q', '-i', at('source.tar')));
  afterAll(() => run(docker, 'rmi', '-f', name));

  test('docker save, and the same through gzip', async () => {
    run(docker, 'save', '-o', at('saved.tar'), name);
    run('gzip', '-k', at('saved.tar'));
    expect(await packagesOf(at('saved.tar'))).toEqual(expected);
    expect(await packagesOf(at('saved.tar.gz'))).toEqual(expected);
  });
});

const hasUmoci = hasTool('umoci', '--version');
test.skipIf(!hasUmoci)(
  `umoci: a layer that it adds${hasUmoci ? '' : ' (not installed)'}`,
  async () => {
    writeFolder(at('umoci-oci'), ociFiles(image, 'gzip').files);
    writeFileSync(at('package.json'), '{"name":"left-pad","version":"1.3.0"}');
    run(
      'umoci',
      'insert',
      '--image',
      `${at('umoci-oci')}:latest`,
      at('package.json'),
      '/srv/node_modules/left-pad/package.json',
    );
    const [bash, curl, lodash] = expected;
    expect(await packagesOf(`oci:${at('umoci-oci')}:latest`)).toEqual([
      bash,
      curl,
      'left-pad@1.3.0',
      lodash,
    ]);
  },
);

const hasBuildah = hasTool('buildah', '--version');
test.skipIf(!hasBuildah)(`buildah push${hasBuildah ? '' : ' (not installed)'}`, async () => {
  const words = [
    '--storage-driver',
    'vfs',
    '--root',
    at('buildah'),
    '--runroot',
    at('buildah-run'),
  ];
  run('buildah', ...words, 'pull', '-q', `oci:${at('source-oci')}:latest`);
  const id = execFileSync('buildah', [...words, 'images', '-q'], { encoding: 'utf8' })
    .trim()
    .split('\n')[0] as string;
  run('buildah', ...words, 'push', '-q', id, `docker-archive:${at('buildah.tar')}`);
  expect(await packagesOf(at('buildah.tar'))).toEqual(expected);
});

const hasContainerd = hasOptionalTool('ctr', 'version');
test.skipIf(!hasContainerd)(
  `containerd: ctr export${hasContainerd ? '' : ' (containerd does not answer)'}`,
  async () => {
    writeFileSync(
      at('import.tar'),
      archiveOf(ociFiles(image, 'gzip', 'docker.io/library/seaworthy-forms:1').files),
    );
    const namespace = `seaworthy-${process.pid}`;
    const reference = 'docker.io/library/seaworthy-forms:1';
    run(
      'ctr',
      '-n',
      namespace,
      'images',
      'import',
      '--no-unpack',
      '--all-platforms',
      '--base-name',
      'docker.io/library/seaworthy-forms',
      at('import.tar'),
    );
    const listed =
      execFileSync('ctr', ['-n', namespace, 'images', 'ls', '-q'], { encoding: 'utf8' })
        .trim()
        .split('\n')[0] ?? reference;
    try {
      run(
        'ctr',
        '-n',
        namespace,
        'images',
        'export',
        '--all-platforms',
        at('exported.tar'),
        listed,
      );
      expect(await packagesOf(at('exported.tar'))).toEqual(expected);
    } finally {
      run('ctr', '-n', namespace, 'images', 'rm', '--sync', listed);
      run('ctr', 'namespaces', 'rm', namespace);
    }
  },
);

test('kaniko: a docker archive with gzipped layers named by digest', async () => {
  const { tar } = await import('../tar-builder.ts');
  const { gzipSync } = await import('node:zlib');
  const names = image.layers.map((layer) => `${layer.diffId.slice(7)}.tar.gz`);
  writeFileSync(
    at('kaniko.tar'),
    tar([
      { name: image.configDigest, content: image.config },
      ...image.layers.map((layer, index) => ({
        name: names[index] as string,
        content: gzipSync(layer.tar),
      })),
      {
        name: 'manifest.json',
        content: JSON.stringify([
          { Config: image.configDigest, RepoTags: ['shop:1'], Layers: names },
        ]),
      },
    ]),
  );
  expect(await packagesOf(at('kaniko.tar'))).toEqual(expected);
});

test('Docker 25 and later: an OCI layout with manifest.json in one archive, repeated layers as links', async () => {
  const { tar } = await import('../tar-builder.ts');
  const { files } = ociFiles(image, 'plain');
  const config = `blobs/${image.configDigest.replace(':', '/')}`;
  const layers = image.layers.map((layer) => `blobs/${layer.diffId.replace(':', '/')}`);
  const manifest = JSON.stringify([
    { Config: config, RepoTags: ['shop:1'], Layers: layers, LayerSources: {} },
  ]);
  writeFileSync(
    at('docker25.tar'),
    tar([
      ...[...files].map(([path, content]) => ({ name: path, content })),
      { name: 'manifest.json', content: manifest },
    ]),
  );
  expect(await packagesOf(at('docker25.tar'))).toEqual(expected);
  const old = image.layers.map((layer, index) =>
    index === 0
      ? [
          { name: 'a/layer.tar', content: layer.tar },
          { name: 'b/layer.tar', type: '2', link: '../a/layer.tar' },
        ]
      : [{ name: `${index}/layer.tar`, content: layer.tar }],
  );
  const twice = JSON.parse(image.config.toString());
  twice.rootfs.diff_ids.unshift(image.layers[0]?.diffId);
  writeFileSync(
    at('linked.tar'),
    tar([
      ...old.flat(),
      { name: 'c.json', content: JSON.stringify(twice) },
      {
        name: 'manifest.json',
        content: JSON.stringify([
          {
            Config: 'c.json',
            RepoTags: null,
            Layers: ['b/layer.tar', 'a/layer.tar', '1/layer.tar', '2/layer.tar'],
          },
        ]),
      },
    ]),
  );
  expect(await packagesOf(at('linked.tar'))).toEqual(expected);
});
