// A registry in memory that keeps the protocol exactly, so that a test can break one thing of it.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RunningServer, type ServerOptions, startServer } from './http-server.ts';

export interface TestDescriptor {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly [key: string]: unknown;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** Answers a request itself (true) or leaves it to the registry (false). */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface ScriptedRegistry {
  readonly server: RunningServer;
  /** All requests but the probe of `/v2/`. */
  readonly seen: SeenRequest[];
  /** Puts a blob into every repository. */
  blob(bytes: Uint8Array, mediaType?: string): TestDescriptor;
  /** Puts a manifest or index under its digest and, if given, under a tag. */
  manifest(document: object, options?: ManifestOptions): TestDescriptor;
  /** Asked in the order of adding, before the registry answers. */
  intercept(handler: Intercept): void;
  /** `HOST:PORT/REPOSITORY` for references. */
  name(rest: string): string;
}

export interface ManifestOptions {
  readonly tag?: string;
  readonly mediaType?: string;
}

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Starts an empty registry. */
export async function startScriptedRegistry(
  options: ServerOptions = {},
): Promise<ScriptedRegistry> {
  const blobs = new Map<string, Stored>();
  const manifests = new Map<string, Stored>();
  const intercepts: Intercept[] = [];
  const seen: SeenRequest[] = [];
  const server = await startServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/v2/') {
      response.end('{}');
      return;
    }
    seen.push({ method: request.method ?? '', path, headers: request.headers });
    if (intercepts.some((handler) => handler(request, response))) return;
    const match = /^\/v2\/.+?\/(blobs|manifests)\/([^/?]+)$/.exec(path);
    const stored = (match?.[1] === 'blobs' ? blobs : manifests).get(match?.[2] ?? '');
    if (stored === undefined) notFound(response);
    else answer(request, { response, stored });
  }, options);
  return {
    server,
    seen,
    blob: (bytes, mediaType = 'application/octet-stream') => {
      const digest = sha256(bytes);
      blobs.set(digest, { bytes, mediaType });
      return { digest, size: bytes.length, mediaType };
    },
    manifest: (document, { tag, mediaType = mediaTypes.manifest } = {}) => {
      const bytes = Buffer.from(JSON.stringify(document));
      const digest = sha256(bytes);
      manifests.set(digest, { bytes, mediaType });
      if (tag !== undefined) manifests.set(tag, { bytes, mediaType });
      return { digest, size: bytes.length, mediaType };
    },
    intercept: (handler) => {
      intercepts.push(handler);
    },
    name: (rest) => `${server.host}/${rest}`,
  };
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'application/json' });
  const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }];
  response.end(JSON.stringify({ errors }));
}

interface Answer {
  readonly response: ServerResponse;
  readonly stored: Stored;
}

/** With Range, as real registries have it. */
export function answer(request: IncomingMessage, { response, stored }: Answer): void {
  const { bytes, mediaType } = stored;
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'content-type': mediaType, 'docker-content-digest': sha256(bytes) };
  if (request.headers.range === undefined) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length });
  } else {
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...headers, 'content-range': range });
  }
  response.end(bytes.subarray(start));
}

/** Puts a small image of one layer under `tag`. */
export function putImage(
  registry: ScriptedRegistry,
  options: {
    readonly tag?: string;
    readonly layer?: Uint8Array;
    readonly architecture?: string;
  } = {},
): {
  readonly manifest: TestDescriptor;
  readonly layer: TestDescriptor;
  readonly config: TestDescriptor;
} {
  const layer = registry.blob(options.layer ?? Buffer.from('a layer'), mediaTypes.layer);
  const { architecture = 'amd64' } = options;
  const document = {
    os: 'linux',
    architecture,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const config = registry.blob(Buffer.from(JSON.stringify(document)), mediaTypes.config);
  const body = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] };
  const manifest = registry.manifest(body, options.tag === undefined ? {} : { tag: options.tag });
  return { manifest, layer, config };
}
