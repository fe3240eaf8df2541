// Manifests and indexes: the good forms of practice, and what hostile or broken registries send.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from '../../base/error.ts';
import { parseManifest } from './manifest.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const oci = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const docker = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';

const config = { digest, size: 2, mediaType: 'application/vnd.oci.image.config.v1+json' };
const layer = { digest, size: 5, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
const image = { schemaVersion: 2, config, layers: [layer] };
const index = { schemaVersion: 2, manifests: [{ digest, size: 3, mediaType: oci }] };

function parse(
  document: unknown,
  contentType: string | null = null,
): ReturnType<typeof parseManifest> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return parseManifest(Buffer.from(text), { name: 'reg.test/a:1', contentType });
}

function codeOf(document: unknown, contentType: string | null = null): string {
  try {
    parse(document, contentType);
    return 'accepted';
  } catch (error) {
    if (error instanceof SeaworthyError) return error.code;
    throw error;
  }
}

describe('what a document is', () => {
  test.each([
    ['by header', image, oci, 'manifest', oci],
    ['by header with parameters', image, `${docker}; charset=utf-8`, 'manifest', docker],
    ['by its own word', { ...image, mediaType: docker }, null, 'manifest', docker],
    ['by both', { ...image, mediaType: oci }, oci, 'manifest', oci],
    [
      'its own word over text/plain',
      { ...image, mediaType: docker },
      'text/plain',
      'manifest',
      docker,
    ],
    ['by shape under application/json', image, 'application/json', 'manifest', oci],
    ['index by header', index, dockerList, 'index', dockerList],
    ['index by shape', index, 'application/octet-stream', 'index', ociIndex],
    ['header in capitals', image, oci.toUpperCase(), 'manifest', oci],
  ])('%s', (_name, document, contentType, kind, mediaType) => {
    expect(parse(document, contentType)).toMatchObject({ kind, mediaType });
  });

  test.each([
    ['not JSON', '<html>Sign in</html>', 'text/html', 'malformed'],
    ['not an object', '[]', oci, 'malformed'],
    ['empty', '', oci, 'malformed'],
    ['deeper than any', '['.repeat(100_000), oci, 'malformed'],
    ['index and manifest at once', { ...image, ...index }, oci, 'malformed'],
    ['header and word disagree', { ...image, mediaType: docker }, oci, 'malformed'],
    ['an index sent as a manifest', index, oci, 'malformed'],
    ['a manifest sent as an index', image, ociIndex, 'malformed'],
    ['nothing inside', {}, oci, 'malformed'],
    ['nothing known', {}, 'application/json', 'unsupported'],
    [
      'schema 1 by header',
      { fsLayers: [] },
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      'unsupported',
    ],
    ['schema 1 by shape', { fsLayers: [], signatures: [] }, 'application/json', 'unsupported'],
    [
      'an artifact manifest',
      { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', blobs: [] },
      null,
      'unsupported',
    ],
    [
      'too many layers',
      { ...image, layers: Array.from({ length: 1001 }, () => layer) },
      oci,
      'limit',
    ],
    [
      'too many manifests',
      { manifests: Array.from({ length: 10_001 }, () => layer) },
      ociIndex,
      'limit',
    ],
  ])('%s is refused', (_name, document, contentType, code) => {
    expect(codeOf(document, contentType)).toBe(code);
  });
});

describe('its parts', () => {
  test('layers, foreign ones marked, addresses kept', () => {
    const foreign = {
      ...layer,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: ['https://elsewhere.test/layer', 7],
    };
    const nondistributable = {
      ...layer,
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
    };
    const manifest = parse({ ...image, layers: [layer, foreign, nondistributable] }, oci);
    expect(manifest.kind === 'manifest' && manifest.layers).toMatchObject([
      { foreign: false, urls: [] },
      { foreign: true, urls: ['https://elsewhere.test/layer'] },
      { foreign: true },
    ]);
  });

  test('entries with and without platforms', () => {
    const platform = { os: 'linux', architecture: 'arm', variant: 'v7' };
    const entries = [
      { ...config, platform },
      { ...config, platform: { os: 'linux' } },
      { ...config, annotations: { a: 'b', c: 1, __proto__: 'x' } },
    ];
    const parsed = parse({ manifests: entries }, ociIndex);
    expect(parsed.kind === 'index' && parsed.entries.map((entry) => entry.platform)).toEqual([
      platform,
      null,
      null,
    ]);
    expect(parsed.kind === 'index' && parsed.entries[2]?.annotations).toEqual(
      new Map([['a', 'b']]),
    );
  });

  test('artifact type and subject', () => {
    const subject = { ...config, size: 9 };
    const parsed = parse({ ...image, artifactType: 'application/x', subject }, oci);
    expect(parsed).toMatchObject({ artifactType: 'application/x', subject: { size: 9 } });
  });

  test.each([
    ['no config', { layers: [], config: null }],
    ['no size', { ...image, config: { digest } }],
    ['a negative size', { ...image, config: { ...config, size: -1 } }],
    ['a broken size', { ...image, config: { ...config, size: 1.5 } }],
    ['an immense size', { ...image, config: { ...config, size: 1e300 } }],
    ['a size as text', { ...image, config: { ...config, size: '2' } }],
    ['no digest', { ...image, layers: [{ size: 1 }] }],
    ['a digest that is a path', { ...image, layers: [{ ...layer, digest: 'sha256:../../../x' }] }],
    ['a weak digest', { ...image, layers: [{ ...layer, digest: `md5:${'0'.repeat(32)}` }] }],
    ['a layer that is a number', { ...image, layers: [3] }],
  ])('%s is refused', (_name, document) => {
    expect(codeOf(document, oci)).toBe('malformed');
  });

  test('any JSON is read or refused in words', () => {
    const key = fc.constantFrom(
      'config',
      'layers',
      'manifests',
      'mediaType',
      'digest',
      'size',
      'x',
    );
    const leaf = fc.oneof(fc.integer(), fc.constant(digest), fc.constant(oci), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(oci, ociIndex, null), (document, contentType) => {
        expect(codeOf(document, contentType)).toMatch(/^(accepted|malformed|unsupported)$/);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
