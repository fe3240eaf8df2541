// Builds image archives and layouts from layer tars for tests: every form that tools in the field
// write, and broken ones.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type BuiltEntry, tar } from './tar-builder.ts';

export type LayerForm = 'plain' | 'gzip' | 'zstd';

export interface BuiltImage {
  readonly config: Buffer;
  readonly configDigest: string;
  readonly layers: readonly { readonly tar: Buffer; readonly diffId: string }[];
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** An image of the given layers, bottom first, with one history line for each. */
export function buildImage(
  layers: readonly (readonly (BuiltEntry | Buffer)[])[],
  options: {
    readonly os?: string;
    readonly architecture?: string;
    /** Of the `config` object: `Env`, `User`, `Labels`, ... */
    readonly settings?: Readonly<Record<string, unknown>>;
    /** `created_by` of the layers. */
    readonly steps?: readonly string[];
  } = {},
): BuiltImage {
  const built = layers.map((entries) => {
    const bytes = tar(entries);
    return { tar: bytes, diffId: sha256(bytes) };
  });
  const config = Buffer.from(
    JSON.stringify({
      os: options.os ?? 'linux',
      architecture: options.architecture ?? 'amd64',
      config: { User: 'app', Env: ['SECRET=hidden'], Cmd: ['/bin/app'], ...options.settings },
      history: [
        ...built.map((_layer, index) => ({
          created_by: options.steps?.[index] ?? `RUN step ${index + 1}`,
        })),
        { created_by: 'CMD ["/bin/app"]', empty_layer: true },
      ],
      rootfs: { type: 'layers', diff_ids: built.map((layer) => layer.diffId) },
    }),
  );
  return { config, configDigest: sha256(config), layers: built };
}

/** As `docker save` before Docker 25: a folder for each layer, manifest.json last. */
export function dockerArchive(
  image: BuiltImage,
  form: LayerForm = 'plain',
  tags = ['shop:1'],
): Buffer {
  const configName = `${image.configDigest.slice(7)}.json`;
  const names = image.layers.map((layer) => `${layer.diffId.slice(7)}/layer.tar`);
  return tar([
    ...image.layers.map((layer, index) => ({
      name: names[index] as string,
      content: compressed(layer.tar, form),
    })),
    { name: configName, content: image.config },
    {
      name: 'manifest.json',
      content: JSON.stringify([{ Config: configName, RepoTags: tags, Layers: names }]),
    },
  ]);
}

export interface OciFiles {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly manifestDigest: string;
  readonly layerDigests: readonly string[];
}

/** The files of an OCI layout. @param reference `org.opencontainers.image.ref.name` */
export function ociFiles(
  image: BuiltImage,
  form: LayerForm = 'gzip',
  reference = 'latest',
): OciFiles {
  const files = new Map<string, Buffer>();
  const add = (bytes: Buffer): { digest: string; size: number } => {
    const digest = sha256(bytes);
    files.set(`blobs/${digest.replace(':', '/')}`, bytes);
    return { digest, size: bytes.length };
  };
  const suffix = { plain: '', gzip: '+gzip', zstd: '+zstd' }[form];
  const layers = image.layers.map((layer) => ({
    mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`,
    ...add(compressed(layer.tar, form)),
  }));
  const manifest = add(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...add(image.config) },
        layers,
      }),
    ),
  );
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  files.set(
    'index.json',
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          {
            mediaType: 'application/vnd.oci.image.manifest.v1+json',
            ...manifest,
            annotations: { 'org.opencontainers.image.ref.name': reference },
          },
        ],
      }),
    ),
  );
  return {
    files,
    manifestDigest: manifest.digest,
    layerDigests: layers.map((layer) => layer.digest),
  };
}

export function writeFolder(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

export function archiveOf(files: ReadonlyMap<string, Buffer>): Buffer {
  return tar([...files].map(([name, content]) => ({ name, content })));
}

export function compressed(bytes: Buffer, form: LayerForm): Buffer {
  if (form === 'plain') return bytes;
  return form === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes);
}

/** A dpkg status stanza. */
export function debStanza(name: string, version: string): string {
  return `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\nMaintainer: x\n\n`;
}

/** The usual first layer: Debian with the given packages. */
export function debianLayer(packages: Readonly<Record<string, string>>): BuiltEntry[] {
  const status = Object.entries(packages)
    .map(([name, version]) => debStanza(name, version))
    .join('');
  return [
    {
      name: 'usr/lib/os-release',
      content:
        'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    },
    { name: 'etc/os-release', type: '2', link: '../usr/lib/os-release' },
    { name: 'var/lib/dpkg/status', content: status },
  ];
}
