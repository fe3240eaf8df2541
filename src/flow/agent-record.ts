// The record of a node as the source of its agent. It is read behind a position that lies in the
// spool, so that nothing is told twice after a crash; what is told again (runs, sums of flows)
// replaces what was told before.
import type { FleetFlow, FleetLoss, FleetRecord, FleetRun } from '../model/fleet.ts';
import type { Inventory } from '../model/report.ts';
import type { RecordReader, RunPeer, StoredDetection, StoredRun } from '../store/record/index.ts';
import type { AgentSource } from './agent.ts';
import { Repeats } from './agent-repeats.ts';
import { fleetInventory } from './fleet-inventory.ts';
import { newDetections } from './new-detections.ts';

export interface RecordSourceOptions {
  /** Opened when it is first there: an agent may start before the recorder. Null: not yet. */
  readonly open: () => RecordReader | null;
  readonly nowNs: () => bigint;
  /** What is known of an image's packages; null: nobody scanned it yet. */
  readonly inventory: (imageId: string) => Inventory | null;
}

interface Position {
  /** Number of the last detection that was told. */
  readonly detection: number;
  /** Runs that were heard of since are looked at again, milliseconds since 1970. */
  readonly runsMs: number;
  /** Detections whose counts may still grow. */
  readonly repeats: unknown;
}

const runsAtOnce = 2000;
const peersAtOnce = 5000;
const lossesOfRun = 100;
/** Inventories are large: few in one piece. */
const imagesAtOnce = 5;
/** Runs that ended just before the last look may have been written after it. */
const marginMs = 120_000;
/** What was told is remembered for so many runs and peers; then all is told once more. */
const rememberedMost = 200_000;

export function recordSource(options: RecordSourceOptions): AgentSource {
  return new RecordSource(options);
}

class RecordSource implements AgentSource {
  readonly #options: RecordSourceOptions;
  #reader: RecordReader | null = null;
  readonly #told = new Map<string, string>();
  readonly #images = new Set<string>();
  readonly #repeats = new Repeats();
  /** The position that was given last, as JSON. */
  #given: string | undefined;

  constructor(options: RecordSourceOptions) {
    this.#options = options;
  }

  next(before: unknown): { records: readonly FleetRecord[]; position: unknown } | null {
    this.#reader ??= this.#options.open();
    const reader = this.#reader;
    if (reader === null) return null;
    if (this.#told.size > rememberedMost) this.#told.clear();
    const position = positionOf(before);
    const nowMs = Number(this.#options.nowNs() / 1_000_000n);
    if (this.#given !== JSON.stringify(before)) {
      // A start, or what was given was not taken: it is told once more.
      this.#told.clear();
      this.#images.clear();
      this.#repeats.load(position.repeats, nowMs);
    }
    const { found, last } = newDetections(reader, position.detection);
    const records: FleetRecord[] = found.map(fleetDetection);
    for (const stored of found) this.#repeats.follow(stored, nowMs);
    records.push(...this.#repeats.look(reader, nowMs));
    const sinceNs = BigInt(Math.max(0, position.runsMs - marginMs)) * 1_000_000n;
    const runs = reader.runs({ sinceNs, limit: runsAtOnce });
    for (const stored of runs.toReversed()) records.push(...this.#ofRun(reader, stored));
    const peers = reader.peersOfAll({ sinceNs, runsMost: runsAtOnce, limit: peersAtOnce });
    for (const one of peers) records.push(...this.#ofPeer(one));
    records.push(...this.#inventories(runs));
    if (records.length === 0 && last === position.detection) {
      this.#given = JSON.stringify(before);
      return null;
    }
    const repeats = this.#repeats.saved();
    const given = { detection: last, runsMs: nowMs, repeats } satisfies Position;
    this.#given = JSON.stringify(given);
    return { records, position: given };
  }

  /** True when it was not told like this before. */
  #isNews(key: string, value: string): boolean {
    if (this.#told.get(key) === value) return false;
    this.#told.set(key, value);
    return true;
  }

  #ofRun(reader: RecordReader, stored: StoredRun): FleetRecord[] {
    const run = fleetRun(stored);
    const { container } = run;
    const records: FleetRecord[] = [];
    // The last sign of life alone is no news: it changes all the time.
    const { lastUs: _, ...lasting } = run;
    if (this.#isNews(`run ${container}`, JSON.stringify(lasting))) records.push(run);
    const purls = usedPurls(reader, stored);
    if (purls.length > 0 && this.#isNews(`use ${container}`, purls.join(' '))) {
      records.push({ kind: 'use', container, purls });
    }
    if (!stored.alive) {
      for (const loss of lossesOf(reader, stored)) {
        const key = `loss ${loss.container} ${loss.what} ${loss.fromUs}`;
        if (this.#isNews(key, String(loss.toUs))) records.push(loss);
      }
    }
    return records;
  }

  #ofPeer({ run, peer }: RunPeer): FleetFlow[] {
    const { direction, protocol, port, remote, name, flows, sent, received } = peer;
    const container = run.run.identity.id;
    const key = `flow ${container} ${direction} ${protocol} ${port} ${remote}`;
    if (!this.#isNews(key, `${flows} ${sent} ${received}`)) return [];
    return [
      {
        kind: 'flow',
        container,
        direction,
        protocol,
        port,
        remote,
        name,
        flows,
        sent,
        received,
        firstUs: microseconds(peer.firstNs),
        lastUs: microseconds(peer.lastNs),
      },
    ];
  }

  #inventories(runs: readonly StoredRun[]): FleetRecord[] {
    const records: FleetRecord[] = [];
    for (const { run } of runs) {
      const { id, reference, digest } = run.identity.image;
      if (id === null || this.#images.has(id)) continue;
      const inventory = this.#options.inventory(id);
      if (inventory === null) continue;
      this.#images.add(id);
      records.push(fleetInventory({ id, reference, digest }, inventory));
      if (records.length >= imagesAtOnce) break;
    }
    return records;
  }
}

function positionOf(value: unknown): Position {
  const { detection, runsMs, repeats } = (value ?? {}) as Partial<Record<keyof Position, unknown>>;
  return {
    detection: typeof detection === 'number' ? detection : 0,
    runsMs: typeof runsMs === 'number' ? runsMs : 0,
    repeats: repeats ?? [],
  };
}

function fleetDetection({ timeNs, run, detection }: StoredDetection): FleetRecord {
  const container = run?.run.identity.id ?? null;
  return { kind: 'detection', container, timeUs: microseconds(timeNs), detection };
}

function fleetRun(stored: StoredRun): FleetRun {
  const { run, firstSeenNs, lastSeenNs, alive } = stored;
  const { identity } = run;
  return {
    kind: 'run',
    container: identity.id,
    name: identity.name,
    engine: identity.engine,
    image: identity.image,
    workload: run.workload,
    command: (identity.command ?? []).slice(0, 100),
    ports: identity.network.ports.slice(0, 100),
    addresses: identity.network.addresses.slice(0, 100),
    networkMode: identity.network.mode,
    privileged: identity.privileged,
    namedBeforeStart: run.naming === 'before-start',
    firstUs: microseconds(firstSeenNs),
    lastUs: microseconds(lastSeenNs),
    startedUs: run.startedAtNs === null ? null : microseconds(run.startedAtNs),
    endedUs: run.endedAtNs === null ? null : microseconds(run.endedAtNs),
    exitCode: run.exitCode,
    alive,
    grade: run.grade,
  };
}

function usedPurls(reader: RecordReader, { id }: StoredRun): readonly string[] {
  const purls = reader.filesUsed(id).flatMap(({ purl }) => (purl === null ? [] : [purl]));
  return [...new Set(purls)].toSorted();
}

function lossesOf(reader: RecordReader, stored: StoredRun): readonly FleetLoss[] {
  return reader.losses(stored, lossesOfRun).map(({ containerId, what, count, why, ...times }) => ({
    kind: 'loss',
    container: containerId,
    what,
    count,
    fromUs: microseconds(times.fromNs),
    toUs: microseconds(times.toNs),
    why,
  }));
}

function microseconds(ns: bigint): number {
  return Number(ns / 1000n);
}
