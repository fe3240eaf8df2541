// Who may do what: roles and bindings judged by the controls of the gate. What Kubernetes itself makes
// is no finding, but what is bound to it by somebody else is.
import { asArray, field, stringField } from '../../base/json.ts';
import type { Severity } from '../../model/severity.ts';
import { judge, newestMinor, noWaivers, type Policy, subjectsOf } from '../../policy/index.ts';
import type { ClusterFacts } from './facts.ts';
import { labelsOf, nameOf, namespaceOf, objectsMost } from './objects.ts';

export const rightsKinds = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;

export interface RightsFault {
  /** `rbac-secrets`, a control of the gate. */
  readonly control: string;
  /** `ClusterRoleBinding/ci`, `shop/Role/reader`. */
  readonly subject: string;
  readonly place: string;
  readonly value: unknown;
  readonly message: string;
  readonly severity: Severity;
}

const policy: Policy = {
  profiles: ['hardening'],
  minor: newestMinor,
  waivers: noWaivers,
  onUnknown: 'allow',
};

/** Bindings of kubeadm that its nodes cannot join without, and its group of administrators. */
const usual: ReadonlySet<string> = new Set([
  'kube-public/RoleBinding/kubeadm:bootstrap-signer-clusterinfo',
  'ClusterRoleBinding/kubeadm:cluster-admins',
]);

const computed = new WeakMap<ClusterFacts, readonly RightsFault[]>();

/** All faults of rights among the kinds that are known; asked once. */
export function rightsFaults(cluster: ClusterFacts): readonly RightsFault[] {
  const before = computed.get(cluster);
  if (before !== undefined) return before;
  const faults = collect(cluster);
  computed.set(cluster, faults);
  return faults;
}

interface Known {
  readonly kind: (typeof rightsKinds)[number];
  readonly object: unknown;
  readonly key: string;
}

function collect({ kinds }: ClusterFacts): readonly RightsFault[] {
  const of = (kind: Known['kind']): Known[] => {
    const facts = kinds.get(kind);
    const objects = facts?.kind === 'known' ? facts.objects.slice(0, objectsMost) : [];
    return objects.map((object) => ({ kind, object, key: keyOf(kind, object) }));
  };
  const roles = [...of('ClusterRole'), ...of('Role')];
  const bindings = [...of('ClusterRoleBinding'), ...of('RoleBinding')];
  const isWhole = ['ClusterRoleBinding', 'RoleBinding'].every(
    (kind) => kinds.get(kind)?.kind === 'known',
  );
  const holders = holdersOf(bindings);
  const byRole = new Map(roles.map((one) => [one.key, judged(one)]));
  const ofRoles = roles
    .filter(({ object }) => !isDefault(object))
    .flatMap(({ key }) =>
      (byRole.get(key) ?? []).map((fault) => withHolders(fault, holders.get(key) ?? [], isWhole)),
    );
  const defaults = new Set(roles.filter(({ object }) => isDefault(object)).map(({ key }) => key));
  const ofBindings = bindings.flatMap((binding) => {
    const own = withoutUsual(binding);
    if (own === null) return [];
    const role = roleOf(own);
    const given =
      defaults.has(role) && role !== 'ClusterRole/cluster-admin' ? byRole.get(role) : [];
    return [...judged(own), ...(given ?? []).map((fault) => throughBinding(fault, own, role))];
  });
  return [...ofRoles, ...ofBindings];
}

function keyOf(kind: string, object: unknown): string {
  const name = nameOf(object);
  return kind.startsWith('Cluster') ? `${kind}/${name}` : `${namespaceOf(object)}/${kind}/${name}`;
}

/** Kubernetes marks what it makes, and puts it right again at each start. */
function isDefault(object: unknown): boolean {
  return stringField(labelsOf(object), 'kubernetes.io/bootstrapping') === 'rbac-defaults';
}

function judged({ kind, object, key }: Known): RightsFault[] {
  const whole = { ...(object as object), kind, apiVersion: 'rbac.authorization.k8s.io/v1' };
  const [subject] = subjectsOf(whole) ?? [];
  if (subject === undefined) return [];
  return judge(subject, policy, () => null).reasons.map(
    ({ control, path, value, message, severity }) => ({
      control,
      subject: key,
      place: path,
      value,
      message: `${key}: ${message}`,
      severity,
    }),
  );
}

function roleOf({ object }: Known): string {
  const reference = field(object, 'roleRef');
  const name = stringField(reference, 'name') ?? '';
  return stringField(reference, 'kind') === 'Role'
    ? `${namespaceOf(object)}/Role/${name}`
    : `ClusterRole/${name}`;
}

function holdersOf(bindings: readonly Known[]): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const binding of bindings) {
    const role = roleOf(binding);
    const list = holders.get(role) ?? [];
    if (list.length < 20) list.push(...subjectsIn(binding.object).map(subjectName));
    holders.set(role, list);
  }
  return holders;
}

function subjectsIn(object: unknown): readonly unknown[] {
  return asArray(field(object, 'subjects')).slice(0, 10_000);
}

function subjectName(subject: unknown): string {
  const namespace = stringField(subject, 'namespace');
  const name = (stringField(subject, 'name') ?? '').slice(0, 300);
  return `${stringField(subject, 'kind') ?? ''} ${namespace === null ? name : `${namespace}/${name}`}`;
}

/** A right that nobody has is a trap for later, not an open door. */
function withHolders(
  fault: RightsFault,
  holders: readonly string[],
  isWhole: boolean,
): RightsFault {
  if (holders.length === 0 && !isWhole) return fault;
  if (holders.length === 0) {
    return { ...fault, severity: 'low', message: `${fault.message} (nobody holds it)` };
  }
  const more = holders.length > 3 ? ` and ${holders.length - 3} more` : '';
  return {
    ...fault,
    message: `${fault.message} (held by ${holders.slice(0, 3).join(', ')}${more})`,
  };
}

/** A role of Kubernetes that somebody bound: in one namespace that is what it is made for. */
function throughBinding(fault: RightsFault, binding: Known, role: string): RightsFault {
  const names = subjectsIn(binding.object).map(subjectName);
  const said = fault.message
    .slice(fault.subject.length + 2)
    .replace(/^the rule allows /, 'allows ');
  return {
    ...fault,
    subject: binding.key,
    place: 'roleRef',
    value: role,
    message: `${binding.key}: ${role} ${said} (held by ${names.slice(0, 3).join(', ')})`,
    severity: binding.kind === 'RoleBinding' ? 'low' : fault.severity,
  };
}

/** A binding without what belongs there anyway; null: nothing is left. */
function withoutUsual(binding: Known): Known | null {
  if (usual.has(binding.key)) return null;
  if (!isDefault(binding.object)) return binding;
  // Somebody may have added a name to a binding that Kubernetes made.
  const strangers = subjectsIn(binding.object).filter((subject) => {
    const name = stringField(subject, 'name') ?? '';
    const namespace = stringField(subject, 'namespace');
    return !name.startsWith('system:') && namespace !== 'kube-system';
  });
  if (strangers.length === 0) return null;
  return { ...binding, object: { ...(binding.object as object), subjects: strangers } };
}
