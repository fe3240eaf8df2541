// The one answer at the top, of a whole fleet or of some teams, and its score of a day.
import type { FleetCatalogued, FleetStore } from '../store/fleet/index.ts';
import {
  dayMs,
  type Harbour,
  harbourFrom,
  type Judged,
  type JudgedImage,
  judgedMost,
  scoreFrom,
  sumOf,
  trendDays,
} from './harbour.ts';
import type { Coverage } from './runtime-source.ts';

/** Beyond it a count of detections says no more. */
const detectionsMost = 100_000;

export interface FleetHarbourSources {
  readonly store: FleetStore;
  readonly coverage: () => Promise<readonly Coverage[]>;
  readonly now: () => Date;
}

/** @param teams undefined: everything */
export async function fleetHarbour(
  { store, coverage, now }: FleetHarbourSources,
  teams: readonly string[] | undefined,
): Promise<Harbour> {
  const running = await store.aliveByImage(teams);
  const judged = await judgedOf(store, running, teams === undefined);
  const at = now();
  const sinceUs = (at.getTime() - dayMs) * 1000;
  const alive = sumOf(running);
  const runs = await store.runCount(teams);
  const scores = teams === undefined ? await store.scores(trendDays) : [];
  return harbourFrom({
    judged,
    counts: {
      containersAlive: alive,
      containersDead: Math.max(0, runs - alive),
      images: teams === undefined ? await store.catalogueCount() : judged.length,
      detections24h: await store.detectionCount({ sinceUs, teams, most: detectionsMost }),
    },
    trend: scores.map(({ day, score }) => ({ day, score })),
    coverage: await coverage(),
    now: at,
  });
}

/** Keeps the score of today; any replica may do it at any time. */
export async function keepFleetScore(store: FleetStore, now: Date): Promise<void> {
  const running = await store.aliveByImage(undefined);
  const score = scoreFrom(await judgedOf(store, running, true), now);
  if (score !== null) await store.putScore(score);
}

async function judgedOf(
  store: FleetStore,
  running: ReadonlyMap<string, number>,
  seesAll: boolean,
): Promise<readonly Judged[]> {
  const most = [...running]
    .filter(([id]) => id !== '')
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, judgedMost);
  const known = await store.catalogued(most.map(([id]) => id));
  const judged = most.flatMap(([id, containers]) => {
    const entry = known.get(id);
    return entry === undefined ? [] : [{ entry: judgedImage(entry), containers }];
  });
  if (judged.length > 0 || !seesAll) return judged;
  const all = await store.catalogue({ limit: judgedMost });
  return all.map((entry) => ({ entry: judgedImage(entry), containers: 0 }));
}

function judgedImage({ scannedUs, ...entry }: FleetCatalogued): JudgedImage {
  return { ...entry, kind: 'image', state: scannedUs === null ? 'waiting' : 'scanned' };
}
