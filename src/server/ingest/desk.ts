// What a fleet's server answers to agents: enrolment, ingest, rotation, orders. A plain function from
// request to response, to be mounted in any listener.
import { messageOf } from '../../base/error.ts';
import { stringField } from '../../base/json.ts';
import { realPace } from '../../base/retry.ts';
import { secretHash } from '../../base/secret.ts';
import type { FleetStore, Identity } from '../../store/fleet/index.ts';
import { type FleetResponse, json, refusal, retryLater } from './answer.ts';
import { bodyBytes, readBatch } from './batch.ts';
import { createBuckets } from './bucket.ts';
import { createIngestMetrics, type FurtherFigures } from './metrics.ts';
import { createOrderDesk, readOrderQuestion } from './orders.ts';
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
}

export interface FleetDesk {
  /** Never rejects. Null: the path is none of ours. */
  handle(request: FleetRequest): Promise<FleetResponse | null>;
  /** Who a secret belongs to, remembered for some seconds; null: nobody. */
  identify(secret: string): Promise<Identity | null>;
  /** Figures in the format of Prometheus. @param further names without the prefix */
  figures(further?: FurtherFigures): string;
  /** Lets agents go that wait for orders. */
  close(): void;
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
/** Questions of one agent for orders: each waits for its answer. */
const ordersPerSecond = 2;
const ordersBurst = 20;
/** What came of some hundred orders. */
const ordersBytes = 512 * 1024;
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
  readonly #orders;
  #held = 0;
  #reading = 0;
  readonly #readers: (() => void)[] = [];

  constructor(options: FleetDeskOptions) {
    const { nowMs, store } = options;
    this.#options = options;
    this.#queue = createIngestQueue({ store, nowMs });
    this.#orders = createOrderDesk({ store, pace: realPace, warn: options.warn });
    this.#rates = {
      records: createBuckets({ perSecond: recordsPerSecond, burst: recordsBurst, nowMs }),
      wrong: createBuckets({ perSecond: wrongPerSecond, burst: wrongBurst, nowMs }),
      orders: createBuckets({ perSecond: ordersPerSecond, burst: ordersBurst, nowMs }),
    };
  }

  idle(): Promise<void> {
    return this.#queue.idle();
  }

  close(): void {
    this.#orders.close();
  }

  identify(secret: string): Promise<Identity | null> {
    const hash = secretHash(secret);
    return this.#remembered(hash, () => this.#options.store.identify(hash));
  }

  figures(further?: FurtherFigures): string {
    return this.#metrics.text(further);
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
      case 'POST /api/v1/agents/enrol':
        return this.#enrol(request);
      case 'POST /api/v1/agents/rotate':
        return this.#as(request, (identity) => this.#rotate(request, identity));
      case 'POST /api/v1/ingest':
        return this.#as(request, (identity) => this.#ingest(request, identity));
      case 'POST /api/v1/agents/orders':
        return this.#as(request, (identity) => this.#asked(request, identity));
      default:
        return null;
    }
  }

  /** Who asks, and whether it is an agent. */
  async #as(
    request: FleetRequest,
    action: (identity: Identity) => Promise<FleetResponse>,
  ): Promise<FleetResponse> {
    const identity = await this.#identify(request);
    if (identity === 'later') return retryLater(429, 'rate', 'too many wrong tokens', 5000);
    if (identity === null) {
      this.#metrics.count('unauthorised');
      const { status, headers, body } = refusal(401, 'unauthorised', 'this token is not known');
      return { status, body, headers: { ...headers, 'www-authenticate': 'Bearer' } };
    }
    if (identity.role === 'agent') return action(identity);
    return refusal(403, 'denied', 'this token may not do that');
  }

  async #identify(request: FleetRequest): Promise<Identity | 'later' | null> {
    const { store } = this.#options;
    const secret = bearerOf(request);
    if (secret === null && request.certified === null) return null;
    const key = secret === null ? `cert:${request.certified ?? ''}` : secretHash(secret);
    const identity = await this.#remembered(key, async () => {
      if (secret !== null) return store.identify(key);
      const node = request.certified ?? '';
      const isAdmitted = await store.admit({ id: key, node });
      return isAdmitted ? { role: 'agent', id: key, node, teams: null } : null;
    });
    if (identity !== null) return identity;
    return this.#rates.wrong.take(request.address, 1) > 0 ? 'later' : null;
  }

  async #remembered(key: string, look: () => Promise<Identity | null>): Promise<Identity | null> {
    const { nowMs } = this.#options;
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > nowMs()) return known.identity;
    const identity = await look();
    if (identity === null) {
      this.#known.delete(key);
      return null;
    }
    if (this.#known.size >= rememberedMost) this.#known.clear();
    this.#known.set(key, { identity, untilMs: nowMs() + rememberedMs });
    return identity;
  }

  /** An agent asks what people want done on its node, and tells what came of what they wanted. */
  async #asked(request: FleetRequest, { id }: Identity): Promise<FleetResponse> {
    const waitMs = this.#rates.orders.take(id, 1);
    if (waitMs > 0) return retryLater(429, 'rate', 'asked too often', waitMs);
    const asked = readOrderQuestion(await jsonBody(request, ordersBytes));
    if (typeof asked === 'string') return refusal(400, 'usage', asked);
    return json(200, { orders: await this.#orders.ask(id, asked) });
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
        const { method, url, address } = request;
        const path = url.pathname;
        const change = { caller: id, role: 'enrolment', address, method, path, status: 200 };
        await this.#options.store.addChange({ ...change, what: node });
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

function smallBody(request: FleetRequest): Promise<unknown> {
  return jsonBody(request, smallBytes);
}

async function jsonBody(request: FleetRequest, most: number): Promise<unknown> {
  const body = await request.body(most);
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
