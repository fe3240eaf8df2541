// Everything that pages and programs ask over HTTP: guards first, then health, figures, the stream, routes
// of the API and the dashboard. `up` and the server of a fleet serve the same.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../base/error.ts';
import { traced } from '../../base/trace.ts';
import { type ApiServices, type Caller, openApi, queryValues, type Route } from '../api/index.ts';
import {
  problemOfError,
  sendAnswer,
  sendFile,
  sendPage,
  sendProblem,
  sendText,
  setHeaders,
} from './answer.ts';
import type { Front, FrontOptions } from './front-options.ts';
import { isOurHost, isOurOrigin } from './guard.ts';
import { serverLimits } from './limits.ts';
import { createHttpMetrics } from './metrics.ts';
import { createRate } from './rate.ts';
import { bodyOf, cookieOf, formOf, Refusal } from './request.ts';
import { createRest, type RestBounds } from './rest.ts';
import { askedOf, bearerOf, checkRights, isReading, isSecret } from './rights.ts';
import { createRouter } from './router.ts';
import { createStreams, type Streams } from './stream.ts';

const cookieSeconds = 30 * 86_400;

/** The front over services; it listens nowhere itself. */
export function createFront<Services extends ApiServices>(options: FrontOptions<Services>): Front {
  return new FrontDesk(options);
}

class FrontDesk<Services extends ApiServices> implements Front {
  readonly streams: Streams;
  readonly #options: FrontOptions<Services>;
  readonly #find;
  readonly #metrics = createHttpMetrics();
  readonly #rate;
  readonly #refusals;
  readonly #rest;
  #description: unknown = null;

  constructor(options: FrontOptions<Services>) {
    this.#options = options;
    this.#find = createRouter(options.routes);
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
    this.#rest = createRest(nowMs);
  }

  untilRest(bounds: RestBounds): Promise<void> {
    return this.#rest.until(bounds);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = this.#options.clockMs();
    const told = { route: 'other', answered: this.#rest.asked() };
    response.once('close', told.answered);
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

  async #answer(request: IncomingMessage, response: ServerResponse, told: Told): Promise<void> {
    const { url = '/', method = 'GET', headers } = request;
    const { anyHostWithToken, words } = this.#options;
    const isBearer = anyHostWithToken && headers.authorization !== undefined;
    const isHealth = anyHostWithToken && /^\/(?:healthz|readyz)$/.test(url);
    if (!isBearer && !isHealth && !isOurHost(headers.host, this.#options)) {
      throw new Refusal(421, 'host', {
        message: 'this host name is none of ours',
        advice: words.host,
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
      const isReady = await this.#options.isReady();
      return sendText(response, isReady ? 200 : 503, isReady ? 'ready\n' : 'starting\n');
    }
    const isApi = path.startsWith('/api/') || path === '/metrics';
    if (!isApi) return this.#page({ request, response, url: parsed });
    const caller = await this.#callerOf(request);
    told.route = path === '/metrics' ? 'metrics' : 'unknown';
    await this.#api(request, response, { caller, method, path, search, told });
  }

  async #api(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { caller, method, path, search, told } = asked;
    if (path === '/metrics') {
      checkRights({ role: 'viewer', wholeMachine: true }, caller, this.#options.words);
      return sendText(response, 200, this.#metricsText());
    }
    if (path === '/api/v1/openapi.json' && isReading(method)) {
      told.route = path;
      const { routes, services } = this.#options;
      this.#description ??= openApi(routes, services.toolVersion);
      return sendAnswer(request, response, { kind: 'json', value: this.#description });
    }
    if (path === '/api/v1/stream' && method === 'GET') {
      told.route = path;
      if (await this.streams.open(request, response, caller)) return told.answered();
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
      const { services, words } = this.#options;
      checkRights(route, caller, words);
      const answer = await route.handle({ services, caller, parts, query, body: undefined });
      return sendAnswer(request, response, answer);
    }
    await this.#change(request, response, { ...asked, route, parts });
  }

  /** Whatever comes of it is in the log of changes. */
  async #change(
    request: IncomingMessage,
    response: ServerResponse,
    asked: ChangeAsked<Services>,
  ): Promise<void> {
    const { caller, method, path, search, route, parts } = asked;
    const { services, words } = this.#options;
    const address = request.socket.remoteAddress ?? '';
    let what: string | null = null;
    const log = async (status: number): Promise<void> =>
      this.#options.log({
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
      checkRights(route, caller, words);
      const query = queryValues(search, route.query);
      const body = await bodyOf(request, route);
      what = route.told?.(body) ?? null;
      const answer = await route.handle({ services, caller, parts, query, body });
      await log(200);
      await sendAnswer(request, response, answer);
    } catch (error) {
      await log(error instanceof Refusal ? error.status : problemOfError(error).status);
      throw error;
    }
  }

  #metricsText(): string {
    const gauges = new Map(this.#options.gauges());
    gauges.set('http_streams', this.streams.count);
    return this.#metrics.text(gauges) + (this.#options.figures?.() ?? '');
  }

  async #callerOf(request: IncomingMessage): Promise<Caller> {
    const { words } = this.#options;
    const { headers } = request;
    const address = request.socket.remoteAddress ?? '';
    const bearer = bearerOf(request);
    this.#checkOrigin(request, bearer === null && headers.cookie !== undefined);
    const caller = await this.#known(request);
    if (caller === null) {
      this.#slow(this.#refusals.waitMs(address));
      const isGiven = bearer !== null || this.#cookieOf(request) !== null;
      throw new Refusal(401, this.#options.entrance === null ? 'token' : 'login', {
        message: isGiven ? 'this token is not known' : 'a token is needed',
        advice: words.token,
      });
    }
    this.#slow(this.#rate.waitMs(`${caller.id} ${address}`));
    return caller;
  }

  #cookieOf({ headers }: IncomingMessage): string | null {
    return cookieOf(headers.cookie ?? '', this.#cookieName);
  }

  /** A cookie with this prefix is of this very host and of TLS: no neighbour can plant one (RFC 6265bis). */
  get #cookieName(): string {
    return this.#options.isSecure ? '__Host-seaworthy' : 'seaworthy';
  }

  async #known(request: IncomingMessage): Promise<Caller | null> {
    const { callerOf, entrance } = this.#options;
    const bearer = bearerOf(request);
    if (bearer !== null) return callerOf(bearer);
    if (request.headers.authorization !== undefined) return null;
    const given = this.#cookieOf(request);
    const caller = given === null ? null : await callerOf(given);
    if (caller !== null || entrance === null) return caller;
    return entrance.callerOf(askedOf(request));
  }

  #slow(waitMs: number): void {
    if (waitMs === 0) return;
    throw new Refusal(429, 'limit', {
      message: 'too many requests',
      advice: `come again in ${Math.ceil(waitMs / 1000)} s`,
    });
  }

  /** The dashboard, and before it whoever lets people in. */
  async #page(asked: PageAsked): Promise<void> {
    const { request, response, url } = asked;
    const { pathname: path, searchParams: search } = url;
    const { entrance, files } = this.#options;
    const method = request.method ?? '';
    if (entrance !== null) {
      if (!isReading(method)) this.#checkOrigin(request);
      if (method === 'POST' && path === '/login/token') return this.#tokenGiven(asked);
      const answer = await entrance.handle({ ...askedOf(request), url });
      if (answer !== null) {
        if (path === '/logout' && answer.status < 400) this.#forget(response);
        return sendPage(response, answer);
      }
    }
    if (!isReading(method)) {
      throw new Refusal(405, 'method', { message: 'pages are only read', advice: 'use GET' });
    }
    const token = search.get('token');
    // The link with the token becomes a cookie at once, so that it stays in no history.
    if (token !== null) return this.#enter(asked, token, path.replace(/^\/+/, '/'));
    const file = files.file(path);
    const isShown = file === null || file.mediaType.startsWith('text/html');
    if (entrance !== null && isShown) {
      const caller = await this.#known(request);
      if (caller === null) return sendPage(response, entrance.page(null));
      const isAccount = path === '/account' || (path === '/' && file === null);
      if (isAccount) return sendPage(response, await entrance.account(caller, askedOf(request)));
    }
    if (file !== null) return sendFile(request, response, file);
    const isPage = path === '/' || path === '/index.html';
    const missing = 'the dashboard is not built here: run `npm start`, or use /api/v1\n';
    sendText(response, isPage ? 503 : 404, isPage ? missing : 'there is no such page\n');
  }

  /** Ends what `#enter` gave. */
  #forget(response: ServerResponse): void {
    const secure = this.#options.isSecure ? '; Secure' : '';
    response.appendHeader(
      'set-cookie',
      `${this.#cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`,
    );
  }

  async #enter({ request, response }: PageAsked, token: string, goal: string): Promise<void> {
    const { callerOf, isSecure, entrance } = this.#options;
    const caller = isSecret(token) ? await callerOf(token) : null;
    if (caller === null) {
      this.#slow(this.#refusals.waitMs(request.socket.remoteAddress ?? ''));
      if (entrance !== null) return sendPage(response, entrance.page('This token is not known.'));
    } else {
      // Links from elsewhere lead to a fleet's pages: its API asks for the origin itself.
      const site = entrance === null ? 'Strict' : 'Lax';
      const secure = isSecure ? '; Secure' : '';
      const life = `Path=/; Max-Age=${cookieSeconds}; HttpOnly; SameSite=${site}${secure}`;
      response.setHeader('set-cookie', `${this.#cookieName}=${token}; ${life}`);
    }
    response.setHeader('cache-control', 'no-store');
    response.writeHead(302, { location: goal }).end();
  }

  #checkOrigin(request: IncomingMessage, byCookie = true): void {
    const { origins = [], words } = this.#options;
    if (isOurOrigin(request.method ?? 'GET', request.headers, { byCookie, origins })) return;
    throw new Refusal(403, 'origin', {
      message: 'a page of another site asks',
      advice: words.origin,
    });
  }

  /** The form of the entrance: a token that is typed in stands in no address. */
  async #tokenGiven(asked: PageAsked): Promise<void> {
    const form = await formOf(asked.request);
    return this.#enter(asked, form.get('token')?.trim() ?? '', '/');
  }
}

interface PageAsked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

interface Asked {
  readonly caller: Caller;
  readonly method: string;
  readonly path: string;
  readonly search: URLSearchParams;
  readonly told: Told;
}

interface Told {
  route: string;
  /** Nobody waits for it any more; a stream stays open. */
  readonly answered: () => void;
}

interface ChangeAsked<Services> extends Asked {
  readonly route: Route<Services>;
  readonly parts: ReadonlyMap<string, string>;
}
