// What the controls of Kubernetes have in common: benchmark, what they need, small makers.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import { type AuditControl, type Evidence, told, type Verdict } from '../control.ts';
import type {
  ClusterFacts,
  Component,
  ComponentName,
  KubernetesFacts,
  NodeFacts,
} from './facts.ts';

/** What must be there for a control to be asked at all. */
export type Need = 'files' | 'components' | 'cluster' | 'nothing';

export interface KubernetesControl extends AuditControl<KubernetesFacts> {
  readonly need: Need;
}

export const benchmarks = { cis: 'CIS Kubernetes 1.12', nsa: 'NSA/CISA hardening guide' } as const;

export interface Section {
  readonly profile: string;
  readonly reads: string;
  readonly severity: Severity;
  readonly lesson: LessonId;
  readonly need: Need;
}

type Row = Partial<Section> &
  Pick<KubernetesControl, 'id' | 'title' | 'fix' | 'evaluate'> & { readonly alias?: string };

/** A control with what its section gives to all of its rows. */
export function control(section: Section, row: Row): KubernetesControl {
  return { benchmark: benchmarks.cis, ...section, ...row };
}

/** A control that only a person can answer; `how` says how. */
export function byHand(
  section: Section,
  row: Partial<Section> & { readonly id: string; readonly title: string; readonly how: string },
): KubernetesControl {
  const { how, ...more } = row;
  return {
    benchmark: benchmarks.cis,
    ...section,
    reads: 'by hand',
    ...more,
    fix: how,
    evaluate: () => told('manual', how),
  };
}

/** Evidence about the component or the cluster as a whole. */
export function found(place: string, value: unknown, message: string): Evidence {
  return { subject: null, place, value, message };
}

/** Runs `judge` where the component is on this node. */
export function onComponent(
  { components }: KubernetesFacts,
  name: ComponentName,
  judge: (component: Component) => Verdict,
): Verdict {
  const component = components.get(name);
  return component === undefined
    ? told('not-applicable', `${name} was not found here`)
    : judge(component);
}

/** Runs `judge` where files of the node are known. */
export function onNode({ node }: KubernetesFacts, judge: (node: NodeFacts) => Verdict): Verdict {
  return node === null ? told('not-applicable', 'files of a node were not asked') : judge(node);
}

/** Runs `judge` where the cluster was asked. */
export function onCluster(
  { cluster }: KubernetesFacts,
  judge: (cluster: ClusterFacts) => Verdict,
): Verdict {
  return cluster === null ? told('not-applicable', 'the cluster was not asked') : judge(cluster);
}

/** The objects of some kinds, or the verdict that one of them is not known. */
export function objectsOf<Kind extends string>(
  cluster: ClusterFacts,
  kinds: readonly Kind[],
  judge: (objects: Readonly<Record<Kind, readonly unknown[]>>) => Verdict,
): Verdict {
  const objects = {} as Record<Kind, readonly unknown[]>;
  for (const kind of kinds) {
    const facts = cluster.kinds.get(kind);
    if (facts === undefined) return told('unknown', `${kind} objects were not asked`, kind);
    if (facts.kind === 'unknown') return told('unknown', facts.reason, kind);
    objects[kind] = facts.objects;
  }
  return judge(objects);
}

/**
 * Several verdicts as one: a fault counts before what is not known, and that before what holds.
 * Only what leads to the status is told.
 */
export function together(verdicts: readonly Verdict[]): Verdict {
  const order = ['fail', 'unknown', 'manual', 'pass', 'not-applicable'] as const;
  const status =
    order.find((one) => verdicts.some((verdict) => verdict.status === one)) ?? 'not-applicable';
  const same = verdicts.filter((verdict) => verdict.status === status);
  return { status, evidence: same.flatMap(({ evidence }) => evidence) };
}
