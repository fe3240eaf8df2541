// The server: guards first, then health, figures, the stream, routes of the API and the dashboard.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../base/error.ts';
import { traced } from '../../base/trace.ts';
import type { LiveFeed } from '../../flow/live.ts';
import {
  type ApiServices,
  type Caller,
  openApi,
  queryValues,
  type Route,
  roles,
  routes,
} from '../api/index.ts';
import {
  problemOfError,
  sendAnswer,
  sendFile,
  sendProblem,
  sendText,
  setHeaders,
} from './answer.ts';
import type { ChangeLog } from './change-log.ts';
import { type HostRule, isOurHost, isOurOrigin } from './guard.ts';
import { serverLimits } from './limits.ts';
import { createHttpMetrics } from './metrics.ts';
import { createRate } from './rate.ts';
import { bodyOf, cookieOf, Refusal } from './request.ts';
import { createRouter } from './router.ts';
import type { StaticFiles } from './static-files.ts';
import { createStreams, type Streams } from './stream.ts';
import type { Tokens } from './tokens.ts';

export interface ServeOptions extends HostRule {
  /** 0: any that is free. */
  readonly port: number;
  /** Ports that are tried after it when it is taken. */
  readonly furtherPorts: number;
  readonly services: ApiServices;
  readonly tokens: Tokens;
  readonly live: LiveFeed;
  readonly files: StaticFiles;
  readonly changes: ChangeLog;
  /** Everything that must be there is there. */
  readonly isReady: () => boolean;
  /** Figures beside those of requests. */
  readonly gauges: () => ReadonlyMap<string, number>;
  /** Milliseconds that only ever grow. */
  readonly clockMs: () => number;
  readonly warn: (line: string) => void;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

const cookieSeconds = 30 * 86_400;

/** Starts listening. Throws the error of the system where no port is to be had. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const desk = new Desk(options);
  const server = createServer(
    { maxHeaderSize: serverLimits.headerBytes, insecureHTTPParser: false },
    (request, response) => void desk.serve(request, response),
  );
  server.headersTimeout = serverLimits.headersMs;
  server.requestTimeout = serverLimits.requestMs;
  server.keepAliveTimeout = serverLimits.keptMs;
  server.maxConnections = serverLimits.connections;
  server.on('clientError', (_, socket) => socket.destroy());
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      desk.streams.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function listen(server: Server, { host, port, furtherPorts }: ServeOptions): Promise<void> {
  for (let at = port; ; at += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(at, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || at >= port + furtherPorts || at >= 65_535) throw error;
    }
  }
}

class Desk {
  readonly streams: Streams;
  readonly #options: ServeOptions;
  readonly #find = createRouter(routes);
  readonly #metrics = createHttpMetrics();
  readonly #rate;
  readonly #refusals;
  readonly #description: unknown;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.streams = createStreams(options.live);
    const { callers, requestsPerSecond, requestsAtOnce, refusalsPerSecond, refusalsAtOnce } =
      serverLimits;
    const nowMs = options.clockMs;
    this.#rate = createRate({
      perSecond: requestsPerSecond,
      atOnce: requestsAtOnce,
      callers,
      nowMs,
    });
    this.#refusals = createRate({
      perSecond: refusalsPerSecond,
      atOnce: refusalsAtOnce,
      callers,
      nowMs,
    });
    this.#description = openApi(routes, options.services.toolVersion);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = this.#options.clockMs();
    const told = { route: 'other' };
    response.once('finish', () => {
      this.#metrics.observe(told.route, response.statusCode, this.#options.clockMs() - started);
    });
    setHeaders(response);
    const { method = 'GET', headers } = request;
    const parent = headers['traceparent'];
    const options = {
      kind: 'server',
      parent: typeof parent === 'string' ? parent : null,
      attributes: { 'http.request.method': method },
    } as const;
    try {
      await traced(`${method} request`, options, async (span) => {
        await this.#answer(request, response, told).finally(() =>
          span.set('http.route', told.route),
        );
        span.set('http.response.status_code', response.statusCode);
      });
    } catch (error) {
      if (error instanceof Refusal) {
        sendProblem(response, error);
        return;
      }
      const problem = problemOfError(error);
      if (problem.code === 'defect') this.#options.warn(`${told.route}: ${messageOf(error)}`);
      sendProblem(response, problem);
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    told: { route: string },
  ): Promise<void> {
    const { url = '/', method = 'GET', headers } = request;
    if (!isOurHost(headers.host, this.#options)) {
      throw new Refusal(421, 'host', {
        message: 'this host name is none of ours',
        advice: 'use the address that `seaworthy up` printed, or start it with --name',
      });
    }
    if (url.length > serverLimits.urlLength || !url.startsWith('/')) {
      throw new Refusal(414, 'limit', { message: 'the address is too long', advice: 'shorten it' });
    }
    const parsed = URL.parse(`http://here${url.replace(/^\/+/, '/')}`);
    if (parsed === null) {
      throw new Refusal(400, 'usage', { message: 'this is no address', advice: 'see the pages' });
    }
    const { pathname: path, searchParams: search } = parsed;
    if (path === '/healthz') return sendText(response, 200, 'ok\n');
    if (path === '/readyz') {
      const isReady = this.#options.isReady();
      return sendText(response, isReady ? 200 : 503, isReady ? 'ready\n' : 'starting\n');
    }
    const isApi = path.startsWith('/api/') || path === '/metrics';
    if (!isApi) return this.#page({ request, response, path, search });
    const caller = this.#callerOf(request);
    told.route = path === '/metrics' ? 'metrics' : 'unknown';
    await this.#api(request, response, { caller, method, path, search, told });
  }

  async #api(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { caller, method, path, search, told } = asked;
    if (path === '/metrics') return sendText(response, 200, this.#metricsText());
    if (path === '/api/v1/openapi.json' && isReading(method)) {
      told.route = path;
      return sendAnswer(request, response, { kind: 'json', value: this.#description });
    }
    if (path === '/api/v1/stream' && method === 'GET') {
      told.route = path;
      if (this.streams.open(request, response, caller)) return;
      throw new Refusal(429, 'limit', {
        message: 'too many streams are open',
        advice: 'close other pages and come back',
      });
    }
    const found = this.#find(method, path);
    if (found.kind === 'none') {
      throw new Refusal(404, 'not-found', {
        message: 'there is no such resource',
        advice: 'see /api/v1/openapi.json',
      });
    }
    if (found.kind === 'method') {
      response.setHeader('allow', found.allowed.join(', '));
      throw new Refusal(405, 'method', {
        message: `${method} is not for this resource`,
        advice: `use ${found.allowed.join(' or ')}`,
      });
    }
    const { route, parts } = found;
    told.route = route.path;
    if (isReading(method)) {
      const query = queryValues(search, route.query);
      checkRights(route, caller);
      const { services } = this.#options;
      const answer = await route.handle({ services, caller, parts, query, body: undefined });
      return sendAnswer(request, response, answer);
    }
    await this.#change(request, response, { ...asked, route, parts });
  }

  /** Whatever comes of it is in the log of changes. */
  async #change(request: IncomingMessage, response: ServerResponse, asked: Change): Promise<void> {
    const { caller, method, path, search, route, parts } = asked;
    const { services, changes } = this.#options;
    const address = request.socket.remoteAddress ?? '';
    let what: string | null = null;
    const log = (status: number): void =>
      changes.add({
        time: services.now().toISOString(),
        caller: caller.id,
        role: caller.role,
        address,
        method,
        path: path.slice(0, 300),
        what,
        status,
      });
    try {
      checkRights(route, caller);
      const query = queryValues(search, route.query);
      const body = await bodyOf(request, route);
      what = route.told?.(body) ?? null;
      const answer = await route.handle({ services, caller, parts, query, body });
      log(200);
      await sendAnswer(request, response, answer);
    } catch (error) {
      log(error instanceof Refusal ? error.status : problemOfError(error).status);
      throw error;
    }
  }

  #metricsText(): string {
    const gauges = new Map(this.#options.gauges());
    gauges.set('http_streams', this.streams.count);
    return this.#metrics.text(gauges);
  }

  #callerOf(request: IncomingMessage): Caller {
    const { tokens } = this.#options;
    const address = request.socket.remoteAddress ?? '';
    const bearer = /^Bearer ([\w-]{10,200})$/.exec(request.headers.authorization ?? '')?.[1];
    const given = bearer ?? cookieOf(request.headers.cookie ?? '');
    const byCookie = bearer === undefined && given !== null;
    if (!isOurOrigin(request.method ?? 'GET', request.headers, byCookie)) {
      throw new Refusal(403, 'origin', {
        message: 'a page of another site asks',
        advice: 'open the dashboard by the address that `seaworthy up` printed',
      });
    }
    const caller = given === null ? null : tokens.callerOf(given);
    if (caller === null) {
      this.#slow(this.#refusals.waitMs(address));
      throw new Refusal(401, 'token', {
        message: given === null ? 'a token is needed' : 'this token is not known',
        advice: 'open the link that `seaworthy up` printed, or send it as `Authorization: Bearer`',
      });
    }
    this.#slow(this.#rate.waitMs(`${caller.id} ${address}`));
    return caller;
  }

  #slow(waitMs: number): void {
    if (waitMs === 0) return;
    throw new Refusal(429, 'limit', {
      message: 'too many requests',
      advice: `come again in ${Math.ceil(waitMs / 1000)} s`,
    });
  }

  /** The dashboard; the link with the token becomes a cookie at once, so that it stays in no history. */
  #page({ request, response, path, search }: PageAsked): void {
    if (!isReading(request.method ?? '')) {
      throw new Refusal(405, 'method', { message: 'pages are only read', advice: 'use GET' });
    }
    const token = search.get('token');
    if (token !== null) {
      const caller = /^[\w-]{10,200}$/.test(token) ? this.#options.tokens.callerOf(token) : null;
      if (caller === null) this.#slow(this.#refusals.waitMs(request.socket.remoteAddress ?? ''));
      else {
        const cookie = `seaworthy=${token}; Path=/; Max-Age=${cookieSeconds}; HttpOnly; SameSite=Strict`;
        response.setHeader('set-cookie', cookie);
      }
      response.setHeader('cache-control', 'no-store');
      response.writeHead(302, { location: path.replace(/^\/+/, '/') }).end();
      return;
    }
    const file = this.#options.files.file(path);
    if (file !== null) return sendFile(request, response, file);
    const isPage = path === '/' || path === '/index.html';
    const missing = 'the dashboard is not built here: run `npm start`, or use /api/v1\n';
    sendText(response, isPage ? 503 : 404, isPage ? missing : 'there is no such page\n');
  }
}

interface PageAsked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly search: URLSearchParams;
}

interface Asked {
  readonly caller: Caller;
  readonly method: string;
  readonly path: string;
  readonly search: URLSearchParams;
  readonly told: { route: string };
}

interface Change extends Asked {
  readonly route: Route;
  readonly parts: ReadonlyMap<string, string>;
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function checkRights({ role, wholeMachine }: Route, caller: Caller): void {
  if (roles.indexOf(caller.role) < roles.indexOf(role)) {
    throw new Refusal(403, 'role', {
      message: `this needs the role ${role}; the token has ${caller.role}`,
      advice: `ask an admin for a token: seaworthy up token create --role ${role}`,
    });
  }
  if (wholeMachine === true && caller.teams !== null) {
    throw new Refusal(403, 'scope', {
      message: 'this is about the whole machine; the token is for single teams',
      advice: 'use a token without teams',
    });
  }
}
