// The client against a real registry, filled by skopeo and docker: with and without login and TLS.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../../test/http-server.ts';
import { bareEnvironment, collect, operatingError } from '../../../test/registry-client.ts';
import {
  account,
  hasRegistry,
  hasSkopeo,
  hasTool,
  type RegistryProcess,
  startRegistry,
  storedBlob,
} from '../../../test/registry-process.ts';
import { hasOpenssl, makeCertificates } from '../../../test/tls-certificates.ts';
import type { RemoteImage } from './index.ts';
import {
  createRegistry,
  openRegistryImage,
  parseReference,
  type RegistryOptions,
} from './index.ts';

const present = hasRegistry && hasSkopeo;
const hasDocker = hasTool('docker', 'version');

let folder = '';
let layout = '';
let registry: RegistryProcess;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An OCI layout made of a real tar: `multi` of two platforms, `zstd` and `rotten` of one. */
function makeLayout(path: string): void {
  mkdirSync(join(path, 'blobs', 'sha256'), { recursive: true });
  const put = (bytes: Uint8Array, mediaType: string): object => {
    const hex = sha256(bytes);
    writeFileSync(join(path, 'blobs', 'sha256', hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: object, mediaType: string): object =>
    put(Buffer.from(JSON.stringify(value)), mediaType);
  const image = (tar: Uint8Array, layer: object, architecture: string): object => {
    const rootfs = { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] };
    const history = [{ created_by: 'test' }];
    const document = { architecture, os: 'linux', config: {}, rootfs, history };
    const config = json(document, 'application/vnd.oci.image.config.v1+json');
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = json({ schemaVersion: 2, mediaType, config, layers: [layer] }, mediaType);
    return { ...manifest, platform: { os: 'linux', architecture } };
  };
  const zstdImage = (text: string): object => {
    const tar = tarOf(text);
    const layer = put(zstdCompressSync(tar), 'application/vnd.oci.image.layer.v1.tar+zstd');
    return image(tar, layer, 'amd64');
  };
  const tar = tarOf('multi');
  const layer = put(tar, 'application/vnd.oci.image.layer.v1.tar');
  const manifests = ['amd64', 'arm64'].map((architecture) => image(tar, layer, architecture));
  const indexType = 'application/vnd.oci.image.index.v1+json';
  const index = json({ schemaVersion: 2, mediaType: indexType, manifests }, indexType);
  const named = [
    ['multi', index],
    ['zstd', zstdImage('zstd')],
    ['rotten', zstdImage('rotten')],
  ].map(([name, entry]) => ({
    ...Object(entry),
    annotations: { 'org.opencontainers.image.ref.name': name },
  }));
  writeFileSync(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: named }));
  writeFileSync(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

/** A tar of about 2 MB that no other text gives. */
function tarOf(text: string): Buffer {
  const root = join(folder, text);
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc', 'os-release'), `ID=${text}\n`);
  writeFileSync(join(root, 'data'), Buffer.alloc(2_000_000, `data of ${text}, `));
  return execFileSync('tar', ['-C', root, '-cf', '-', '.'], { maxBuffer: 1e9 });
}

function skopeo(...arguments_: readonly string[]): string {
  return execFileSync('skopeo', arguments_, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}

function docker(...arguments_: readonly string[]): void {
  execFileSync('docker', arguments_, { stdio: 'ignore' });
}

/** Copies `multi` of the layout. */
function copyTo(target: RegistryProcess, name: string, ...options: readonly string[]): void {
  copyOf('multi', `${target.host}/${name}`, ...options);
}

function copyOf(source: string, name: string, ...options: readonly string[]): void {
  const from = `oci:${layout}:${source}`;
  skopeo('copy', '--quiet', ...options, '--dest-tls-verify=false', from, `docker://${name}`);
}

function open(name: string, options: RegistryOptions = {}, from = registry): Promise<RemoteImage> {
  const reference = parseReference(`${from.host}/${name}`);
  return openRegistryImage(reference, {
    environment: bareEnvironment,
    platform: 'linux/amd64',
    ...options,
  });
}

/** The only layer, as transferred, and the diffID that the config tells of it. */
async function layerOf(
  image: RemoteImage,
): Promise<{ readonly bytes: Buffer; readonly diffId: string }> {
  const [layer] = image.manifest.layers;
  if (layer === undefined) throw new Error('no layer');
  const config = JSON.parse(Buffer.from(await image.readConfig()).toString()) as {
    readonly rootfs: { readonly diff_ids: readonly string[] };
  };
  return { bytes: await collect(image.openBlob(layer)), diffId: config.rootfs.diff_ids[0] ?? '' };
}

beforeAll(async () => {
  if (!present) return;
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-real-registry-'));
  layout = join(folder, 'layout');
  makeLayout(layout);
  registry = await startRegistry();
  copyTo(registry, 'team/multi:1', '--all');
});

afterAll(async () => {
  if (!present) return;
  await registry.stop();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!present)('without login (skipped without docker-registry and skopeo)', () => {
  test('an index, a platform, the bytes', async () => {
    const image = await open('team/multi:1', { platform: 'linux/arm64' });
    const raw = skopeo(
      'inspect',
      '--raw',
      '--tls-verify=false',
      `docker://${registry.host}/team/multi:1`,
    );
    expect(image.indexDigest).toBe(`sha256:${sha256(Buffer.from(raw))}`);
    expect(image.digest).toBe(`sha256:${sha256(image.rawManifest)}`);
    expect(image.platform?.architecture).toBe('arm64');
    const { bytes, diffId } = await layerOf(image);
    expect(`sha256:${sha256(gunzipSync(bytes))}`).toBe(diffId);
  });

  test('pinned with and without a tag', async () => {
    const { indexDigest, digest } = await open('team/multi:1');
    expect((await open(`team/multi:1@${indexDigest}`)).digest).toBe(digest);
    expect((await open(`team/multi@${digest}`)).indexDigest).toBeNull();
    const absent = `sha256:${'0'.repeat(64)}`;
    expect((await operatingError(open(`team/multi@${absent}`))).code).toBe('not-found');
  });

  test("Docker's media types and zstd layers", async () => {
    copyTo(registry, 'team/docker:1', '--format=v2s2');
    const schema2 = await open('team/docker:1');
    expect(schema2.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(schema2.manifest.layers[0]?.mediaType).toContain('rootfs.diff.tar.gzip');
    copyOf('zstd', `${registry.host}/team/zstd:1`);
    const zstd = await open('team/zstd:1');
    expect(zstd.manifest.layers[0]?.mediaType).toContain('tar+zstd');
    const { bytes, diffId } = await layerOf(zstd);
    expect(`sha256:${sha256(zstdDecompressSync(bytes))}`).toBe(diffId);
  });

  test('tags, and no referrers', async () => {
    copyTo(registry, 'team/multi:2');
    const client = createRegistry({ environment: bareEnvironment });
    const reference = parseReference(`${registry.host}/team/multi:1`);
    expect((await client.listTags(reference)).toSorted()).toEqual(['1', '2']);
    const { digest } = await client.readManifest(reference);
    expect(await client.referrers(reference, digest)).toEqual([]);
  });

  test('a blob that rotted in the store', async () => {
    copyOf('rotten', `${registry.host}/team/rotten:1`);
    const image = await open('team/rotten:1');
    const [layer] = image.manifest.layers;
    if (layer === undefined) throw new Error('no layer');
    const path = storedBlob(registry, layer.digest);
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 0x40;
    writeFileSync(path, bytes);
    expect((await operatingError(collect(image.openBlob(layer)))).code).toBe('digest-mismatch');
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(9)]));
    expect((await operatingError(collect(image.openBlob(layer)))).code).toBe('limit');
    writeFileSync(path, bytes.subarray(0, 50));
    expect((await operatingError(collect(image.openBlob(layer)))).code).toBe('digest-mismatch');
  });

  test('what is not there', async () => {
    const error = await operatingError(open('team/absent:1'));
    expect(error.code).toBe('not-found');
    expect(error.message).toMatch(/MANIFEST_UNKNOWN|NAME_UNKNOWN/);
  });

  test.skipIf(!hasDocker)('an image pushed by docker (skipped without docker)', async () => {
    const name = `${registry.host}/team/pushed:1`;
    const tar = join(folder, 'pushed.tar');
    execFileSync('tar', ['-C', join(folder, 'multi'), '-cf', tar, 'etc']);
    docker('import', tar, name);
    try {
      docker('push', name);
      const { bytes, diffId } = await layerOf(await open('team/pushed:1'));
      expect(`sha256:${sha256(gunzipSync(bytes))}`).toBe(diffId);
    } finally {
      docker('rmi', name);
    }
  });

  test('plain http beyond loopback only when asked for', async (context) => {
    const address = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    if (address === undefined) return context.skip('this machine has no other address');
    // A port of that address that leads to the registry: only the name differs.
    const seen: string[] = [];
    const relay = await startServer(
      (request, response) => {
        seen.push(request.url ?? '');
        void fetch(`http://${registry.host}${request.url}`, {
          headers: { accept: String(request.headers.accept) },
        }).then(async (answer) => {
          response.writeHead(answer.status, {
            'content-type': answer.headers.get('content-type') ?? '',
          });
          response.end(Buffer.from(await answer.arrayBuffer()));
        });
      },
      { address },
    );
    const reference = parseReference(`${address}:${relay.port}/team/multi:1`);
    const options = { environment: bareEnvironment, platform: 'linux/amd64' };
    const error = await operatingError(openRegistryImage(reference, options));
    expect(error.message).toContain('does not speak TLS');
    expect(seen).toEqual([]);
    const image = await openRegistryImage(reference, { ...options, plainHttp: true });
    expect(image.manifest.layers).toHaveLength(1);
    await relay.close();
  });
});

describe.skipIf(!present)('with login (skipped without docker-registry and skopeo)', () => {
  let secured: RegistryProcess;
  const credentials = `${account.username}:${account.password}`;

  beforeAll(async () => {
    secured = await startRegistry({ login: true });
    copyTo(secured, 'private/app:1', `--dest-creds=${credentials}`);
  });

  afterAll(() => secured.stop());

  test('none, wrong and right ones', async () => {
    const none = await operatingError(open('private/app:1', {}, secured));
    expect(none).toMatchObject({ code: 'denied' });
    expect(none.advice).toContain(`docker login ${secured.host}`);
    const wrong = { credentials: { username: 'tester', password: 'wrong-horse' } };
    const error = await operatingError(open('private/app:1', wrong, secured));
    expect(error.code).toBe('denied');
    expect(`${error.message} ${error.advice} ${error.stack}`).not.toContain('wrong-horse');
    const image = await open('private/app:1', { credentials: account }, secured);
    const { bytes, diffId } = await layerOf(image);
    expect(`sha256:${sha256(gunzipSync(bytes))}`).toBe(diffId);
  });

  test('as `skopeo login` has stored them', async () => {
    const authFile = join(folder, 'auth.json');
    const login = ['-u', account.username, '-p', account.password, secured.host];
    skopeo('login', '--tls-verify=false', '--authfile', authFile, ...login);
    const environment = { HOME: folder, REGISTRY_AUTH_FILE: authFile };
    expect((await open('private/app:1', { environment }, secured)).manifest.layers).toHaveLength(1);
  });

  test.skipIf(!hasDocker)(
    'as `docker login` has stored them (skipped without docker)',
    async () => {
      const configFolder = join(folder, 'docker-config');
      const login = ['login', '-u', account.username, '--password-stdin', secured.host];
      const { status } = spawnSync('docker', ['--config', configFolder, ...login], {
        input: account.password,
      });
      expect(status).toBe(0);
      const environment = { HOME: folder, DOCKER_CONFIG: configFolder };
      expect((await open('private/app:1', { environment }, secured)).manifest.layers).toHaveLength(
        1,
      );
    },
  );
});

describe.skipIf(!present || !hasOpenssl)('with TLS (skipped without its tools)', () => {
  test('authorities by option and by certs.d, and any certificate when asked', async () => {
    const certificates = join(folder, 'tls');
    mkdirSync(certificates);
    const { caFile } = makeCertificates(certificates);
    const tls = {
      certificate: join(certificates, 'server.pem'),
      key: join(certificates, 'server.key'),
    };
    const secure = await startRegistry({ tls });
    try {
      copyTo(secure, 'tls/app:1');
      const unknown = await operatingError(open('tls/app:1', {}, secure));
      expect(unknown.message).toContain('authority that is not trusted');
      expect((await open('tls/app:1', { caFile }, secure)).manifest.layers).toHaveLength(1);
      expect((await open('tls/app:1', { insecure: true }, secure)).manifest.layers).toHaveLength(1);
      const trusted = join(folder, 'xdg', 'containers', 'certs.d', secure.host);
      mkdirSync(trusted, { recursive: true });
      writeFileSync(join(trusted, 'ca.crt'), readFileSync(caFile));
      const environment = { ...bareEnvironment, XDG_CONFIG_HOME: join(folder, 'xdg') };
      expect((await open('tls/app:1', { environment }, secure)).manifest.layers).toHaveLength(1);
      const absent = { caFile: join(folder, 'absent.pem') };
      expect((await operatingError(open('tls/app:1', absent, secure))).code).toBe('unreadable');
      const noPem = { caFile: join(layout, 'index.json') };
      expect((await operatingError(open('tls/app:1', noPem, secure))).code).toBe('unreadable');
    } finally {
      await secure.stop();
    }
  });
});
