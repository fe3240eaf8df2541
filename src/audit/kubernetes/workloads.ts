// Who runs in the cluster: Pods joined by what made them, judged by the controls of the gate. Replicas
// that are written alike are judged once.
import { asArray, field, stringField } from '../../base/json.ts';
import { severityRank } from '../../model/severity.ts';
import { judge, newestMinor, noWaivers, type Policy, subjectsOf } from '../../policy/index.ts';
import type { KindFacts, Workload, WorkloadFault } from './facts.ts';
import { labelsOf, nameOf, namespaceOf, objectsMost, ownerOf } from './objects.ts';

/** Kinds that make Pods: their template is judged where no Pod of it runs. */
const makers = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicaSet',
  'ReplicationController',
] as const;

interface Group {
  readonly name: string;
  readonly namespace: string;
  readonly pod: unknown;
  pods: number;
  /** By how the Pod is written. */
  readonly kinds: Map<string, { readonly object: unknown; pods: number }>;
}

/** All workloads of the cluster, by name. Pods that ended are left out. */
export function workloadsOf(
  kinds: ReadonlyMap<string, KindFacts>,
  minor: number | null,
): readonly Workload[] {
  const known = (kind: string): readonly unknown[] => {
    const facts = kinds.get(kind);
    return facts?.kind === 'known' ? facts.objects.slice(0, objectsMost) : [];
  };
  const owners = new Map<string, string>();
  for (const kind of ['ReplicaSet', 'Job']) {
    for (const object of known(kind)) {
      const owner = ownerOf(object);
      if (owner === null) continue;
      owners.set(keyOf(namespaceOf(object), kind, nameOf(object)), `${owner.kind}/${owner.name}`);
    }
  }
  const groups = new Map<string, Group>();
  for (const pod of known('Pod')) {
    if (/^(?:Succeeded|Failed)$/.test(stringField(field(pod, 'status'), 'phase') ?? '')) continue;
    add(groups, makerOf(pod, owners), { ...asObject(pod), apiVersion: 'v1', kind: 'Pod' });
  }
  for (const kind of makers) {
    for (const object of known(kind)) {
      const name = keyOf(namespaceOf(object), kind, nameOf(object));
      if (groups.has(name) || ownerOf(object) !== null) continue;
      add(groups, name, { ...asObject(object), apiVersion: versionOf(kind), kind }, 0);
    }
  }
  const policy: Policy = {
    profiles: ['restricted', 'hardening'],
    minor: minor ?? newestMinor,
    waivers: noWaivers,
    onUnknown: 'allow',
  };
  return [...groups.values()]
    .map((group) => judgedGroup(group, policy))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function asObject(object: unknown): object {
  return typeof object === 'object' && object !== null ? object : {};
}

function versionOf(kind: string): string {
  if (kind === 'ReplicationController') return 'v1';
  return kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1';
}

function keyOf(namespace: string, kind: string, name: string): string {
  return `${namespace}/${kind}/${name}`;
}

/** `namespace/Kind/name` of what made a Pod: the Deployment behind a ReplicaSet, the CronJob of a Job. */
function makerOf(pod: unknown, owners: ReadonlyMap<string, string>): string {
  const namespace = namespaceOf(pod);
  const owner = ownerOf(pod);
  // The Pod of a static manifest belongs to its node, whose name is the end of its own.
  if (owner === null || owner.kind === 'Node') {
    const suffix = owner === null ? '' : `-${owner.name}`;
    const name = nameOf(pod);
    return keyOf(
      namespace,
      'Pod',
      name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name,
    );
  }
  const above = owners.get(keyOf(namespace, owner.kind, owner.name));
  if (above !== undefined) return `${namespace}/${above}`;
  const hash = stringField(labelsOf(pod), 'pod-template-hash');
  if (owner.kind === 'ReplicaSet' && hash !== null && owner.name.endsWith(`-${hash}`)) {
    return keyOf(namespace, 'Deployment', owner.name.slice(0, -hash.length - 1));
  }
  return keyOf(namespace, owner.kind, owner.name);
}

function add(groups: Map<string, Group>, name: string, object: object, pods = 1): void {
  let group = groups.get(name);
  if (group === undefined) {
    group = { name, namespace: namespaceOf(object), pod: podOf(object), pods: 0, kinds: new Map() };
    groups.set(name, group);
  }
  group.pods += pods;
  const written = pods === 0 ? '' : fingerprint(object);
  const same = group.kinds.get(written);
  if (same === undefined) group.kinds.set(written, { object, pods });
  else same.pods += pods;
}

/** What holds `spec` of a Pod, for questions that the gate does not ask. */
function podOf(object: unknown): unknown {
  if (stringField(object, 'kind') === 'Pod') return object;
  const spec = field(object, 'spec');
  return field(field(field(spec, 'jobTemplate'), 'spec') ?? spec, 'template');
}

/** A Pod without what the cluster wrote into it: its node, and the name of its volume of tokens. */
function fingerprint(pod: object): string {
  const spec = JSON.stringify({ ...asObject(field(pod, 'spec')), nodeName: null, hostname: null });
  const annotations = JSON.stringify(field(field(pod, 'metadata'), 'annotations') ?? null);
  const text = spec.replaceAll(/kube-api-access-\w{5}/g, 'token');
  // Old seccomp and AppArmor profiles stand in annotations; everything else there changes nothing.
  return /seccomp|apparmor/.test(annotations) ? text + annotations : text;
}

function judgedGroup(group: Group, policy: Policy): Workload {
  const faults = new Map<string, WorkloadFault>();
  const unknowns = new Set<string>();
  for (const { object, pods } of group.kinds.values()) {
    const [subject] = subjectsOf(object) ?? [];
    if (subject === undefined) continue;
    const answer = judge(subject, policy, () => null);
    for (const { reason } of answer.unknowns) unknowns.add(reason);
    for (const one of answer.reasons) {
      const { control, path, value, message, severity, image } = one;
      const key = `${control} ${path} ${message}`;
      const before = faults.get(key)?.pods ?? 0;
      faults.set(key, { control, path, value, message, severity, image, pods: before + pods });
    }
  }
  const { name, namespace, pods, pod } = group;
  const sorted = [...faults.values()].toSorted(
    (a, b) => severityRank(a.severity) - severityRank(b.severity),
  );
  return {
    name,
    namespace,
    pods,
    pod,
    faults: sorted,
    unknowns: asArray([...unknowns]).map(String),
  };
}
