// Which objects audits ask a cluster for, and where they are. Secrets and ConfigMaps are not among them.

export interface Resource {
  readonly kind: string;
  /** As in addresses, file names and RBAC. */
  readonly plural: string;
  readonly path: string;
}

function core(kind: string, plural: string): Resource {
  return { kind, plural, path: `/api/v1/${plural}` };
}

function grouped(group: string, kind: string, plural: string): Resource {
  return { kind, plural, path: `/apis/${group}/v1/${plural}` };
}

const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

export const resources: readonly Resource[] = [
  core('Namespace', 'namespaces'),
  core('Node', 'nodes'),
  core('Pod', 'pods'),
  core('Service', 'services'),
  core('ServiceAccount', 'serviceaccounts'),
  core('ReplicationController', 'replicationcontrollers'),
  grouped('apps', 'Deployment', 'deployments'),
  grouped('apps', 'ReplicaSet', 'replicasets'),
  grouped('apps', 'StatefulSet', 'statefulsets'),
  grouped('apps', 'DaemonSet', 'daemonsets'),
  grouped('batch', 'Job', 'jobs'),
  grouped('batch', 'CronJob', 'cronjobs'),
  grouped('networking.k8s.io', 'NetworkPolicy', 'networkpolicies'),
  grouped('networking.k8s.io', 'Ingress', 'ingresses'),
  grouped(rbac, 'Role', 'roles'),
  grouped(rbac, 'ClusterRole', 'clusterroles'),
  grouped(rbac, 'RoleBinding', 'rolebindings'),
  grouped(rbac, 'ClusterRoleBinding', 'clusterrolebindings'),
  grouped(admission, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  grouped(admission, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
  grouped(admission, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
];

/** Notes of the API server and of kubectl that nobody here reads; the second may hold credentials. */
export function withoutNotes(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { metadata } = object as { metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return object;
  const { managedFields: _, annotations, ...rest } = metadata as Record<string, unknown>;
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
  const kept =
    typeof annotations === 'object' && annotations !== null
      ? Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== lastApplied))
      : annotations;
  return { ...object, metadata: { ...rest, ...(kept === undefined ? {} : { annotations: kept }) } };
}
