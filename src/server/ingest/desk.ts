// What a fleet's server answers: enrolment, ingest, rotation, and questions of those who may ask. A
// plain function from request to response, to be mounted in any listener.
import { messageOf } from '../../base/error.ts';
import { stringField } from '../../base/json.ts';
import { realPace } from '../../base/retry.ts';
import { secretHash } from '../../base/secret.ts';
import type { AlertDesk } from '../../flow/alert-desk.ts';
import type { FleetStore, Identity, Role } from '../../store/fleet/index.ts';
import type { LoginDesk } from '../login/index.ts';
import { type FleetResponse, json, refusal, retryLater } from './answer.ts';
import { askFleet } from './ask.ts';
import { bodyBytes, readBatch } from './batch.ts';
import { createBuckets } from './bucket.ts';
import { alertState, changesOf, type FleetHouse } from './house.ts';
import { createIngestMetrics, type FurtherFigures } from './metrics.ts';
import { createIngestQueue } from './queue.ts';

export interface FleetRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: URL;
  /** One header by its lower-case name. */
  readonly header: (name: string) => string | null;
  readonly address: string;
  /** The name in a client certificate that our authority signed; null without one. */
  readonly certified: string | null;
  /** The whole body; null where it is longer than the bound. */
  readonly body: (most: number) => Promise<Uint8Array | null>;
}

export interface FleetDeskOptions {
  readonly store: FleetStore;
  readonly nowMs: () => number;
  /** Told what went wrong inside; never holds a token. */
  readonly warn: (line: string) => void;
  /** People who log in at a provider of identities; null: tokens alone. */
  readonly login?: LoginDesk | null;
  /** Who is told of detections; null: nobody, by this replica. */
  readonly alerts?: AlertDesk | null;
  /** Further figures for /metrics, names without the prefix. */
  readonly figures?: () => FurtherFigures;
}

export interface FleetDesk {
  /** Never rejects. Null: the path is none of ours. */
  handle(request: FleetRequest): Promise<FleetResponse | null>;
  /** Resolves when everything that was begun is committed. */
  idle(): Promise<void>;
}

/** Who a token belongs to is remembered so long: a revoked one may write until then. */
const rememberedMs = 10_000;
const rememberedMost = 20_000;
/** Bodies that are held at once, and those that are read into records at once. */
const heldBytes = 128 * 1024 * 1024;
const readAtOnce = 4;
/** The shortest time after which an agent comes back when there was no room; up to twice that. */
const fullMs = 2000;
/** Records of one agent: a node that comes back after hours sends what it spooled. */
const recordsPerSecond = 5000;
const recordsBurst = 50_000;
/** Tokens that are wrong, of one address. */
const wrongPerSecond = 0.2;
const wrongBurst = 20;
const askedPerSecond = 20;
const askedBurst = 200;
/** Steps of logins of one address; a company may sit behind one. */
const loginsPerSecond = 5;
const loginsBurst = 200;
/** An enrolment or a rotation. */
const smallBytes = 16 * 1024;

/** The desk over a store; it holds no state that another replica would need. */
export function createFleetDesk(options: FleetDeskOptions): FleetDesk {
  return new Desk(options);
}

class Desk implements FleetDesk {
  readonly #options: FleetDeskOptions;
  readonly #queue;
  readonly #metrics = createIngestMetrics();
  readonly #known = new Map<string, { readonly identity: Identity; readonly untilMs: number }>();
  readonly #rates;
  #held = 0;
  #reading = 0;
  readonly #readers: (() => void)[] = [];

  constructor(options: FleetDeskOptions) {
    const { nowMs, store } = options;
    this.#options = options;
    this.#queue = createIngestQueue({ store, nowMs });
    this.#rates = {
      records: createBuckets({ perSecond: recordsPerSecond, burst: recordsBurst, nowMs }),
      wrong: createBuckets({ perSecond: wrongPerSecond, burst: wrongBurst, nowMs }),
      asked: createBuckets({ perSecond: askedPerSecond, burst: askedBurst, nowMs }),
      logins: createBuckets({ perSecond: loginsPerSecond, burst: loginsBurst, nowMs }),
    };
  }

  idle(): Promise<void> {
    return this.#queue.idle();
  }

  async handle(request: FleetRequest): Promise<FleetResponse | null> {
    try {
      return await this.#route(request);
    } catch (error) {
      this.#metrics.count('failed');
      this.#options.warn(`a request failed: ${messageOf(error)}`);
      return retryLater(503, 'unavailable', 'the store cannot be reached now', 2000);
    }
  }

  async #route(request: FleetRequest): Promise<FleetResponse | null> {
    const { method, url } = request;
    switch (`${method} ${url.pathname}`) {
      case 'GET /healthz':
        return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok\n' };
      case 'GET /readyz':
        // Reading one row proves pool and database; a failure is a 503 by `handle`.
        await this.#options.store.agents({ after: null, limit: 1 });
        return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok\n' };
      case 'GET /metrics':
        return this.#as(request, ['viewer', 'admin'], ({ teams }) =>
          Promise.resolve(
            teams === null
              ? {
                  status: 200,
                  headers: { 'content-type': 'text/plain; version=0.0.4' },
                  body: this.#metrics.text(this.#options.figures?.()),
                }
              : refusal(403, 'scope', 'this is about the whole fleet'),
          ),
        );
      case 'POST /api/v1/agents/enrol':
        return this.#enrol(request);
      case 'POST /api/v1/agents/rotate':
        return this.#as(request, ['agent'], (identity) => this.#rotate(request, identity));
      case 'POST /api/v1/ingest':
        return this.#as(request, ['agent'], (identity) => this.#ingest(request, identity));
      case 'GET /api/v1/alerts':
        return this.#whole(request, ['viewer', 'admin'], () => alertState(this.#house()));
      case 'POST /api/v1/alerts/test':
        return this.#whole(request, ['admin'], async () => {
          const { alerts } = this.#house();
          return alerts === null ? null : { outputs: await alerts.test() };
        });
      case 'GET /api/v1/changes':
        return this.#whole(request, ['admin'], () =>
          changesOf(this.#house(), request.url.searchParams),
        );
      default:
        return (await this.#login(request)) ?? this.#ask(request);
    }
  }

  #house(): FleetHouse {
    const { store, alerts = null } = this.#options;
    return { store, alerts };
  }

  /** What only those are told who may see the whole fleet; null: it cannot be answered like this. */
  #whole(
    request: FleetRequest,
    roles: readonly Role[],
    action: () => Promise<unknown>,
  ): Promise<FleetResponse> {
    return this.#as(request, roles, async ({ teams, id }) => {
      if (teams !== null) return refusal(403, 'scope', 'this is about the whole fleet');
      const waitMs = this.#rates.asked.take(id, 1);
      if (waitMs > 0) return retryLater(429, 'rate', 'too many questions', waitMs);
      const value = await action();
      if (value !== null) return json(200, value);
      return request.method === 'POST'
        ? refusal(409, 'off', 'nobody is told by this server: start it with --alerts')
        : refusal(400, 'usage', 'limit is a number from 1 to 1000');
    });
  }

  async #login(request: FleetRequest): Promise<FleetResponse | null> {
    const { login } = this.#options;
    const { pathname } = request.url;
    if (login === undefined || login === null || pathname.startsWith('/api/')) return null;
    const waitMs = this.#rates.logins.take(request.address, 1);
    return waitMs > 0 ? retryLater(429, 'rate', 'too many logins', waitMs) : login.handle(request);
  }

  async #ask(request: FleetRequest): Promise<FleetResponse | null> {
    const { method, url } = request;
    const revoked = /^\/api\/v1\/agents\/([\w.:-]{1,128})\/revoke$/.exec(url.pathname)?.[1];
    if (method === 'POST' && revoked !== undefined) {
      return this.#as(request, ['admin'], async () => {
        const isKnown = await this.#options.store.revoke(decodeURIComponent(revoked));
        return isKnown ? json(200, { revoked }) : refusal(404, 'not-found', 'no such agent');
      });
    }
    if (method !== 'GET' || !/^\/api\/v1\/(?:agents$|fleet\/)/.test(url.pathname)) return null;
    return this.#as(request, ['viewer', 'admin'], async (identity) => {
      const waitMs = this.#rates.asked.take(identity.id, 1);
      if (waitMs > 0) return retryLater(429, 'rate', 'too many questions', waitMs);
      const answer = await askFleet(this.#options.store, url, identity.teams);
      if (answer === null) return refusal(404, 'not-found', 'no such page');
      if ('whole' in answer) return refusal(403, 'scope', 'this is about the whole fleet');
      return 'wrong' in answer ? refusal(400, 'usage', answer.wrong) : json(200, answer.found);
    });
  }

  /** Who asks, and whether they may. */
  async #as(
    request: FleetRequest,
    roles: readonly Role[],
    action: (identity: Identity) => Promise<FleetResponse>,
  ): Promise<FleetResponse> {
    const identity = await this.#identify(request);
    if (identity === 'later') return retryLater(429, 'rate', 'too many wrong tokens', 5000);
    if (identity === 'foreign') return refusal(403, 'origin', 'the page of another site asks');
    if (identity === null) {
      this.#metrics.count('unauthorised');
      const { status, headers, body } = refusal(401, 'unauthorised', 'this token is not known');
      return { status, body, headers: { ...headers, 'www-authenticate': 'Bearer' } };
    }
    const isAllowed = roles.includes(identity.role);
    const response = isAllowed
      ? await action(identity)
      : refusal(403, 'denied', 'this token may not do that');
    if (request.method !== 'GET' && identity.role !== 'agent') {
      await this.#log(request, identity, response.status);
    }
    return response;
  }

  /** Before the answer: what cannot be written down is not told as done. */
  async #log(
    { method, url, address }: FleetRequest,
    { id, role }: { readonly id: string; readonly role: string },
    status: number,
  ): Promise<void> {
    const path = url.pathname.slice(0, 300);
    await this.#options.store.addChange({
      caller: id,
      role,
      address,
      method,
      path,
      status,
      what: null,
    });
  }

  /** Sessions are asked for each time: whoever logged out at another replica is out here as well. */
  async #person(request: FleetRequest): Promise<Identity | 'foreign' | null> {
    const session = await this.#options.login?.callerOf(request);
    if (session === undefined || session === null || session === 'foreign') return session ?? null;
    return { role: session.role, id: session.subject, node: null, teams: session.teams };
  }

  async #identify(request: FleetRequest): Promise<Identity | 'later' | 'foreign' | null> {
    const { store, nowMs } = this.#options;
    const secret = bearerOf(request);
    const person = secret === null ? await this.#person(request) : null;
    if (person !== null) return person;
    const key = secret === null ? `cert:${request.certified ?? ''}` : secretHash(secret);
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > nowMs()) return known.identity;
    let identity: Identity | null = null;
    if (secret !== null) identity = await store.identify(key);
    else if (request.certified !== null) {
      const node = request.certified;
      const isAdmitted = await store.admit({ id: key, node });
      if (isAdmitted) identity = { role: 'agent', id: key, node, teams: null };
    }
    if (identity === null) {
      this.#known.delete(key);
      return this.#rates.wrong.take(request.address, 1) > 0 ? 'later' : null;
    }
    if (this.#known.size >= rememberedMost) this.#known.clear();
    this.#known.set(key, { identity, untilMs: nowMs() + rememberedMs });
    return identity;
  }

  async #enrol(request: FleetRequest): Promise<FleetResponse> {
    const secret = bearerOf(request);
    const asked = await smallBody(request);
    const id = stringField(asked, 'id');
    const node = stringField(asked, 'node');
    const hash = stringField(asked, 'secretHash');
    if (id === null || !/^[0-9a-f]{32}$/.test(id) || !isHash(hash) || !isNode(node)) {
      return refusal(400, 'usage', 'an enrolment has id, node and secretHash');
    }
    if (secret !== null) {
      const enrolmentHash = secretHash(secret);
      const isDone = await this.#options.store.enrol({ id, node, secretHash: hash, enrolmentHash });
      if (isDone) {
        this.#metrics.count('enrolled');
        await this.#log(request, { id, role: 'enrolment' }, 200);
        return json(200, { agent: id });
      }
    }
    this.#metrics.count('unauthorised');
    return this.#rates.wrong.take(request.address, 1) > 0
      ? retryLater(429, 'rate', 'too many wrong tokens', 5000)
      : refusal(401, 'unauthorised', 'this enrolment token is unknown, spent or too old');
  }

  async #rotate(request: FleetRequest, { id }: Identity): Promise<FleetResponse> {
    const hash = stringField(await smallBody(request), 'nextHash');
    if (!isHash(hash)) return refusal(400, 'usage', 'a rotation has nextHash');
    await this.#options.store.rotate(id, hash);
    return json(200, { agent: id });
  }

  async #ingest(request: FleetRequest, { id }: Identity): Promise<FleetResponse> {
    const size = Number(request.header('content-length') ?? bodyBytes);
    const roomInMs = this.#queue.roomInMs();
    if (roomInMs > 0 || this.#held + size > heldBytes) return this.#full(roomInMs);
    this.#held += size;
    try {
      const startedMs = this.#options.nowMs();
      const body = await request.body(bodyBytes);
      if (body === null) return refusal(413, 'limit', `a body has at most ${bodyBytes} bytes`);
      const batch = await this.#inTurn(() => readBatch(body, request.header('content-encoding')));
      if (batch.kind === 'refused') {
        this.#metrics.count('refused');
        return refusal(batch.status, 'malformed', batch.why);
      }
      const { head, records, refused } = batch;
      const waitMs = this.#rates.records.take(id, records.length + refused.length);
      if (waitMs > 0) return retryLater(429, 'rate', 'too many records', waitMs);
      const committed = this.#queue.add({ agent: id, head, records, refused }, batch.bytes);
      if (committed === null) return this.#full(0);
      const outcome = await committed;
      this.#metrics.batch(records.length, refused.length, this.#options.nowMs() - startedMs);
      return outcome.kind === 'gap'
        ? json(409, { acknowledged: outcome.acknowledged })
        : json(200, { acknowledged: outcome.acknowledged, setAside: refused.length });
    } finally {
      this.#held -= size;
    }
  }

  /** Each agent is given another time, that they do not come back all at once. */
  #full(roomInMs: number): FleetResponse {
    this.#metrics.count('full');
    const waitMs = Math.max(fullMs, roomInMs) * (1 + realPace.random());
    return retryLater(503, 'busy', 'the server has too much to do', waitMs);
  }

  /** Inflated text is many times the body: few at once. */
  async #inTurn<T>(action: () => Promise<T>): Promise<T> {
    if (this.#reading >= readAtOnce) await new Promise<void>((go) => this.#readers.push(go));
    else this.#reading += 1;
    try {
      return await action();
    } finally {
      const next = this.#readers.shift();
      if (next === undefined) this.#reading -= 1;
      else next();
    }
  }
}

function bearerOf({ header }: FleetRequest): string | null {
  return /^Bearer ([\w.~+/=-]{1,512})$/i.exec(header('authorization') ?? '')?.[1] ?? null;
}

async function smallBody(request: FleetRequest): Promise<unknown> {
  const body = await request.body(smallBytes);
  try {
    return body === null ? null : (JSON.parse(Buffer.from(body).toString('utf8')) as unknown);
  } catch {
    return null;
  }
}

function isHash(text: string | null): text is string {
  return text !== null && /^[0-9a-f]{64}$/.test(text);
}

/** A host name, as Kubernetes and Linux have it. */
function isNode(text: string | null): text is string {
  return text !== null && /^[\w.-]{1,253}$/.test(text);
}
