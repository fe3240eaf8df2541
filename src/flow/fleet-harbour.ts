// The one answer at the top, of a whole fleet or of some teams, and its score of a day.
import type { FleetCatalogued, FleetRunning, FleetStore } from '../store/fleet/index.ts';
import {
  dayMs,
  type Harbour,
  harbourFrom,
  type Judged,
  type JudgedImage,
  judgedMost,
  scoreFrom,
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
  const at = now();
  const sinceUs = (at.getTime() - dayMs) * 1000;
  const seesAll = teams === undefined;
  const [running, detections24h, scores, images, rows] = await Promise.all([
    store.running(teams, judgedMost),
    store.detectionCount({ sinceUs, teams, most: detectionsMost }),
    seesAll ? store.scores(trendDays) : [],
    seesAll ? store.catalogueCount() : null,
    coverage(),
  ]);
  const judged = await judgedOf(store, running, seesAll);
  return harbourFrom({
    judged,
    counts: {
      containersAlive: running.alive,
      containersDead: Math.max(0, running.runs - running.alive),
      images: images ?? judged.length,
      detections24h,
    },
    trend: scores.map(({ day, score }) => ({ day, score })),
    coverage: rows,
    remembered: null,
    now: at,
  });
}

/** Keeps the score of today; any replica may do it at any time. */
export async function keepFleetScore(store: FleetStore, now: Date): Promise<void> {
  const running = await store.running(undefined, judgedMost);
  const score = scoreFrom(await judgedOf(store, running, true), now);
  if (score !== null) await store.putScore(score);
}

async function judgedOf(
  store: FleetStore,
  { images }: FleetRunning,
  seesAll: boolean,
): Promise<readonly Judged[]> {
  if (images.length > 0 || !seesAll) {
    return images.map(({ image, containers }) => ({ entry: judgedImage(image), containers }));
  }
  const all = await store.catalogue({ limit: judgedMost });
  return all.map((entry) => ({ entry: judgedImage(entry), containers: 0 }));
}

/** Stores keep thousands of images: each is turned once. */
const turned = new WeakMap<FleetCatalogued, JudgedImage>();

function judgedImage(image: FleetCatalogued): JudgedImage {
  const known = turned.get(image);
  if (known !== undefined) return known;
  const { scannedUs, ...entry } = image;
  const one: JudgedImage = {
    ...entry,
    kind: 'image',
    state: scannedUs === null ? 'waiting' : 'scanned',
  };
  turned.set(image, one);
  return one;
}
