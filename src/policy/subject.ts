// Objects of Kubernetes and the Pods that they make: workloads by kind, lists, and kinds that we do
// not know but that hold the template of a Pod.
import { asString, entriesOf, field, stringField } from '../base/json.ts';
import { type Path, valueAt } from './path.ts';
import { clip, itemsOf } from './scalar.ts';

export interface PodTemplate {
  /** From the root of the object to what holds `metadata` and `spec`. */
  readonly path: Path;
  readonly root: unknown;
}

export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Null where the object names none. */
  readonly namespace: string | null;
  /** From the root of the document; longer than empty inside of lists. */
  readonly path: Path;
  readonly object: unknown;
  readonly pods: readonly PodTemplate[];
  /** Why nothing of it is judged, or null. */
  readonly passedOver: string | null;
  /** What should be there to be judged and is not. */
  readonly problem: string | null;
}

/** Kinds that make Pods, and where their template is. */
const templates: ReadonlyMap<string, Path> = new Map<string, Path>([
  ['Pod', []],
  ['PodTemplate', ['template']],
  ['Deployment', ['spec', 'template']],
  ['ReplicaSet', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['DaemonSet', ['spec', 'template']],
  ['ReplicationController', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
  ['Rollout', ['spec', 'template']],
]);

/** Groups whose kinds we know: those not named above make no containers. */
const knownGroup = /^(?:apps|batch|autoscaling|policy|extensions|[a-z.]+\.k8s\.io)$/;

/** Lists inside of lists; kubectl writes one level. */
const listDepth = 4;

/** The objects of one document; null where it is no object of Kubernetes. */
export function subjectsOf(document: unknown): Subject[] | null {
  if (asString(field(document, 'kind')) === null) return null;
  if (asString(field(document, 'apiVersion')) === null) return null;
  return expand(document, [], 0);
}

function expand(object: unknown, path: Path, depth: number): Subject[] {
  const apiVersion = clip(stringField(object, 'apiVersion') ?? '');
  const kind = clip(stringField(object, 'kind') ?? '');
  const items = field(object, 'items');
  if (kind.endsWith('List') && Array.isArray(items)) {
    if (items.length === 0) {
      const facts = described(object, path);
      return [{ ...facts, pods: [], passedOver: 'the list is empty', problem: null }];
    }
    if (depth >= listDepth) return [refused(object, path, 'lists inside of lists')];
    const inside = itemsOf(items).flatMap((item, index) =>
      expand(withKindOf(item, kind, apiVersion), [...path, 'items', index], depth + 1),
    );
    const rest = items.length - itemsOf(items).length;
    return rest === 0 ? inside : [...inside, refused(object, path, `${rest} more items`)];
  }
  return [subjectOf(object, path)];
}

/** Items of a `PodList` need not say what they are. */
function withKindOf(item: unknown, listKind: string, apiVersion: string): unknown {
  if (listKind === 'List' || stringField(item, 'kind') !== null) return item;
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return { ...item, kind: listKind.slice(0, -'List'.length), apiVersion };
}

function refused(object: unknown, path: Path, problem: string): Subject {
  return { ...described(object, path), pods: [], passedOver: null, problem };
}

function described(object: unknown, path: Path) {
  const metadata = field(object, 'metadata');
  const namespace = stringField(metadata, 'namespace');
  return {
    apiVersion: clip(stringField(object, 'apiVersion') ?? ''),
    kind: clip(stringField(object, 'kind') ?? ''),
    name: clip(stringField(metadata, 'name') ?? stringField(metadata, 'generateName') ?? ''),
    namespace: namespace === null ? null : clip(namespace),
    path,
    object,
  };
}

function subjectOf(object: unknown, path: Path): Subject {
  const facts = described(object, path);
  if (facts.kind === '') return refused(object, path, 'kind is missing');
  const known = templates.get(facts.kind);
  if (known !== undefined) {
    const root = valueAt(object, known);
    const containers = valueAt(root, ['spec', 'containers']);
    const found = Array.isArray(containers) && containers.length > 0;
    // A Rollout may name a Deployment, which is judged where it is written.
    const refersTo = field(field(object, 'spec'), 'workloadRef');
    if (root === undefined && refersTo !== undefined) {
      return { ...facts, pods: [], passedOver: 'it refers to another workload', problem: null };
    }
    const pods = root === undefined ? [] : [{ path: known, root }];
    return { ...facts, pods, passedOver: null, problem: found ? null : missing(known) };
  }
  if (isKnownGroup(groupOf(facts.apiVersion))) {
    return { ...facts, pods: [], passedOver: `${facts.kind} makes no containers`, problem: null };
  }
  const { pods, isWhole } = templatesByShape(object);
  const problem = isWhole ? null : 'too large to be searched for Pod templates';
  const passedOver = pods.length > 0 || !isWhole ? null : strange(facts.apiVersion, facts.kind);
  return { ...facts, pods, passedOver, problem };
}

function missing(template: Path): string {
  return `no containers at ${[...template, 'spec', 'containers'].join('.')}`;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

function isKnownGroup(group: string): boolean {
  return group === '' || knownGroup.test(group);
}

function strange(apiVersion: string, kind: string): string {
  return `${kind} of ${groupOf(apiVersion)} is not known, and no Pod template was found in it`;
}

/** Objects and lists that are looked at in an object of an unknown kind, and how deep. */
const shapeNodes = 100_000;
const shapeDepth = 40;

/** What looks like the template of a Pod: a `spec` that has containers with images. */
function templatesByShape(object: unknown): { pods: PodTemplate[]; isWhole: boolean } {
  const pods: PodTemplate[] = [];
  const open: PodTemplate[] = [{ path: [], root: object }];
  let seen = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.path.length > 0 && hasContainers(field(node.root, 'spec'))) pods.push(node);
    const children = Array.isArray(node.root) ? node.root.entries() : entriesOf(node.root);
    for (const [key, root] of children) {
      if (typeof root !== 'object' || root === null) continue;
      seen += 1;
      if (seen > shapeNodes || node.path.length > shapeDepth) return { pods, isWhole: false };
      open.push({ path: [...node.path, key], root });
    }
  }
  return { pods: pods.reverse(), isWhole: true };
}

function hasContainers(spec: unknown): boolean {
  const containers = itemsOf(field(spec, 'containers'));
  return containers.length > 0 && containers.every((one) => stringField(one, 'image') !== null);
}
