// What roles must not give, and to whom bindings must not give it (CIS Kubernetes 5.1).
import { entriesOf, field } from '../../base/json.ts';
import { gives, isAll, type RbacControl, type Rights, type RoleRule } from './control.ts';

const all = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const reads = ['get', 'list', 'watch'];
const workloads: readonly (readonly [string, string])[] = [
  ['', 'pods'],
  ['', 'replicationcontrollers'],
  ['apps', 'deployments'],
  ['apps', 'statefulsets'],
  ['apps', 'daemonsets'],
  ['apps', 'replicasets'],
  ['batch', 'jobs'],
  ['batch', 'cronjobs'],
];

interface Given {
  readonly what: string;
  readonly on: readonly (readonly [string, string])[];
  readonly verbs: readonly string[];
}

/** Faults of all rules that give this; rules that give everything are told elsewhere. */
function given({ what, on, verbs }: Given): RbacControl['check'] {
  return ({ rules }) =>
    rules
      .filter((rule) => !isAll(rule))
      .filter((rule) => on.some(([group, resource]) => gives(rule, group, resource, verbs)))
      .map(({ path }) => ({ path, message: `the rule allows to ${what}` }));
}

function rule(group: string, resource: string, verb: string): { rules: unknown[] } {
  return { rules: [{ apiGroups: [group], resources: [resource], verbs: [verb] }] };
}

function bound(role: string, kind: string, name: string): Record<string, unknown> {
  return { kind: 'ClusterRoleBinding', roleRef: { name: role }, subjects: [{ kind, name }] };
}

const harmless = rule('', 'configmaps', 'get');
const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

function wildcards({ rules }: Rights) {
  return rules.flatMap((one) => {
    const { path, verbs, resources, groups, urls } = one;
    if (isAll(one)) return [{ path, message: 'the rule allows everything' }];
    const parts = [
      ...(verbs.includes('*') ? [{ key: 'verbs', word: 'verb' }] : []),
      ...(resources.some((resource) => resource === '*' || resource === '*/*')
        ? [{ key: 'resources', word: 'resource' }]
        : []),
      ...(urls.includes('*') ? [{ key: 'nonResourceURLs', word: 'URL' }] : []),
      ...(groups.includes('*') && !resources.includes('*')
        ? [{ key: 'apiGroups', word: 'API group' }]
        : []),
    ];
    return parts.map(({ key, word }) => ({
      path: [...path, key],
      message: `the rule allows every ${word}, those of the future included`,
    }));
  });
}

function subjectsNamed(names: readonly string[], what: string): RbacControl['check'] {
  return ({ subjects, role }) =>
    subjects
      .filter(({ name, kind }) => names.includes(name) && kind !== 'ServiceAccount')
      .map(({ path, name }) => ({ path, message: `${role} is given to ${name}: ${what}` }));
}

function aggregates({ object, rules, kind }: Rights) {
  if (kind !== 'ClusterRole') return [];
  const labels = field(field(object, 'metadata'), 'labels');
  const risky = rules.some((one) => isAll(one) || one.verbs.includes('*') || isRisky(one));
  const widened = entriesOf(labels)
    .filter(
      ([key, value]) =>
        /^rbac\.authorization\.k8s\.io\/aggregate-to-(?:view|edit)$/.test(key) && value === 'true',
    )
    .filter(() => risky)
    .map(([key]) => ({
      path: ['metadata', 'labels', key],
      message: `the rules are added to the role ${key.slice(key.lastIndexOf('-') + 1)} of everybody who has it`,
    }));
  const selectors = field(field(object, 'aggregationRule'), 'clusterRoleSelectors');
  const open = (Array.isArray(selectors) ? selectors.slice(0, 1000) : []).flatMap(
    (one: unknown, index) =>
      entriesOf(one).length === 0
        ? [
            {
              path: ['aggregationRule', 'clusterRoleSelectors', index],
              message: 'an empty selector takes the rules of every role',
            },
          ]
        : [],
  );
  return [...widened, ...open];
}

function isRisky(one: RoleRule): boolean {
  return (
    gives(one, '', 'secrets', reads) ||
    gives(one, '', 'pods/exec', ['create', 'get']) ||
    gives(one, '', 'serviceaccounts/token', ['create']) ||
    gives(one, rbac, 'clusterroles', ['escalate', 'bind'])
  );
}

export const rbacControls: readonly RbacControl[] = [
  {
    id: 'rbac-wildcard',
    title: 'A role uses a wildcard',
    severity: 'high',
    lesson: 'least-privilege',
    sources: ['CIS Kubernetes 5.1.3'],
    fix: 'Name the groups, resources and verbs that are used',
    check: wildcards,
    fails: [
      rule('*', '*', '*'),
      rule('', 'pods', '*'),
      { rules: [{ nonResourceURLs: ['*'], verbs: ['get'] }] },
    ],
    passes: [harmless],
  },
  {
    id: 'rbac-escalation',
    title: 'A role lets its holder become more',
    severity: 'critical',
    lesson: 'privilege-escalation',
    sources: ['CIS Kubernetes 5.1.8'],
    fix: 'Take away escalate, bind and impersonate',
    check: (rights) => [
      ...given({
        what: 'give itself any right (escalate, bind)',
        on: [
          [rbac, 'roles'],
          [rbac, 'clusterroles'],
        ],
        verbs: ['escalate', 'bind'],
      })(rights),
      ...given({
        what: 'act as somebody else (impersonate)',
        on: [
          ['', 'users'],
          ['', 'groups'],
          ['', 'serviceaccounts'],
          ['authentication.k8s.io', 'uids'],
        ],
        verbs: ['impersonate'],
      })(rights),
    ],
    fails: [
      rule(rbac, 'clusterroles', 'bind'),
      rule(rbac, 'roles', 'escalate'),
      rule('', 'users', 'impersonate'),
    ],
    passes: [rule(rbac, 'roles', 'get'), harmless],
  },
  {
    id: 'rbac-secrets',
    title: 'A role reads secrets',
    severity: 'high',
    lesson: 'leaked-secret',
    sources: ['CIS Kubernetes 5.1.2'],
    fix: 'Name the secrets that are read (resourceNames) and take list and watch away',
    check: ({ rules }) =>
      rules
        .filter((one) => !isAll(one) && gives(one, '', 'secrets', reads))
        .filter((one) => one.names.length === 0 || gives(one, '', 'secrets', ['list', 'watch']))
        .map(({ path }) => ({ path, message: 'the rule allows to read secrets' })),
    fails: [rule('', 'secrets', 'list'), rule('', 'secrets', 'get'), rule('*', 'secrets', '*')],
    passes: [
      {
        rules: [
          { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['tls'] },
        ],
      },
      rule('', 'secrets', 'create'),
    ],
  },
  {
    id: 'rbac-exec',
    title: 'A role runs commands in Pods',
    severity: 'high',
    lesson: 'least-privilege',
    sources: ['NSA C-0002'],
    fix: 'Take pods/exec, pods/attach and pods/ephemeralcontainers away',
    check: given({
      what: 'run commands in Pods',
      on: [
        ['', 'pods/exec'],
        ['', 'pods/attach'],
        ['', 'pods/ephemeralcontainers'],
      ],
      verbs: ['create', 'get', 'update', 'patch'],
    }),
    fails: [
      rule('', 'pods/exec', 'create'),
      rule('', 'pods/*', 'get'),
      rule('', '*/exec', 'create'),
    ],
    passes: [rule('', 'pods', 'get'), rule('', 'pods/log', 'get')],
  },
  {
    id: 'rbac-node-proxy',
    title: 'A role talks to kubelets',
    severity: 'critical',
    lesson: 'container-escape',
    sources: ['CIS Kubernetes 5.1.10'],
    fix: 'Take nodes/proxy away; give nodes/metrics or nodes/stats where those are meant',
    check: given({
      what: 'command kubelets past admission and audit (nodes/proxy)',
      on: [['', 'nodes/proxy']],
      verbs: all,
    }),
    fails: [rule('', 'nodes/proxy', 'get')],
    passes: [rule('', 'nodes/metrics', 'get'), rule('', 'nodes', 'get')],
  },
  {
    id: 'rbac-token',
    title: 'A role makes tokens of service accounts',
    severity: 'high',
    lesson: 'privilege-escalation',
    sources: ['CIS Kubernetes 5.1.13'],
    fix: 'Take create on serviceaccounts/token away',
    check: given({
      what: 'make tokens of service accounts',
      on: [['', 'serviceaccounts/token']],
      verbs: ['create'],
    }),
    fails: [rule('', 'serviceaccounts/token', 'create')],
    passes: [rule('', 'serviceaccounts', 'create')],
  },
  {
    id: 'rbac-certificate-approval',
    title: 'A role approves certificates',
    severity: 'high',
    lesson: 'privilege-escalation',
    sources: ['CIS Kubernetes 5.1.11'],
    fix: 'Take the approval of certificate signing requests away',
    check: given({
      what: 'approve client certificates',
      on: [
        ['certificates.k8s.io', 'certificatesigningrequests/approval'],
        ['certificates.k8s.io', 'signers'],
      ],
      verbs: ['update', 'patch', 'approve'],
    }),
    fails: [rule('certificates.k8s.io', 'certificatesigningrequests/approval', 'update')],
    passes: [rule('certificates.k8s.io', 'certificatesigningrequests', 'create')],
  },
  {
    id: 'rbac-webhooks',
    title: 'A role changes admission webhooks',
    severity: 'high',
    lesson: 'privilege-escalation',
    sources: ['CIS Kubernetes 5.1.12'],
    fix: 'Take write access to webhook configurations away',
    check: given({
      what: 'read and change every object through admission webhooks',
      on: [
        [admission, 'mutatingwebhookconfigurations'],
        [admission, 'validatingwebhookconfigurations'],
      ],
      verbs: writes,
    }),
    fails: [rule(admission, 'mutatingwebhookconfigurations', 'patch')],
    passes: [rule(admission, 'mutatingwebhookconfigurations', 'get')],
  },
  {
    id: 'rbac-create-pods',
    title: 'A role creates workloads',
    severity: 'medium',
    lesson: 'least-privilege',
    sources: ['CIS Kubernetes 5.1.4'],
    fix: 'Leave the creation of workloads to what deploys them',
    check: given({
      what: 'run Pods as any service account of the namespace',
      on: workloads,
      verbs: ['create', 'update', 'patch'],
    }),
    fails: [rule('', 'pods', 'create'), rule('apps', 'deployments', 'patch')],
    passes: [rule('', 'pods', 'get'), rule('apps', 'deployments', 'list')],
  },
  {
    id: 'rbac-persistent-volumes',
    title: 'A role creates persistent volumes',
    severity: 'medium',
    lesson: 'host-access',
    sources: ['CIS Kubernetes 5.1.9'],
    fix: 'Give claims (persistentvolumeclaims) instead',
    check: given({
      what: 'create volumes that show files of the node',
      on: [['', 'persistentvolumes']],
      verbs: ['create'],
    }),
    fails: [rule('', 'persistentvolumes', 'create')],
    passes: [rule('', 'persistentvolumeclaims', 'create')],
  },
  {
    id: 'rbac-cluster-admin',
    title: 'cluster-admin is given away',
    severity: 'high',
    lesson: 'least-privilege',
    sources: ['CIS Kubernetes 5.1.1'],
    fix: 'Bind a role with the rights that are used',
    check: ({ role, subjects }) =>
      role === 'cluster-admin'
        ? subjects.map(({ path, kind, name }) => ({
            path,
            message: `cluster-admin is given to ${kind} ${name}`,
          }))
        : [],
    fails: [bound('cluster-admin', 'User', 'eve')],
    passes: [bound('view', 'User', 'eve')],
  },
  {
    id: 'rbac-anonymous',
    title: 'Rights are given to nobody in particular',
    severity: 'critical',
    lesson: 'broken-access-control',
    sources: ['CIS Kubernetes 5.1.7', 'Seaworthy'],
    fix: 'Bind a named group or service account',
    check: subjectsNamed(
      ['system:anonymous', 'system:unauthenticated', 'system:authenticated', 'system:masters'],
      'that is everybody, or cannot be taken back',
    ),
    fails: [bound('view', 'User', 'system:anonymous'), bound('view', 'Group', 'system:masters')],
    passes: [bound('view', 'Group', 'team')],
  },
  {
    id: 'rbac-default-account',
    title: 'Rights are given to a default service account',
    severity: 'medium',
    lesson: 'least-privilege',
    sources: ['CIS Kubernetes 5.1.5'],
    fix: 'Make a service account for the workload that needs them',
    check: ({ subjects, role }) =>
      subjects
        .filter(({ kind, name }) => kind === 'ServiceAccount' && name === 'default')
        .map(({ path }) => ({
          path,
          message: `${role} is given to every Pod that names no service account`,
        })),
    fails: [bound('view', 'ServiceAccount', 'default')],
    passes: [bound('view', 'ServiceAccount', 'shop')],
  },
  {
    id: 'rbac-aggregation',
    title: 'A role widens other roles',
    severity: 'medium',
    lesson: 'privilege-escalation',
    sources: ['Seaworthy'],
    fix: 'Take the label away, or select roles by a label of your own',
    check: aggregates,
    fails: [
      {
        kind: 'ClusterRole',
        metadata: { labels: { [`${rbac}/aggregate-to-view`]: 'true' } },
        ...rule('', 'secrets', 'get'),
      },
      { kind: 'ClusterRole', aggregationRule: { clusterRoleSelectors: [{}] } },
    ],
    passes: [
      {
        kind: 'ClusterRole',
        metadata: { labels: { [`${rbac}/aggregate-to-view`]: 'true' } },
        ...harmless,
      },
    ],
  },
];
