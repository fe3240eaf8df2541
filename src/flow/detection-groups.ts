// Detections as people read them: one line with a count for each cause; on a machine in each container, in
// a fleet over all of them, because hundreds of copies of a workload are one thing to do.
import { createHash } from 'node:crypto';
import type { DetectionFacts, PlainValue } from '../model/timeline.ts';
import { factsOfRule, techniqueOf } from '../runtime/catalog/index.ts';
import type { StoredDetection, StoredRun } from '../store/record/index.ts';
import { timeText } from './container-view.ts';

export interface DetectionGroupView {
  /** The same for the same cause, on every page. */
  readonly id: string;
  readonly group: {
    readonly rule: string;
    readonly priority: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly container: {
      readonly id: string;
      readonly name: string | null;
      readonly image: string | null;
      readonly team: string | null;
    } | null;
    /** Where it happened: of more than one container `container` is the newest. */
    readonly places: { readonly containers: number; readonly nodes: number };
    /** From the engine to the process: `docker run`, `sh`, `curl`; empty where it was not recorded. */
    readonly chain: readonly string[];
    /** A rules file that would silence it; null where none was proposed. */
    readonly exception: string | null;
    readonly attack: readonly { readonly id: string; readonly name: string }[];
    readonly lesson: string | null;
  };
  /** The newest one, in Falco's shape. */
  readonly latest: DetectionFacts;
}

/** A detection, and in a fleet who told of it, in which container: its run is asked where it is shown. */
export type GroupedDetection = StoredDetection & {
  readonly agent?: string;
  readonly container?: string | null;
};

/** Detections of one cause, newest first. */
export interface DetectionGroup {
  readonly key: string;
  readonly own: readonly GroupedDetection[];
}

export interface DetectionPage {
  readonly groups: readonly DetectionGroup[];
  /** The last detection of the page; null: there was none. */
  readonly lastId: number | null;
  /** More groups were found than were wanted: they begin behind the page. */
  readonly isCut: boolean;
}

/**
 * Groups of detections that come newest first; the group with the newest one is first. The page ends
 * before the detection that would open one group too many, so that the next page misses none.
 */
export function groupDetections(
  found: readonly GroupedDetection[],
  options: { readonly acrossContainers: boolean; readonly most: number },
): DetectionPage {
  const groups = new Map<string, GroupedDetection[]>();
  let lastId: number | null = null;
  let isCut = false;
  for (const one of found) {
    const key = keyOf(one, options.acrossContainers);
    const own = groups.get(key);
    if (own === undefined && groups.size >= options.most) {
      isCut = true;
      break;
    }
    if (own === undefined) groups.set(key, [one]);
    else own.push(one);
    lastId = one.id;
  }
  return { groups: [...groups].map(([key, own]) => ({ key, own })), lastId, isCut };
}

/** A cause is the same on every machine; what has none is told apart by its container. */
function keyOf(one: GroupedDetection, acrossContainers: boolean): string {
  const { detection, agent = '' } = one;
  const cause = detection.output_fields['seaworthy.cause'] ?? null;
  const container = containerOf(one);
  if (acrossContainers && cause !== null) return JSON.stringify([detection.rule, cause]);
  const place = acrossContainers && container === null ? [agent] : [];
  return JSON.stringify([detection.rule, container, cause, ...place]);
}

function containerOf({ run, container }: GroupedDetection): string | null {
  return run?.run.identity.id ?? container ?? null;
}

function placesOf(own: readonly GroupedDetection[]): DetectionGroupView['group']['places'] {
  const containers = new Set(own.flatMap((one) => containerOf(one) ?? []));
  const nodes = new Set(own.map(({ run, agent }) => agent ?? run?.run.node ?? ''));
  return { containers: containers.size, nodes: nodes.size };
}

/** As people read it. @param run of the newest; usually it has it itself */
export function groupView(
  { key, own }: DetectionGroup,
  run: StoredRun | null = own[0]?.run ?? null,
): DetectionGroupView {
  const newest = own[0] as GroupedDetection;
  const { detection } = newest;
  const { rule, priority, output_fields: fields } = detection;
  return {
    id: createHash('sha256').update(key).digest('hex').slice(0, 24),
    group: {
      rule,
      priority,
      count: own.reduce((sum, { count }) => sum + count, 0),
      // Nodes tell late: the first one that came is not always the first one that was.
      firstAt: timeText(
        own.reduce((first, { timeNs }) => (timeNs < first ? timeNs : first), newest.timeNs),
      ),
      lastAt: timeText(own.reduce((last, { lastNs }) => (lastNs > last ? lastNs : last), 0n)),
      container:
        run === null
          ? null
          : {
              id: run.run.identity.id,
              name: run.run.identity.name,
              image: run.run.identity.image.reference,
              team: run.run.workload.team,
            },
      places: placesOf(own),
      chain: chainOf(fields),
      exception: exceptionOf(own),
      attack: techniquesOf(detection),
      lesson: factsOfRule(rule)?.lesson ?? null,
    },
    latest: detection,
  };
}

/** Not every detection of a cause is told with it. */
function exceptionOf(own: readonly StoredDetection[]): string | null {
  for (const { detection } of own) {
    const text = textOf(detection.output_fields['seaworthy.exception']);
    if (text !== null) return text;
  }
  return null;
}

function chainOf(fields: Readonly<Record<string, PlainValue>>): readonly string[] {
  const told = textOf(fields['seaworthy.chain']);
  if (told !== null) return told.split(' -> ');
  // Alerts of others name at least parent and process.
  const names = [textOf(fields['proc.pname']), textOf(fields['proc.name'])];
  return names.flatMap((name) => (name === null || name === '' ? [] : [name]));
}

function techniquesOf({ rule, tags }: DetectionFacts): DetectionGroupView['group']['attack'] {
  const ids = new Set([...(factsOfRule(rule)?.techniques ?? []), ...tags]);
  return [...ids].flatMap((id) => {
    const technique = techniqueOf(id);
    return technique === null ? [] : [{ id: technique.id, name: technique.name }];
  });
}

function textOf(value: PlainValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
