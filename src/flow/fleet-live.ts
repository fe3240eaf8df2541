// What happens now in a fleet, for the pages that are open at this replica: looked up in the store, where
// all replicas write it. Nothing is asked while nobody listens.
import { messageOf } from '../base/error.ts';
import { asRecord, parseJson } from '../base/json.ts';
import type { Pace } from '../base/retry.ts';
import type { FleetDetection, FleetRun } from '../model/fleet.ts';
import type { FleetLiveEvent, FleetResponse, FleetStore, LivePlace } from '../store/fleet/index.ts';
import { containerView } from './container-view.ts';
import { imageViews } from './fleet-evidence.ts';
import { fleetResponseItem } from './fleet-responses.ts';
import { storedRunOf } from './fleet-view.ts';
import type { LiveEvent, LiveSource } from './live.ts';

export interface FleetLiveOptions {
  readonly store: FleetStore;
  /** Name of this replica. */
  readonly worker: string;
  /** How many streams are open: with none nothing is looked up. */
  readonly readers: () => number;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
  readonly lookMs?: number;
}

export interface FleetLive extends LiveSource {
  /** Resolves when it was aborted. */
  readonly ended: Promise<void>;
}

const usualLookMs = 500;
/** Events are written down for so long after the last look of any replica. */
const leaseMs = 120_000;
const renewMs = 30_000;
/** Events of one look; what is more comes with the next. */
const eventsAtOnce = 1000;
/** Events of one who was away: beyond it the lists are asked. */
const missedMost = 5000;

/** Begins to follow with the first reader. */
export function followFleet(options: FleetLiveOptions): FleetLive {
  return new Follower(options);
}

class Follower implements FleetLive {
  readonly ended: Promise<void>;
  readonly #options: FleetLiveOptions;
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  #place: LivePlace | null = null;
  #heldMs = Number.NEGATIVE_INFINITY;
  #entering: Promise<void> | null = null;

  constructor(options: FleetLiveOptions) {
    this.#options = options;
    this.ended = this.#run();
  }

  get lastId(): string {
    return this.#place === null ? '' : idOf(this.#place);
  }

  /** The first reader after a while waits until events are written down again. */
  async begin(): Promise<void> {
    this.#entering ??= this.#hold().finally(() => {
      this.#entering = null;
    });
    await this.#entering;
  }

  async #hold(): Promise<void> {
    const { store, worker, pace } = this.#options;
    if (this.#place !== null && pace.now() - this.#heldMs < renewMs) return;
    await store.followLive(worker, leaseMs);
    this.#heldMs = pace.now();
    this.#place ??= await store.liveEnd();
  }

  async since(id: string): Promise<readonly LiveEvent[] | null> {
    const upTo = this.#place;
    const from = placeOf(id);
    if (from === null || upTo === null || isBefore(upTo, from)) return null;
    const found = await this.#options.store.liveSince(from, missedMost + 1);
    if (found === null || found.length > missedMost) return null;
    return this.#views(found.filter(({ place }) => !isBefore(upTo, place)));
  }

  hear(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(): Promise<void> {
    const { pace, signal, warn, readers, lookMs = usualLookMs } = this.#options;
    while (!signal.aborted) {
      try {
        if (readers() > 0) await this.#look();
        // Nobody listens: the next reader begins where things are then.
        else if (this.#entering === null) this.#place = null;
      } catch (error) {
        warn(`the stream of events: ${messageOf(error)}`);
      }
      await pace.sleep(lookMs, signal).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    await this.begin();
    const place = this.#place;
    if (place === null) return;
    const found = await this.#options.store.liveSince(place, eventsAtOnce);
    if (found === null) {
      const end = await this.#options.store.liveEnd();
      this.#place = end;
      this.#tell(lostEvent(end));
      return;
    }
    const views = await this.#views(found);
    // Told in the same turn in which the place moves: whoever enters hears each once.
    this.#place = found.at(-1)?.place ?? place;
    for (const view of views) this.#tell(view);
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #views(found: readonly FleetLiveEvent[]): Promise<readonly LiveEvent[]> {
    const images = found.flatMap((one) => (one.kind === 'image' ? [String(parsed(one))] : []));
    const entries = await this.#options.store.catalogued([...new Set(images)]);
    const shown = await imageViews(this.#options.store, [...entries.values()], null);
    const byId = new Map(shown.map((view) => [view.id, view]));
    return found.flatMap((event): readonly LiveEvent[] => {
      const told = viewOf(event, byId);
      if (told === null) return [];
      return [{ id: idOf(event.place), team: event.team, ...told }];
    });
  }
}

function viewOf(
  event: FleetLiveEvent,
  images: ReadonlyMap<string, unknown>,
): Pick<LiveEvent, 'event' | 'data'> | null {
  const value = parsed(event);
  switch (event.kind) {
    case 'begin':
      return null;
    case 'lost':
      return { event: 'lost', data: lostData };
    case 'image': {
      const view = images.get(String(value));
      return view === undefined ? null : { event: 'image', data: JSON.stringify(view) };
    }
    case 'response': {
      if (asRecord(value) === null) return null;
      const item = fleetResponseItem(value as FleetResponse);
      return { event: 'response', data: JSON.stringify(item) };
    }
    case 'detection': {
      if (asRecord(value) === null) return null;
      const { container: containerId, detection } = value as FleetDetection;
      return { event: 'detection', data: JSON.stringify({ containerId, detection }) };
    }
    case 'run': {
      if (asRecord(value) === null) return null;
      const run = value as FleetRun;
      const { agent, node } = event;
      const stored = storedRunOf({ id: 0, agent: agent ?? '', node: node ?? '', run });
      const change = run.alive ? 'started' : 'ended';
      return { event: 'container', data: JSON.stringify({ ...containerView(stored), change }) };
    }
  }
}

const lostData = JSON.stringify({
  what: 'stream',
  why: 'more happened than is told',
  count: null,
});

function lostEvent(place: LivePlace): LiveEvent {
  return { id: idOf(place), event: 'lost', data: lostData, team: null };
}

function parsed({ value }: FleetLiveEvent): unknown {
  const read = value === '' ? null : parseJson(value);
  return read?.ok === true ? read.value : null;
}

function idOf({ tx, id }: LivePlace): string {
  return `${tx}-${id}`;
}

/** Null: no place of ours. */
function placeOf(id: string): LivePlace | null {
  const [, tx, row] = /^(\d{1,15})-(\d{1,15})$/.exec(id) ?? [];
  return tx === undefined || row === undefined ? null : { tx: Number(tx), id: Number(row) };
}

function isBefore(a: LivePlace, b: LivePlace): boolean {
  return a.tx < b.tx || (a.tx === b.tx && a.id < b.id);
}
