// From reference to manifest: platforms, nested indexes, pinning, and what is not an image.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bareEnvironment,
  operatingError,
  type TestPace,
  testPace,
} from '../../../test/registry-client.ts';
import {
  mediaTypes,
  putImage,
  type ScriptedRegistry,
  sha256,
  startScriptedRegistry,
  type TestDescriptor,
} from '../../../test/scripted-registry.ts';
import type { RemoteImage } from './image.ts';
import type { RegistryOptions } from './options.ts';
import { parseReference } from './reference.ts';
import { openRegistryImage } from './registry.ts';

let registry: ScriptedRegistry;
let pace: TestPace;

beforeEach(async () => {
  registry = await startScriptedRegistry();
  pace = testPace();
});

afterEach(() => registry.server.close());

function open(rest: string, options: RegistryOptions = {}): Promise<RemoteImage> {
  const defaults = { environment: bareEnvironment, pace, platform: 'linux/amd64' };
  return openRegistryImage(parseReference(registry.name(rest)), { ...defaults, ...options });
}

/** An image whose manifest is used as an entry for `platform`. */
function entry(platform: string | null, extra: object = {}): TestDescriptor {
  const layer = Buffer.from(`layer of ${platform} ${JSON.stringify(extra)}`);
  const { manifest } = putImage(registry, { layer });
  if (platform === null) return { ...manifest, ...extra };
  const [os, architecture, variant] = platform.split('/');
  return { ...manifest, platform: { os, architecture, variant }, ...extra };
}

function putIndex(entries: readonly object[], tag?: string): TestDescriptor {
  const document = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: entries };
  const { index } = mediaTypes;
  return registry.manifest(document, { mediaType: index, ...(tag === undefined ? {} : { tag }) });
}

describe('indexes', () => {
  test('the entry of the platform', async () => {
    const amd = entry('linux/amd64');
    const arm = entry('linux/arm64/v8');
    const index = putIndex([entry('windows/amd64'), amd, arm], '1');
    const image = await open('a:1', { platform: 'linux/arm64' });
    expect(image).toMatchObject({ digest: arm.digest, indexDigest: index.digest });
    expect(image.platform).toEqual({ os: 'linux', architecture: 'arm64', variant: 'v8' });
    expect(sha256(image.rawManifest)).toBe(arm.digest);
    expect((await open('a:1')).digest).toBe(amd.digest);
  });

  test('the closest variant', async () => {
    const six = entry('linux/arm/v6');
    putIndex([entry('linux/arm/v5'), six, entry('linux/arm64/v8')], '1');
    expect((await open('a:1', { platform: 'linux/arm/v7' })).digest).toBe(six.digest);
    const error = await operatingError(open('a:1', { platform: 'linux/arm/v4' }));
    expect(error.advice).toContain('linux/arm/v5, linux/arm/v6, linux/arm64/v8');
  });

  test('attestations are not images, but are kept', async () => {
    const amd = entry('linux/amd64');
    const attestation = entry('unknown/unknown', {
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': amd.digest,
      },
    });
    putIndex([attestation, amd], '1');
    const image = await open('a:1');
    expect(image.digest).toBe(amd.digest);
    expect(image.attestations.map(({ digest }) => digest)).toEqual([attestation.digest]);
    const error = await operatingError(open('a:1', { platform: 'linux/s390x' }));
    expect(error.advice).not.toContain('unknown');
  });

  test('a lone entry that tells no platform is taken, one of several is not', async () => {
    const lone = entry(null);
    putIndex([lone], 'lone');
    putIndex([lone, entry(null, { x: 1 })], 'two');
    expect((await open('a:lone')).digest).toBe(lone.digest);
    expect((await operatingError(open('a:two'))).code).toBe('not-found');
  });

  test('none at all', async () => {
    putIndex([], 'empty');
    expect((await operatingError(open('a:empty'))).advice).toContain('no image at all');
  });

  test('nested ones, also when listed twice', async () => {
    const amd = entry('linux/amd64');
    const other = putIndex([entry('linux/arm64')]);
    putIndex([other, other, putIndex([putIndex([amd])])], '1');
    expect((await open('a:1')).digest).toBe(amd.digest);
  });

  test('nested too deep', async () => {
    let nested = putIndex([entry('linux/amd64')]);
    for (let depth = 0; depth < 3; depth++) nested = putIndex([nested]);
    putIndex([nested], 'deep');
    expect((await open(`a@${nested.digest}`)).mediaType).toBe(mediaTypes.manifest);
    expect((await operatingError(open('a:deep'))).code).toBe('limit');
  });

  test('a bush of indexes is not walked without end', async () => {
    const leaves = Array.from({ length: 40 }, (_, n) => putIndex([entry('linux/s390x', { n })]));
    putIndex(leaves, 'bush');
    expect((await operatingError(open('a:bush'))).code).toBe('limit');
    expect(registry.seen.length).toBeLessThan(30);
  });

  test('an index that is listed as a manifest counts as an index', async () => {
    let nested: TestDescriptor = entry('linux/amd64');
    const lying = {
      platform: { os: 'linux', architecture: 'amd64' },
      mediaType: mediaTypes.manifest,
    };
    for (let depth = 0; depth < 6; depth++) nested = { ...putIndex([nested]), ...lying };
    putIndex([nested], 'lying');
    expect((await operatingError(open('a:lying'))).code).toBe('limit');
  });

  test('an index whose entries lead back to it', async () => {
    // A digest cannot stand in its own content, so such a registry must send other content for it.
    const asked = `sha256:${'1'.repeat(64)}`;
    const document = {
      schemaVersion: 2,
      manifests: [{ digest: asked, size: 9, mediaType: mediaTypes.index }],
    };
    registry.intercept((_request, response) => {
      response.writeHead(200, { 'content-type': mediaTypes.index });
      response.end(JSON.stringify(document));
      return true;
    });
    expect((await operatingError(open('a:1'))).code).toBe('digest-mismatch');
    expect(registry.seen).toHaveLength(2);
  });
});

describe('one manifest', () => {
  test('config, layers and digests', async () => {
    const { manifest, layer, config } = putImage(registry, { tag: '1' });
    const image = await open('a/b:1');
    expect(image).toMatchObject({ digest: manifest.digest, indexDigest: null, platform: null });
    expect(image.manifest.config.digest).toBe(config.digest);
    expect(image.manifest.layers).toMatchObject([{ digest: layer.digest, foreign: false }]);
    expect(JSON.parse(Buffer.from(await image.readConfig()).toString())).toMatchObject({
      os: 'linux',
    });
    expect(image.reference.canonical()).toBe(registry.name('a/b:1'));
  });

  test('the tag is latest where none is given', async () => {
    putImage(registry, { tag: 'latest' });
    await open('a/b');
    expect(registry.seen[0]?.path).toBe('/v2/a/b/manifests/latest');
    expect(registry.seen[0]?.headers.accept).toContain(mediaTypes.index);
  });

  test('of another platform than asked for', async () => {
    putImage(registry, { tag: '1', architecture: 'arm64' });
    const image = await open('a:1');
    const error = await operatingError(image.readConfig());
    expect(error).toMatchObject({ code: 'not-found', advice: 'it exists only for linux/arm64' });
  });

  test('a pinned digest wins over the tag, and is checked', async () => {
    const { manifest } = putImage(registry, { tag: '1' });
    expect((await open(`a:gone@${manifest.digest}`)).digest).toBe(manifest.digest);
    const other = `sha256:${'2'.repeat(64)}`;
    registry.intercept((request, response) => {
      response.writeHead(200, { 'content-type': mediaTypes.manifest });
      response.end('{}');
      return request.url !== '';
    });
    expect((await operatingError(open(`a@${other}`))).code).toBe('digest-mismatch');
  });

  test('a digest header that does not fit', async () => {
    registry.intercept((_request, response) => {
      response.setHeader('docker-content-digest', `sha256:${'3'.repeat(64)}`);
      response.setHeader('content-type', mediaTypes.manifest);
      response.end('{}');
      return true;
    });
    expect((await operatingError(open('a:1'))).code).toBe('digest-mismatch');
  });

  test.each(['text/plain', 'application/json', 'text/html; charset=utf-8', ''])(
    'sent as %j it is still read',
    async (contentType) => {
      const { manifest } = putImage(registry);
      registry.intercept((request, response) => {
        if (request.url?.endsWith('/odd') !== true) return false;
        const stored = { config: putImage(registry).config, layers: [] };
        response.setHeader('content-type', contentType);
        response.end(JSON.stringify({ schemaVersion: 2, ...stored }));
        return true;
      });
      expect(manifest.size).toBeGreaterThan(0);
      expect((await open('a:odd')).manifest.layers).toEqual([]);
    },
  );

  test('a login page', async () => {
    registry.intercept((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html>Sign in</html>');
      return true;
    });
    const error = await operatingError(open('a:1'));
    expect(error.code).toBe('malformed');
    expect(error.advice).toContain('check that the address is a container registry');
  });

  test.each([true, false])('immense, its length told: %s', async (told) => {
    registry.intercept((_request, response) => {
      response.writeHead(200, told ? { 'content-length': 1e12 } : {});
      const pump = (): void => {
        while (!response.destroyed && response.write('['.repeat(65_536))) continue;
      };
      response.on('drain', pump);
      pump();
      return true;
    });
    expect((await operatingError(open('a:1'))).code).toBe('limit');
  });

  test('cut off, then whole', async () => {
    const { manifest } = putImage(registry, { tag: '1' });
    let count = 0;
    registry.intercept((_request, response) => {
      if (++count > 1) return false;
      response.writeHead(200, { 'content-length': manifest.size });
      response.write('{');
      setTimeout(() => response.destroy(), 5);
      return true;
    });
    expect((await open('a:1')).digest).toBe(manifest.digest);
    expect(pace.slept).toHaveLength(1);
  });

  test('unknown', async () => {
    const error = await operatingError(open('a:1'));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain('MANIFEST_UNKNOWN: manifest unknown');
  });

  test('a foreign layer is kept with its addresses, and never fetched from them', async () => {
    const elsewhere = `${registry.server.origin}/elsewhere`;
    const { config } = putImage(registry);
    const foreign = {
      digest: `sha256:${'4'.repeat(64)}`,
      size: 4,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: [elsewhere],
    };
    registry.manifest({ schemaVersion: 2, config, layers: [foreign] }, { tag: 'win' });
    const image = await open('a:win');
    const layer = image.manifest.layers[0];
    expect(layer).toMatchObject({ foreign: true, urls: [elsewhere] });
    const reading =
      layer === undefined ? null : image.openBlob(layer)[Symbol.asyncIterator]().next();
    expect((await operatingError(Promise.resolve(reading))).code).toBe('not-found');
    expect(registry.seen.some(({ path }) => path === '/elsewhere')).toBe(false);
  });
});

function layer(mediaType: string): object {
  return { digest: `sha256:${'5'.repeat(64)}`, size: 1, mediaType };
}

describe('what is not an image', () => {
  const imageConfig = layer(mediaTypes.config);

  test.each([
    [
      'a Helm chart',
      {
        config: layer('application/vnd.cncf.helm.config.v1+json'),
        layers: [layer('application/vnd.cncf.helm.chart.content.v1.tar+gzip')],
      },
      'helm',
    ],
    [
      'an ORAS artifact',
      {
        artifactType: 'application/vnd.example',
        config: layer('application/vnd.oci.empty.v1+json'),
        layers: [],
      },
      'vnd.example',
    ],
    [
      'a signature',
      { config: imageConfig, layers: [layer('application/vnd.dev.cosign.simplesigning.v1+json')] },
      'simplesigning',
    ],
    [
      'an attestation',
      { config: imageConfig, layers: [layer('application/vnd.in-toto+json')] },
      'in-toto',
    ],
    [
      'a Docker plugin',
      { config: layer('application/vnd.docker.plugin.v1+json'), layers: [] },
      'plugin',
    ],
  ])('%s', async (_name, document, says) => {
    registry.manifest({ schemaVersion: 2, ...document }, { tag: '1' });
    const error = await operatingError(open('a:1'));
    expect(error.code).toBe('unsupported');
    expect(error.message).toContain('is not an image but an artifact of type');
    expect(error.message).toContain(says);
  });

  test("Docker's schema 1", async () => {
    const document = { schemaVersion: 1, fsLayers: [], history: [], signatures: [] };
    const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
    registry.manifest(document, { tag: 'old', mediaType });
    const error = await operatingError(open('a:old'));
    expect(error.code).toBe('unsupported');
    expect(error.message).toContain('schema 1');
  });

  test('an image of unknown layer kinds is one, and an image without layers too', async () => {
    const document = { schemaVersion: 2, config: imageConfig };
    registry.manifest(
      { ...document, layers: [layer('application/vnd.new.layer.v9')] },
      { tag: '1' },
    );
    registry.manifest({ ...document, layers: [] }, { tag: '2' });
    expect((await open('a:1')).manifest.layers).toHaveLength(1);
    expect((await open('a:2')).manifest.layers).toHaveLength(0);
  });
});
