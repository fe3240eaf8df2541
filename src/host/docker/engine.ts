// Docker's Engine API as we use it, of Docker and of Podman: images, containers, their bytes, events.
import { SeaworthyError } from '../../base/error.ts';
import type { HttpClient, HttpResponse } from '../../base/http.ts';
import { asArray, asRecord, type DocumentRecord, parseJson, stringField } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import {
  type ContainerInspection,
  containerInspectionOf,
  containerOf,
  type EngineContainer,
  type EngineImage,
  type EngineVersion,
  type ImageInspection,
  imageInspectionOf,
  imageOf,
  versionOf,
} from './answer.ts';
import { type EngineEvent, readEvents } from './events.ts';

export interface StreamOptions {
  readonly signal?: AbortSignal;
}

export interface ExportImageOptions extends StreamOptions {
  /** One platform of a multi-platform image; engines before API 1.48 hold only one anyway. */
  readonly platform?: {
    readonly os: string;
    readonly architecture: string;
    readonly variant: string | null;
  };
}

export interface EventOptions extends StreamOptions {
  /** Seconds since 1970, fractions allowed: events from then on come first. */
  readonly sinceSeconds?: number;
  /** Events until then, after which the stream ends; default: for as long as the engine lives. */
  readonly untilSeconds?: number;
  /** Only these types; default all. */
  readonly types?: readonly string[];
}

/**
 * A connected engine. Errors of every method: `not-found`, `denied`, `network`, `limit`; streams
 * raise them while they are read.
 */
export interface DockerEngine {
  readonly kind: 'docker' | 'podman';
  /** Where it was found: a socket's path, or `http(s)://host:port`. */
  readonly address: string;
  /** True when its paths are on this machine (a Unix socket). */
  readonly local: boolean;
  /** The negotiated one, `1.41`. */
  readonly apiVersion: string;
  ping(): Promise<void>;
  version(): Promise<EngineVersion>;
  /** `GET /info` as it comes: read it with `field`. */
  info(): Promise<DocumentRecord>;
  /** `GET` of any other path of the API (`/swarm`, `/networks`), as it comes. Errors as above. */
  ask(path: string): Promise<unknown>;
  images(): Promise<readonly EngineImage[]>;
  inspectImage(reference: string): Promise<ImageInspection>;
  /** The stream of `docker save`. */
  exportImage(reference: string, options?: ExportImageOptions): AsyncIterable<Uint8Array>;
  /** Running ones, or all. */
  containers(options?: { readonly all?: boolean }): Promise<readonly EngineContainer[]>;
  inspectContainer(id: string): Promise<ContainerInspection>;
  /**
   * Changes what a container does; false: it was so before. `graceSeconds` of `stop`: until it is killed.
   * Errors: `not-found`, `busy` (it does not run), `denied`, `network`.
   */
  control(id: string, verb: ContainerVerb, graceSeconds?: number): Promise<boolean>;
  /** The container's root file system as one tar, without its volumes. */
  exportContainer(id: string, options?: StreamOptions): AsyncIterable<Uint8Array>;
  /** Ends when the signal is aborted; raises `network` when the engine goes away. */
  events(options?: EventOptions): AsyncIterable<EngineEvent>;
  close(): void;
}

export type ContainerVerb = 'pause' | 'unpause' | 'stop' | 'kill';

export interface EngineConnection {
  readonly kind: 'docker' | 'podman';
  readonly address: string;
  readonly local: boolean;
  readonly apiVersion: string;
  readonly client: HttpClient;
  /** What paths are appended to. */
  readonly base: URL;
}

/** First API version that exports a single platform. */
const platformExportVersion = '1.48';

export function createEngine(connection: EngineConnection): DockerEngine {
  const { kind, address, local, apiVersion } = connection;
  const json = (path: string, what?: string): Promise<unknown> =>
    getJson(connection, { path, what });
  return {
    kind,
    address,
    local,
    apiVersion,
    ping: async () => {
      const response = await open(connection, { path: '/_ping' });
      response.discard();
    },
    version: async () => versionOf(await json('/version')),
    info: async () => asRecord(await json('/info')) ?? {},
    ask: (path) => json(path),
    images: async () => asArray(await json('/images/json')).map(imageOf),
    inspectImage: async (reference) =>
      imageInspectionOf(
        await json(`/images/${nameInPath(reference)}/json`, `the image ${reference}`),
      ),
    exportImage: (reference, options = {}) => {
      const { platform, signal } = options;
      const wanted =
        platform === undefined || compareVersions(apiVersion, platformExportVersion) < 0
          ? ''
          : `?platform=${encodeURIComponent(platformJson(platform))}`;
      const path = `/images/${nameInPath(reference)}/get${wanted}`;
      return stream(connection, { path, signal, what: `the image ${reference}` });
    },
    containers: async (options = {}) =>
      asArray(await json(`/containers/json?all=${options.all === true}`)).map(containerOf),
    inspectContainer: async (id) =>
      containerInspectionOf(
        await json(`/containers/${nameInPath(id)}/json`, `the container ${id}`),
      ),
    control: (id, verb, graceSeconds = 10) => control(connection, { id, verb, graceSeconds }),
    exportContainer: (id, options = {}) => {
      const path = `/containers/${nameInPath(id)}/export`;
      return stream(connection, { path, signal: options.signal, what: `the container ${id}` });
    },
    events: (options = {}) => followEvents(connection, options),
    close: () => connection.client.close(),
  };
}

function platformJson(platform: NonNullable<ExportImageOptions['platform']>): string {
  const { os, architecture, variant } = platform;
  return JSON.stringify({ os, architecture, ...(variant === null ? {} : { variant }) });
}

/**
 * A reference or id as part of a path. It may come from a command line: it must not lead to another
 * part of the API. Errors: `usage`.
 */
function nameInPath(name: string): string {
  const parts = name.split('/');
  const plain = parts.every((part) => /^[A-Za-z0-9_][\w.:@+-]*$/.test(part));
  if (plain && name.length <= 1024) return parts.map(encodeURIComponent).join('/');
  throw new SeaworthyError(
    'usage',
    `${JSON.stringify(name.slice(0, 200))} is not the name or id of an image or container`,
  );
}

interface Ask {
  readonly path: string;
  /** What is asked for, as the subject of a sentence. */
  readonly what?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly idleMs?: number;
}

async function open(connection: EngineConnection, ask: Ask): Promise<HttpResponse> {
  const { client, base, apiVersion } = connection;
  const { path, signal, idleMs = limits.httpAnswerMs } = ask;
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/v${apiVersion}${path}`, base);
  const response = await client.send({ url, idleMs, ...(signal === undefined ? {} : { signal }) });
  if (response.status === 200) return response;
  throw await problemOf(connection, { response, what: ask.what ?? path });
}

interface Order {
  readonly id: string;
  readonly verb: ContainerVerb;
  readonly graceSeconds: number;
}

async function control(connection: EngineConnection, order: Order): Promise<boolean> {
  const { client, base, apiVersion } = connection;
  const { id, verb, graceSeconds } = order;
  const query = verb === 'stop' ? `?t=${Math.trunc(graceSeconds)}` : '';
  const path = `/containers/${nameInPath(id)}/${verb}${query}`;
  const response = await client.send({
    url: new URL(`${base.pathname.replace(/\/$/, '')}/v${apiVersion}${path}`, base),
    method: 'POST',
    body: new Uint8Array(),
    idleMs: limits.httpAnswerMs + graceSeconds * 1000,
  });
  // 304: it is stopped already.
  if (response.status === 200 || response.status === 204 || response.status === 304) {
    response.discard();
    return response.status !== 304;
  }
  throw await problemOf(connection, { response, what: `to ${verb} the container ${id}` });
}

async function getJson(connection: EngineConnection, ask: Ask): Promise<unknown> {
  const response = await open(connection, ask);
  const bytes = await response.readBytes({ limit: limits.engineAnswerBytes });
  const parsed = parseJson(new TextDecoder().decode(bytes), {
    maximumLength: limits.engineAnswerBytes,
  });
  if (parsed.ok) return parsed.value;
  throw new SeaworthyError('malformed', `${connection.address} answered what is ${parsed.reason}`, {
    advice: 'check that a container engine listens there',
  });
}

async function* stream(
  connection: EngineConnection,
  ask: Ask,
): AsyncGenerator<Uint8Array, void, undefined> {
  const response = await open(connection, { ...ask, idleMs: limits.engineIdleMs });
  yield* response.body;
}

async function* followEvents(
  connection: EngineConnection,
  options: EventOptions,
): AsyncGenerator<EngineEvent, void, undefined> {
  const { signal, sinceSeconds, untilSeconds, types } = options;
  const query = new URLSearchParams();
  if (sinceSeconds !== undefined) query.set('since', String(sinceSeconds));
  if (untilSeconds !== undefined) query.set('until', String(untilSeconds));
  if (types !== undefined) query.set('filters', JSON.stringify({ type: types }));
  try {
    const response = await open(connection, {
      path: `/events?${query.toString()}`,
      signal,
      idleMs: 0,
    });
    yield* readEvents(response.body);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

const explanationBytes = 64 * 1024;

async function problemOf(
  connection: EngineConnection,
  refused: { readonly response: HttpResponse; readonly what: string },
): Promise<SeaworthyError> {
  const { response, what } = refused;
  const { status } = response;
  const bytes = await response.readBytes({ limit: explanationBytes }).catch(() => new Uint8Array());
  const parsed = parseJson(new TextDecoder().decode(bytes));
  const words = (parsed.ok ? (stringField(parsed.value, 'message') ?? '') : '').slice(0, 300);
  const told = words.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const because = told === '' ? '' : ` (${told})`;
  if (status === 404) {
    return new SeaworthyError('not-found', `${connection.address} does not have ${what}${because}`);
  }
  const code = status === 401 || status === 403 ? 'denied' : status === 409 ? 'busy' : 'network';
  const message = `${connection.address} answered status ${status} for ${what}${because}`;
  return new SeaworthyError(code, message);
}

/** Compares API versions `major.minor`: below 0, 0, above 0. */
export function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
