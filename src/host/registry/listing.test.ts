// Tags, referrers, artifacts and mirrors, of honest registries and of endless ones.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bareEnvironment,
  collect,
  operatingError,
  type TestPace,
  testPace,
} from '../../../test/registry-client.ts';
import {
  mediaTypes,
  putImage,
  type ScriptedRegistry,
  startScriptedRegistry,
} from '../../../test/scripted-registry.ts';
import type { RegistryOptions } from './options.ts';
import { type ImageReference, parseReference } from './reference.ts';
import { createRegistry, type Registry } from './registry.ts';

let registry: ScriptedRegistry;
let mirror: ScriptedRegistry;
let pace: TestPace;
let reference: ImageReference;

beforeEach(async () => {
  registry = await startScriptedRegistry();
  mirror = await startScriptedRegistry();
  pace = testPace();
  reference = parseReference(registry.name('a/b:1'));
});

afterEach(async () => {
  await registry.server.close();
  await mirror.server.close();
});

function client(options: RegistryOptions = {}): Registry {
  return createRegistry({
    environment: bareEnvironment,
    pace,
    platform: 'linux/amd64',
    ...options,
  });
}

/** Pages of JSON, by path; each may name the next one. */
function pages(content: Readonly<Record<string, { body: object; link?: string }>>): void {
  registry.intercept((request, response) => {
    const page = content[request.url ?? ''];
    if (page === undefined) return false;
    if (page.link !== undefined) response.setHeader('link', page.link);
    response.end(JSON.stringify(page.body));
    return true;
  });
}

describe('tags', () => {
  test('page by page; what cannot be a tag is left out', async () => {
    pages({
      '/v2/a/b/tags/list?n=1000': {
        body: { tags: ['1', '2', 'bad tag', '\u001b', 7] },
        link: '</v2/a/b/tags/list?last=2&n=1000>; rel="next"',
      },
      '/v2/a/b/tags/list?last=2&n=1000': { body: { tags: ['3'] }, link: '<x>; rel="prev"' },
    });
    expect(await client().listTags(reference)).toEqual(['1', '2', '3']);
  });

  test('none', async () => {
    pages({ '/v2/a/b/tags/list?n=1000': { body: { name: 'a/b', tags: null } } });
    expect(await client().listTags(reference)).toEqual([]);
    const absent = parseReference(registry.name('absent'));
    expect((await operatingError(client().listTags(absent))).code).toBe('not-found');
  });

  test('a circle of pages ends', async () => {
    const link = '</v2/a/b/tags/list?n=1000>; rel="next"';
    pages({ '/v2/a/b/tags/list?n=1000': { body: { tags: ['1'] }, link } });
    expect((await operatingError(client().listTags(reference))).code).toBe('limit');
  });

  test('a list without end ends', async () => {
    let page = 0;
    registry.intercept((_request, response) => {
      response.setHeader('link', `</v2/a/b/tags/list?p=${++page}>; rel="next"`);
      response.end('{"tags":[]}');
      return true;
    });
    expect((await operatingError(client().listTags(reference))).code).toBe('limit');
    expect(page).toBe(500);
  });

  test('a next page on another host is not asked for', async () => {
    const link = `<${mirror.server.origin}/v2/a/b/tags/list?last=1>; rel="next"`;
    pages({ '/v2/a/b/tags/list?n=1000': { body: { tags: ['1'] }, link } });
    expect(await client().listTags(reference)).toEqual(['1']);
    expect(mirror.seen).toHaveLength(0);
  });

  test('something else than JSON', async () => {
    registry.intercept((_request, response) => {
      response.end('<html>');
      return true;
    });
    expect((await operatingError(client().listTags(reference))).code).toBe('malformed');
  });
});

describe('referrers', () => {
  const digest = `sha256:${'6'.repeat(64)}`;
  const signature = {
    digest: `sha256:${'7'.repeat(64)}`,
    size: 7,
    mediaType: mediaTypes.manifest,
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    annotations: { created: 'today' },
  };

  test('by the API, page by page', async () => {
    const path = `/v2/a/b/referrers/${digest}`;
    const other = { ...signature, artifactType: 'application/spdx+json' };
    pages({
      [path]: { body: { manifests: [signature] }, link: `<${path}?page=2>; rel=next` },
      [`${path}?page=2`]: { body: { manifests: [other] } },
    });
    const found = await client().referrers(reference, digest);
    expect(found.map(({ artifactType }) => artifactType)).toEqual([
      'application/vnd.dev.sigstore.bundle.v0.3+json',
      'application/spdx+json',
    ]);
    expect(found[0]?.annotations.get('created')).toBe('today');
  });

  test('by the fallback tag of older registries', async () => {
    const document = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [signature] };
    const tag = digest.replace(':', '-');
    registry.manifest(document, { tag, mediaType: mediaTypes.index });
    expect(await client().referrers(reference, digest)).toMatchObject([{ size: 7 }]);
  });

  test('none', async () => {
    expect(await client().referrers(reference, digest)).toEqual([]);
  });

  test('of broken descriptors', async () => {
    pages({ [`/v2/a/b/referrers/${digest}`]: { body: { manifests: [{ digest: 'x' }] } } });
    expect((await operatingError(client().referrers(reference, digest))).code).toBe('malformed');
  });
});

describe('artifacts', () => {
  const file = Buffer.from('the advisory database');

  function put(layers: number, tag: string): void {
    const config = registry.blob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
    const layer = registry.blob(file, 'application/vnd.example.db');
    const document = {
      schemaVersion: 2,
      artifactType: 'application/vnd.example',
      annotations: { title: 'db' },
      config,
      layers: Array.from({ length: layers }, () => layer),
    };
    const manifest = registry.manifest(document, { tag });
    registry.manifest(
      { schemaVersion: 2, manifests: [manifest] },
      {
        tag: `${tag}-index`,
        mediaType: mediaTypes.index,
      },
    );
  }

  test('one file, by its manifest or an index of one', async () => {
    put(1, '1');
    const artifact = await client().openArtifact(reference);
    expect(artifact).toMatchObject({ artifactType: 'application/vnd.example' });
    expect(artifact.annotations.get('title')).toBe('db');
    expect(await collect(artifact.read())).toEqual(file);
    const index = parseReference(registry.name('a/b:1-index'));
    expect(await collect(client().pullArtifact(index))).toEqual(file);
    expect((await client().openArtifact(index)).digest).toBe(artifact.digest);
  });

  test.each([0, 2])('%d files', async (layers) => {
    put(layers, '1');
    const error = await operatingError(collect(client().pullArtifact(reference)));
    expect(error.code).toBe('unsupported');
  });

  test('an index of several', async () => {
    const { manifest } = putImage(registry);
    const document = { schemaVersion: 2, manifests: [manifest, manifest] };
    registry.manifest(document, { tag: '1', mediaType: mediaTypes.index });
    expect((await operatingError(client().openArtifact(reference))).code).toBe('unsupported');
  });

  test('a manifest of any kind by itself', async () => {
    const { manifest } = putImage(registry, { tag: '1' });
    const fetched = await client().readManifest(reference);
    expect(fetched).toMatchObject({ digest: manifest.digest, content: { kind: 'manifest' } });
  });
});

function mirrored(...endpoints: readonly string[]): Registry {
  return client({ mirrors: [{ registry: registry.server.host, endpoints }] });
}

describe('mirrors', () => {
  test('serve manifest and blobs, and the registry is not asked', async () => {
    const { layer } = putImage(mirror, { tag: '1' });
    const image = await mirrored(mirror.server.origin).openImage(reference);
    const [descriptor] = image.manifest.layers;
    expect(descriptor?.digest).toBe(layer.digest);
    expect(descriptor && (await collect(image.openBlob(descriptor)))).toHaveLength(layer.size);
    expect(registry.seen).toHaveLength(0);
  });

  test('below a path', async () => {
    const prefixed: string[] = [];
    mirror.intercept((request) => {
      prefixed.push(request.url ?? '');
      return false;
    });
    putImage(mirror, { tag: '1' });
    await mirrored(`${mirror.server.origin}/hub/cache/`).openImage(reference);
    expect(prefixed).toEqual(['/v2/hub/cache/a/b/manifests/1']);
  });

  test.each([
    ['that lacks the image', 404],
    ['that wants a login', 401],
    ['that forbids', 403],
    ['that limits', 429],
    ['that fails', 500],
  ])('one %s is passed over', async (_name, status) => {
    mirror.intercept((_request, response) => {
      response.writeHead(status);
      response.end();
      return true;
    });
    const { manifest } = putImage(registry, { tag: '1' });
    const image = await mirrored(mirror.server.origin).openImage(reference);
    expect(image.digest).toBe(manifest.digest);
  });

  test('one that is gone, one that sends another content for a digest', async () => {
    const { manifest } = putImage(registry, { tag: '1' });
    mirror.intercept((_request, response) => {
      response.end('{}');
      return true;
    });
    const gone = await startScriptedRegistry();
    await gone.server.close();
    const pinned = parseReference(registry.name(`a/b@${manifest.digest}`));
    const image = await mirrored(gone.server.origin, mirror.server.origin).openImage(pinned);
    expect(image.digest).toBe(manifest.digest);
  });

  test("the registry's own answer is the one that is told", async () => {
    const error = await operatingError(mirrored(mirror.server.origin).openImage(reference));
    expect(error.message).toContain(registry.server.host);
    expect(error.message).not.toContain(mirror.server.host);
  });

  test('a mirror that is no address', async () => {
    const error = await operatingError(mirrored('mirror.test').openImage(reference));
    expect(error.code).toBe('usage');
  });

  test('of another registry is not asked', async () => {
    putImage(registry, { tag: '1' });
    const mirrors = [{ registry: 'docker.io', endpoints: [mirror.server.origin] }];
    await client({ mirrors }).openImage(reference);
    expect(mirror.seen).toHaveLength(0);
  });
});
