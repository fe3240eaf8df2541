// The one answer at the top: how safe is what runs here, what to do first, and what nobody looks at.
import { counted, grouped } from '../base/count-text.ts';
import type { FixAction, Grade } from '../model/report.ts';
import type { Catalogue, CatalogueEntry, DailyScore } from '../store/catalog/index.ts';
import type { RecordReader } from '../store/record/index.ts';
import { timeText } from './container-view.ts';
import type { Coverage } from './runtime-source.ts';

export interface HarbourAction {
  readonly action: string;
  readonly removes: number;
  readonly exploited: number;
  /** File or layers. */
  readonly where: string;
  /** The first image that needs it, and how many more. */
  readonly image: string;
  /** At most a hundred. */
  readonly imageIds: readonly string[];
  /** Running containers that it helps. */
  readonly containers: number;
}

export interface Harbour {
  /** One sentence. */
  readonly answer: string;
  readonly grade: Pick<Grade, 'letter' | 'score'> | null;
  readonly trend: readonly Pick<DailyScore, 'day' | 'score'>[];
  readonly actions: readonly HarbourAction[];
  readonly counts: {
    readonly containersAlive: number;
    readonly containersDead: number;
    readonly images: number;
    readonly detections24h: number;
    readonly unknowns: number;
    /** Images that wait for their scan or are scanned now. */
    readonly waiting: number;
  };
  readonly coverage: readonly Coverage[];
  /**
   * ISO 8601: what runs now is not known yet, and is told as it was then, out of the record. Null: it is as
   * it is told.
   */
  readonly asOf: string | null;
  readonly generatedAt: string;
}

/** What is told of containers while nobody has looked yet what runs now. */
export interface Remembered {
  /** When somebody looked last; null: nobody ever did. */
  readonly untilNs: bigint | null;
}

export interface HarbourSources {
  readonly catalogue: Catalogue;
  /** Null: nothing was recorded yet. */
  readonly record: RecordReader | null;
  readonly coverage: readonly Coverage[];
  /** Null: what the record says of what runs is so. */
  readonly remembered: Remembered | null;
  readonly now: Date;
  /** Null: everything; else only containers of these teams. */
  readonly teams: ReadonlySet<string> | null;
}

const actionsTold = 3;
/** Images of an action that are named: a fleet has thousands of them. */
const imagesTold = 100;
const detectionsCounted = 10_000;

/** Scores of the letters, as `report/grade.ts` has them. */
const letters: readonly (readonly [number, Grade['letter']])[] = [
  [90, 'A'],
  [75, 'B'],
  [60, 'C'],
  [40, 'D'],
  [20, 'E'],
  [0, 'F'],
];

/** What is asked of an image. */
export type JudgedImage = Pick<
  CatalogueEntry,
  'id' | 'kind' | 'reference' | 'grade' | 'fixFirst' | 'summary' | 'state'
>;

export interface Judged {
  readonly entry: JudgedImage;
  /** Containers of it that run now; 0 where nothing runs and all images count. */
  readonly containers: number;
}

/** What the answer is made of, whoever gathered it. */
export interface HarbourFacts {
  readonly judged: readonly Judged[];
  readonly counts: Pick<
    Harbour['counts'],
    'containersAlive' | 'containersDead' | 'images' | 'detections24h'
  >;
  readonly trend: Harbour['trend'];
  readonly coverage: readonly Coverage[];
  /** Absent: what runs is known, as nodes of a fleet tell it. */
  readonly remembered?: Remembered | null;
  readonly now: Date;
}

/** Days that the trend shows. */
export const trendDays = 30;
/** Running containers and images that the answer is made of. */
export const judgedMost = 5000;
export const dayMs = 86_400_000;

/** The answer of now, of one machine. */
export function harbourOf(sources: HarbourSources): Harbour {
  const { catalogue, record, coverage, remembered, now, teams } = sources;
  const running = runningImages(sources);
  const judged = judgedOf(catalogue, running, teams === null);
  const counts = record?.counts() ?? { runs: 0, alive: 0 };
  return harbourFrom({
    judged,
    counts: {
      containersAlive: sumOf(running),
      containersDead: teams === null ? Math.max(0, counts.runs - counts.alive) : 0,
      images: teams === null ? catalogue.count() : judged.length,
      detections24h: detectionsOf(sources),
    },
    trend: catalogue.scores(trendDays).map(({ day, score }) => ({ day, score })),
    coverage,
    remembered,
    now,
  });
}

/** Running containers of all images. */
function sumOf(running: ReadonlyMap<string, number>): number {
  return [...running.values()].reduce((sum, count) => sum + count, 0);
}

/** The answer out of what was gathered. */
export function harbourFrom(facts: HarbourFacts): Harbour {
  const { judged, counts, trend, coverage, remembered = null, now } = facts;
  const grade = overallGrade(judged);
  const all = judged.map(({ entry }) => entry);
  return {
    answer:
      judged.length === 0 && remembered !== null
        ? 'What runs here is being read: the first answer is near.'
        : sentenceOf({ judged, grade, alive: counts.containersAlive }),
    grade,
    trend,
    actions: actionsOf(judged),
    counts: {
      ...counts,
      unknowns: all.reduce((sum, { summary }) => sum + (summary?.unknowns ?? 0), 0),
      waiting: all.filter(({ state }) => state === 'waiting' || state === 'scanning').length,
    },
    coverage,
    asOf: momentOf(remembered),
    generatedAt: now.toISOString(),
  };
}

function momentOf(remembered: Remembered | null): string | null {
  const untilNs = remembered?.untilNs ?? null;
  return untilNs === null ? null : timeText(untilNs);
}

/** The score of today, to be kept; null while nothing is scanned. */
export function scoreOfToday(sources: HarbourSources): DailyScore | null {
  const judged = judgedOf(sources.catalogue, runningImages(sources), true);
  return scoreFrom(judged, sources.now);
}

/** The same of what was gathered. */
export function scoreFrom(judged: readonly Judged[], now: Date): DailyScore | null {
  const grade = overallGrade(judged);
  if (grade === null) return null;
  const images = judged.filter(({ entry }) => entry.grade !== null).length;
  const day = now.toISOString().slice(0, 10);
  return { day, score: grade.score, letter: grade.letter, images };
}

/** Running containers by the id of their image. */
function runningImages({ record, teams }: HarbourSources): ReadonlyMap<string, number> {
  if (teams === null) return record?.aliveByImage() ?? new Map();
  const running = new Map<string, number>();
  const alive = record?.runs({ aliveOnly: true, limit: judgedMost }) ?? [];
  for (const { run } of alive) {
    const { team } = run.workload;
    if (team === null || !teams.has(team)) continue;
    const id = run.identity.image.id ?? '';
    running.set(id, (running.get(id) ?? 0) + 1);
  }
  return running;
}

/** What runs; where nothing runs, all images that are here, or the machine itself. */
function judgedOf(
  catalogue: Catalogue,
  running: ReadonlyMap<string, number>,
  seesAll: boolean,
): readonly Judged[] {
  const ids = [...running.keys()].filter((id) => id !== '');
  const known = catalogue.entries(ids);
  const judged = ids.flatMap((id) => {
    const entry = known.get(id);
    return entry === undefined ? [] : [{ entry, containers: running.get(id) ?? 0 }];
  });
  if (judged.length > 0 || !seesAll) return judged;
  return catalogue
    .page({ limit: judgedMost })
    .filter(({ present }) => present)
    .map((entry) => ({ entry, containers: 0 }));
}

/**
 * Half the mean, half the worst: one bad container is never hidden by many good ones, and work on the
 * others still shows.
 */
function overallGrade(judged: readonly Judged[]): Harbour['grade'] {
  let sum = 0;
  let weight = 0;
  let worst = 100;
  for (const { entry, containers } of judged) {
    if (entry.grade === null) continue;
    const own = Math.max(1, containers);
    sum += entry.grade.score * own;
    weight += own;
    worst = Math.min(worst, entry.grade.score);
  }
  if (weight === 0) return null;
  const score = Math.round((sum / weight + worst) / 2);
  return { score, letter: letters.find(([least]) => score >= least)?.[1] ?? 'F' };
}

/** Numbers of actions, for as long as there are not too many: lists of fixes that come again are known. */
const numbered = { actions: new Map<string, number>(), lists: new WeakMap<object, Int32Array>() };
const actionsNumbered = 200_000;
/** Of one fix: number of its action, what it removes, how much of that is exploited. */
const fields = 3;

/** The fixes of an image as numbers. */
function numbersOf(fixes: readonly FixAction[]): Int32Array {
  const known = numbered.lists.get(fixes);
  if (known !== undefined) return known;
  const { actions } = numbered;
  const numbers = fixes.flatMap(({ action, removes, exploited }) => {
    const number = actions.get(action) ?? actions.size;
    actions.set(action, number);
    return [number, removes, exploited];
  });
  const packed = Int32Array.from(numbers);
  numbered.lists.set(fixes, packed);
  return packed;
}

/** The actions that help most. Thousands of images with ten fixes each are added up by numbers. */
function actionsOf(judged: readonly Judged[]): readonly HarbourAction[] {
  if (numbered.actions.size > actionsNumbered) {
    numbered.actions.clear();
    numbered.lists = new WeakMap();
  }
  const lists = judged.map(({ entry }) => numbersOf(entry.fixFirst));
  const sums = new Float64Array(numbered.actions.size * 2);
  for (const list of lists) {
    for (let at = 0; at < list.length; at += fields) {
      const sum = (list[at] ?? 0) * 2;
      sums[sum] = (sums[sum] ?? 0) + (list[at + 1] ?? 0);
      sums[sum + 1] = (sums[sum + 1] ?? 0) + (list[at + 2] ?? 0);
    }
  }
  const removes = (number: number): number => sums[number * 2] ?? 0;
  const exploited = (number: number): number => sums[number * 2 + 1] ?? 0;
  const order = ([nameA, a]: NumberedAction, [nameB, b]: NumberedAction): number =>
    exploited(b) - exploited(a) || removes(b) - removes(a) || (nameA < nameB ? -1 : 1);
  let best: readonly NumberedAction[] = [];
  for (const one of numbered.actions) {
    const worst = best[actionsTold - 1];
    if (removes(one[1]) === 0 || (worst !== undefined && order(worst, one) < 0)) continue;
    best = [...best, one].toSorted(order).slice(0, actionsTold);
  }
  return best.map(([action, number]) => {
    const of = judged.filter((_, at) => hasAction(lists[at], number));
    const first = of[0]?.entry.fixFirst.find((fix) => fix.action === action);
    return {
      action,
      removes: removes(number),
      exploited: exploited(number),
      where: first?.where ?? '',
      image: imagesText(of.map(({ entry }) => entry.reference)),
      imageIds: of.slice(0, imagesTold).map(({ entry }) => entry.id),
      containers: of.reduce((total, { containers }) => total + containers, 0),
    };
  });
}

type NumberedAction = readonly [action: string, number: number];

function hasAction(list: Int32Array | undefined, number: number): boolean {
  if (list === undefined) return false;
  for (let at = 0; at < list.length; at += fields) if (list[at] === number) return true;
  return false;
}

function imagesText(images: readonly string[]): string {
  const [first = '', ...others] = images;
  return others.length === 0 ? first : `${first} and ${counted(others.length, 'more image')}`;
}

function detectionsOf({ record, now, teams }: HarbourSources): number {
  if (record === null) return 0;
  const sinceNs = BigInt(now.getTime() - dayMs) * 1_000_000n;
  if (teams === null) return record.detectionsSince(sinceNs);
  const found = record.detectionsOfAll({ sinceNs, limit: detectionsCounted });
  return found
    .filter(({ run }) => teams.has(run?.run.workload.team ?? ''))
    .reduce((sum, { count }) => sum + count, 0);
}

function sentenceOf(told: {
  readonly judged: readonly Judged[];
  readonly grade: Harbour['grade'];
  readonly alive: number;
}): string {
  const { judged, grade, alive } = told;
  const scanned = judged.filter(({ entry }) => entry.grade !== null);
  if (judged.length === 0) return 'No container runs here and no image is known yet.';
  if (grade === null) {
    return `${counted(judged.length, 'image')} found, none is scanned yet: the first answer is near.`;
  }
  const bad = scanned.filter(({ entry }) => (entry.grade?.score ?? 100) < 60);
  const onlyMachine = scanned.length === 1 && scanned[0]?.entry.kind === 'machine';
  const noun = onlyMachine ? 'machine' : alive > 0 ? 'running container' : 'image';
  const count = (some: readonly Judged[]): number =>
    some.reduce((sum, { containers }) => sum + Math.max(1, containers), 0);
  const total = alive > 0 ? alive : count(judged);
  const head = headOf({ bad: count(bad), total, noun, onlyMachine });
  const why = reasonsOf(scanned.map(({ entry }) => entry));
  const rest = judged.length - scanned.length;
  const waiting = rest === 0 ? '' : ` ${counted(rest, 'image')} not scanned yet.`;
  return `${head}${why === '' ? '' : `: ${why}`}.${waiting}`;
}

function headOf(told: {
  readonly bad: number;
  readonly total: number;
  readonly noun: string;
  readonly onlyMachine: boolean;
}): string {
  const { bad, total, noun, onlyMachine } = told;
  if (onlyMachine) return `This machine is ${bad > 0 ? 'not ' : ''}seaworthy`;
  if (bad === 0) {
    return total === 1
      ? `The only ${noun} is seaworthy`
      : `All ${counted(total, noun)} are seaworthy`;
  }
  if (total === 1) return `The only ${noun} is not seaworthy`;
  return `${grouped(bad)} of ${counted(total, noun)} ${bad === 1 ? 'is' : 'are'} not seaworthy`;
}

function reasonsOf(entries: readonly JudgedImage[]): string {
  const sum = (pick: (summary: NonNullable<JudgedImage['summary']>) => number): number =>
    entries.reduce((total, { summary }) => total + (summary === null ? 0 : pick(summary)), 0);
  const malware = sum((one) => one.malware);
  const exploited = sum((one) => one.exploited);
  const critical = sum((one) => one.vulnerabilities.critical);
  const secrets = sum((one) => one.secrets);
  const parts = [
    malware > 0 ? counted(malware, 'malicious package') : '',
    exploited > 0 ? counted(exploited, 'known-exploited vulnerability') : '',
    exploited === 0 && critical > 0 ? counted(critical, 'critical vulnerability') : '',
    secrets > 0 ? counted(secrets, 'secret') : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
