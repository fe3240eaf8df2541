// The namespaces of a cluster as of now: listed once, then followed by a watch (API concepts, "Efficient
// detection of changes"). What is not known, or not known to be fresh, is said; nothing is guessed.
import { messageOf } from '../../base/error.ts';
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { backoffMs, type Pace, realPace } from '../../base/retry.ts';
import type { ClusterAccess } from './access.ts';
import { type Answer, openWire, type Wire } from './request.ts';
import { withoutNotes } from './resources.ts';

export type NamespaceAnswer =
  | { readonly kind: 'known'; readonly namespace: unknown }
  /** `reason`: a plain sentence without full stop. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface NamespaceWatch {
  /** One namespace within the deadline; never throws. One that was made just now is asked for by itself. */
  find(name: string, deadlineMs: number): Promise<NamespaceAnswer>;
  /** Namespaces that are known. */
  count(): number;
  close(): void;
}

export interface NamespaceOptions {
  /** Asked for each connection: tokens of service accounts change every hour. */
  readonly access: () => Promise<ClusterAccess>;
  readonly warn: (line: string) => void;
  readonly pace?: Pace;
  /** A watch is asked anew after this long; default 60 s. */
  readonly watchSeconds?: number;
  /** Without word from the server for this long, what is known counts no more; default 90 s. */
  readonly staleMs?: number;
}

/** Clusters are told to have at most 10,000. */
const namespacesMost = 50_000;
const pageSize = 500;
const pagesMost = 1000;
const idleMs = 15_000;
const path = '/api/v1/namespaces';

/** Starts to list and follow; the first answers wait for the list. */
export function watchNamespaces(options: NamespaceOptions): NamespaceWatch {
  const watch = new Watch(options);
  void watch.run();
  return {
    find: (name, deadlineMs) => watch.find(name, deadlineMs),
    count: () => watch.known.size,
    close: () => watch.end.abort(),
  };
}

/** The list is older than what the server remembers: it is read anew. */
class TooOld extends Error {}

class Watch {
  readonly known = new Map<string, unknown>();
  readonly end = new AbortController();
  readonly #options: NamespaceOptions;
  readonly #pace: Pace;
  readonly #asked = new Map<string, Promise<NamespaceAnswer>>();
  readonly #listed: Promise<void>;
  #markListed: () => void = () => undefined;
  #wire: Wire | null = null;
  #seenMs: number | null = null;
  #problem = 'the namespaces are not listed yet';

  constructor(options: NamespaceOptions) {
    this.#options = options;
    this.#pace = options.pace ?? realPace;
    this.#listed = new Promise((resolve) => {
      this.#markListed = resolve;
    });
  }

  async run(): Promise<void> {
    let failures = 0;
    while (!this.end.signal.aborted) {
      try {
        this.#wire = openWire(await this.#options.access(), idleMs);
        const version = await this.#list(this.#wire);
        failures = 0;
        await this.#follow(version);
      } catch (error) {
        if (this.end.signal.aborted) break;
        if (!(error instanceof TooOld)) {
          failures += 1;
          this.#problem = messageOf(error).slice(0, 300);
          if (failures === 1) this.#options.warn(`namespaces: ${this.#problem}`);
        }
        await this.#pause(backoffMs(Math.max(1, failures), this.#pace));
      } finally {
        this.#wire?.close();
        this.#wire = null;
      }
    }
  }

  async #pause(delayMs: number): Promise<void> {
    await this.#pace.sleep(delayMs, this.end.signal).catch(() => undefined);
  }

  async #list(wire: Wire): Promise<string> {
    const found = new Map<string, unknown>();
    let token = '';
    for (let page = 0; page < pagesMost; page += 1) {
      const more = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
      const value = valueOf(await wire.get(`${path}?limit=${pageSize}${more}`));
      for (const item of asArray(field(value, 'items')))
        found.set(nameIn(item), withoutNotes(item));
      if (found.size > namespacesMost) throw new Error(`more than ${namespacesMost} namespaces`);
      const metadata = field(value, 'metadata');
      token = stringField(metadata, 'continue') ?? '';
      if (token !== '') continue;
      this.known.clear();
      for (const [name, object] of found) this.known.set(name, object);
      this.#alive();
      this.#markListed();
      return stringField(metadata, 'resourceVersion') ?? '';
    }
    throw new Error('the list of namespaces does not end');
  }

  #alive(): void {
    this.#seenMs = this.#pace.now();
  }

  /** Watches until the server no longer remembers, or the connection fails. */
  async #follow(from: string): Promise<void> {
    let version = from;
    const seconds = this.#options.watchSeconds ?? 60;
    while (!this.end.signal.aborted) {
      const question = `${path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${encodeURIComponent(version)}`;
      // A token that has ended meanwhile is replaced with the connection.
      this.#wire?.close();
      const wire = openWire(await this.#options.access(), (seconds + 15) * 1000);
      this.#wire = wire;
      const started = this.#pace.now();
      await wire.follow(question, {
        signal: this.end.signal,
        onOpen: () => this.#alive(),
        onLine: (line) => {
          version = this.#event(line) ?? version;
        },
      });
      // A server that ends each watch at once is not asked in a circle.
      if (this.#pace.now() - started < 1000) await this.#pause(1000);
    }
  }

  /** Takes one event; gives the version that it brings. */
  #event(line: string): string | null {
    const parsed = parseJson(line);
    if (!parsed.ok) throw new Error('the watch of namespaces is no JSON');
    const type = stringField(parsed.value, 'type');
    const object = field(parsed.value, 'object');
    if (type === 'ERROR') {
      if (field(object, 'code') === 410) throw new TooOld();
      throw new Error(stringField(object, 'message') ?? 'the watch of namespaces failed');
    }
    this.#alive();
    const name = nameIn(object);
    if (type === 'DELETED') this.known.delete(name);
    else if ((type === 'ADDED' || type === 'MODIFIED') && name !== '') {
      if (this.known.size < namespacesMost) this.known.set(name, withoutNotes(object));
    }
    return stringField(field(object, 'metadata'), 'resourceVersion');
  }

  async find(name: string, deadlineMs: number): Promise<NamespaceAnswer> {
    const late = new AbortController();
    const deadline = this.#pace
      .sleep(deadlineMs, late.signal)
      .then(() => 'late' as const)
      .catch(() => 'late' as const);
    try {
      const first = await Promise.race([this.#listed, deadline]);
      if (first === 'late') return { kind: 'unknown', reason: this.#problem };
      const silence = this.#silenceMs();
      if (silence > (this.#options.staleMs ?? 90_000)) {
        const seconds = Math.round(silence / 1000);
        const reason = `the API server has said nothing of namespaces for ${seconds} s (${this.#problem})`;
        return { kind: 'unknown', reason };
      }
      const namespace = this.known.get(name);
      if (namespace !== undefined) return { kind: 'known', namespace };
      const asked = await Promise.race([this.#ask(name), deadline]);
      return asked === 'late'
        ? { kind: 'unknown', reason: `the API server did not tell of ${name} in time` }
        : asked;
    } finally {
      late.abort();
    }
  }

  #silenceMs(): number {
    return this.#seenMs === null ? Number.POSITIVE_INFINITY : this.#pace.now() - this.#seenMs;
  }

  /** One question for all who ask at the same time. */
  #ask(name: string): Promise<NamespaceAnswer> {
    const running = this.#asked.get(name);
    if (running !== undefined) return running;
    const asked = this.#askOnce(name).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }

  async #askOnce(name: string): Promise<NamespaceAnswer> {
    try {
      const wire = openWire(await this.#options.access(), idleMs);
      try {
        const answer = await wire.get(`${path}/${encodeURIComponent(name)}`);
        if (answer.status === 404) return { kind: 'unknown', reason: `there is no ${name}` };
        return { kind: 'known', namespace: withoutNotes(valueOf(answer)) };
      } finally {
        wire.close();
      }
    } catch (error) {
      return { kind: 'unknown', reason: messageOf(error).slice(0, 300) };
    }
  }
}

function valueOf({ status, text }: Answer): unknown {
  if (status === 403) throw new Error('the account may not read namespaces (403)');
  if (status !== 200) throw new Error(`the API server answers ${status} for namespaces`);
  const parsed = parseJson(text, { maximumLength: 128 * 1024 * 1024 });
  if (!parsed.ok) throw new Error(`the list of namespaces: ${parsed.reason}`);
  return parsed.value;
}

function nameIn(object: unknown): string {
  return stringField(field(object, 'metadata'), 'name') ?? '';
}
