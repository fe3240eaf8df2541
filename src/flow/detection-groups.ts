// Detections as people read them: one line with a count for each cause; on a machine in each container, in
// a fleet over all of them, because hundreds of copies of a workload are one thing to do.
import { createHash } from 'node:crypto';
import type { DetectionFacts, PlainValue } from '../model/timeline.ts';
import { factsOfRule, techniqueOf } from '../runtime/catalog/index.ts';
import type { StoredDetection } from '../store/record/index.ts';
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

/** A detection, and in a fleet who told of it. */
type Found = StoredDetection & { readonly agent?: string };

/** Groups of detections that come newest first; the group with the newest one is first. */
export function groupDetections(
  found: readonly Found[],
  { acrossContainers = false }: { readonly acrossContainers?: boolean } = {},
): readonly DetectionGroupView[] {
  const groups = Map.groupBy(found, (one) => keyOf(one, acrossContainers));
  return [...groups].map(([key, own]) => groupOf(key, own));
}

/** A cause is the same on every machine; what has none is told apart by its container. */
function keyOf({ detection, run, agent = '' }: Found, acrossContainers: boolean): string {
  const cause = detection.output_fields['seaworthy.cause'] ?? null;
  const container = run?.run.identity.id ?? null;
  if (acrossContainers && cause !== null) return JSON.stringify([detection.rule, cause]);
  const place = acrossContainers && container === null ? [agent] : [];
  return JSON.stringify([detection.rule, container, cause, ...place]);
}

function placesOf(own: readonly Found[]): DetectionGroupView['group']['places'] {
  const containers = new Set(own.flatMap(({ run }) => run?.run.identity.id ?? []));
  const nodes = new Set(own.map(({ run, agent }) => agent ?? run?.run.node ?? ''));
  return { containers: containers.size, nodes: nodes.size };
}

function groupOf(key: string, own: readonly Found[]): DetectionGroupView {
  const newest = own[0] as Found;
  const { detection, run } = newest;
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
