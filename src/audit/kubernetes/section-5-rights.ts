// CIS Kubernetes 5.1: roles, bindings and service accounts.
import { field, stringField } from '../../base/json.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import {
  control,
  found,
  type KubernetesControl,
  objectsOf,
  onCluster,
  type Section,
  together,
} from './define.ts';
import type { ClusterFacts, KubernetesFacts, Workload } from './facts.ts';
import { isSystem, nameOf, namespaceOf } from './objects.ts';
import { rightsFaults, rightsKinds } from './rights.ts';

const section: Section = {
  profile: 'roles and service accounts · level 1',
  reads: 'roles and bindings of the cluster',
  severity: 'high',
  lesson: 'cluster-rights',
  need: 'cluster',
};

/** Faults of one control of the gate; `regards` narrows it. */
export function byRights(
  facts: KubernetesFacts,
  controlId: string,
  regards: (message: string) => boolean = () => true,
): Verdict {
  return onCluster(facts, (cluster) => {
    const faults = rightsFaults(cluster).filter(
      (fault) => fault.control === controlId && regards(fault.message),
    );
    if (faults.length > 0) {
      return failedBy(
        faults.map(({ subject, place, value, message, severity }) => ({
          subject,
          place,
          value,
          message,
          severity,
        })),
      );
    }
    const nobody = found('roles and bindings', null, 'nobody holds it beyond Kubernetes itself');
    return objectsOf(cluster, rightsKinds, () => passed([nobody]));
  });
}

/** Whether a Pod of the workload gets a token; null: its service account is not known. */
function mountsToken(workload: Workload, accounts: ReadonlyMap<string, unknown>): boolean | null {
  const spec = field(workload.pod, 'spec');
  const own = field(spec, 'automountServiceAccountToken');
  if (typeof own === 'boolean') return own;
  const account = accounts.get(`${workload.namespace}/${accountOf(workload)}`);
  if (account === undefined) return null;
  return field(account, 'automountServiceAccountToken') !== false;
}

function accountOf({ pod }: Workload): string {
  const spec = field(pod, 'spec');
  return (
    stringField(spec, 'serviceAccountName') ?? stringField(spec, 'serviceAccount') ?? 'default'
  );
}

function accountsIn(objects: readonly unknown[]): ReadonlyMap<string, unknown> {
  return new Map(objects.map((one) => [`${namespaceOf(one)}/${nameOf(one)}`, one]));
}

function usedDefaults(cluster: ClusterFacts): Verdict {
  return objectsOf(cluster, ['ServiceAccount', 'Pod'], ({ ServiceAccount: objects }) => {
    const accounts = accountsIn(objects);
    const users = cluster.workloads
      .filter((one) => accountOf(one) === 'default' && mountsToken(one, accounts) === true)
      .map(
        ({ name, namespace }): Evidence => ({
          subject: name,
          place: 'spec.serviceAccountName',
          value: 'default',
          message: `${name} runs as the default service account and gets its token`,
          severity: isSystem(namespace) ? 'low' : 'medium',
        }),
      );
    const open = objects
      .filter(
        (one) => nameOf(one) === 'default' && field(one, 'automountServiceAccountToken') !== false,
      )
      .map((one): Evidence => {
        const namespace = namespaceOf(one);
        return {
          subject: `${namespace}/ServiceAccount/default`,
          place: 'automountServiceAccountToken',
          value: field(one, 'automountServiceAccountToken') ?? null,
          message: `the default account of ${namespace} gives its token to every Pod that names none`,
          severity: 'low',
          command: `kubectl -n ${namespace} patch serviceaccount default -p '{"automountServiceAccountToken":false}'`,
        };
      });
    return failedBy([...users, ...open]);
  });
}

function tokens(cluster: ClusterFacts): Verdict {
  return objectsOf(cluster, ['ServiceAccount', 'Pod'], ({ ServiceAccount: objects }) => {
    const accounts = accountsIn(objects);
    const faults: Evidence[] = [];
    let unanswered = 0;
    for (const workload of cluster.workloads) {
      const mounts = mountsToken(workload, accounts);
      if (mounts === null) unanswered += 1;
      if (mounts !== true) continue;
      faults.push({
        subject: workload.name,
        place: 'spec.automountServiceAccountToken',
        value: field(field(workload.pod, 'spec'), 'automountServiceAccountToken') ?? null,
        message: `${workload.name} gets a token of ${accountOf(workload)}: does it call the API`,
        severity: 'low',
      });
    }
    if (faults.length > 0) return failedBy(faults);
    if (unanswered === 0) return passed([found('Pods', null, 'no Pod gets a token')]);
    return told('unknown', `service accounts of ${unanswered} workloads are not known`);
  });
}

interface RightsRow {
  readonly id: string;
  readonly of: string;
  readonly title: string;
  readonly fix: string;
  readonly severity?: KubernetesControl['severity'];
}

const rows: readonly RightsRow[] = [
  {
    id: '5.1.1',
    of: 'rbac-cluster-admin',
    title: 'cluster-admin is not given away',
    fix: 'Bind a role with the rights that are used',
  },
  {
    id: '5.1.2',
    of: 'rbac-secrets',
    title: 'Few read secrets',
    fix: 'Name the secrets that are read (resourceNames) and take list and watch away',
  },
  {
    id: '5.1.3',
    of: 'rbac-wildcard',
    title: 'Roles name what they give',
    fix: 'Name the groups, resources and verbs that are used',
  },
  {
    id: '5.1.4',
    of: 'rbac-create-pods',
    title: 'Few create Pods',
    severity: 'medium',
    fix: 'Leave the creation of workloads to what deploys them',
  },
  {
    id: '5.1.8',
    of: 'rbac-escalation',
    title: 'Nobody may become more by itself',
    severity: 'critical',
    fix: 'Take escalate, bind and impersonate away',
  },
  {
    id: '5.1.9',
    of: 'rbac-persistent-volumes',
    title: 'Few create persistent volumes',
    severity: 'medium',
    fix: 'Give claims (persistentvolumeclaims) instead',
  },
  {
    id: '5.1.10',
    of: 'rbac-node-proxy',
    title: 'Nobody talks to kubelets past the API',
    severity: 'critical',
    fix: 'Take nodes/proxy away; give nodes/metrics or nodes/stats where those are meant',
  },
  {
    id: '5.1.11',
    of: 'rbac-certificate-approval',
    title: 'Few approve certificates',
    fix: 'Take the approval of certificate signing requests away',
  },
  {
    id: '5.1.12',
    of: 'rbac-webhooks',
    title: 'Few change admission webhooks',
    fix: 'Take write access to webhook configurations away',
  },
  {
    id: '5.1.13',
    of: 'rbac-token',
    title: 'Few make tokens of service accounts',
    fix: 'Take create on serviceaccounts/token away',
  },
];

const fromRows = rows.map(({ id, of, title, fix, severity = 'high' }) =>
  control(section, {
    id,
    title,
    fix,
    severity,
    alias: of,
    evaluate: (facts) => byRights(facts, of),
  }),
);

const others: readonly KubernetesControl[] = [
  control(section, {
    id: '5.1.5',
    title: 'Default service accounts are not used',
    severity: 'medium',
    reads: 'service accounts, Pods, bindings',
    alias: 'rbac-default-account',
    fix: 'Give each workload an account of its own, and set automountServiceAccountToken: false on the default ones',
    evaluate: (facts) =>
      onCluster(facts, (cluster) =>
        together([byRights(facts, 'rbac-default-account'), usedDefaults(cluster)]),
      ),
  }),
  control(section, {
    id: '5.1.6',
    title: 'Only Pods that call the API get a token',
    severity: 'low',
    reads: 'Pods and their service accounts',
    alias: 'service-account-token',
    fix: 'Set automountServiceAccountToken: false on Pods that do not call the API',
    evaluate: (facts) => onCluster(facts, tokens),
  }),
  control(section, {
    id: '5.1.7',
    title: 'Nobody is put into system:masters',
    fix: 'Bind a role instead: rights of that group cannot be taken back. Look for certificates of it, too',
    evaluate: (facts) =>
      byRights(facts, 'rbac-anonymous', (message) => message.includes('system:masters')),
  }),
];

export const rightsControls: readonly KubernetesControl[] = [...fromRows, ...others];
