// CIS Kubernetes 5, our own controls and the guide of NSA and CISA: objects that fail each, and pass it.

import { describe, expect, test } from 'vitest';
import {
  answerTo,
  cluster,
  component,
  type FactsRow,
  pod,
  statusOf,
} from '../../../test/kubernetes-facts.ts';
import { selects } from '../../model/label-selector.ts';
import { type KubernetesFacts, kubernetesControls } from './index.ts';

const group = 'rbac.authorization.k8s.io';
const role = (apiGroup: string, resource: string, verb: string) => ({
  metadata: { name: 'r' },
  rules: [{ apiGroups: [apiGroup], resources: [resource], verbs: [verb] }],
});
const bound = (name: string, subject: object = { kind: 'User', name: 'eve' }) => ({
  metadata: { name: 'b' },
  roleRef: { kind: 'ClusterRole', name },
  subjects: [subject],
});
const rights = (apiGroup: string, resource: string, verb: string) =>
  cluster({ ClusterRole: [role(apiGroup, resource, verb)], ClusterRoleBinding: [bound('r')] });
const mild = rights('', 'configmaps', 'get');
const binding = (name: string, subject?: object) =>
  cluster({ ClusterRoleBinding: [bound(name, subject)] });
const pods = (...list: object[]) => cluster({ Pod: list });
const good = pods(pod());
const namespace = (labels: object = {}) => ({ metadata: { name: 'shop', labels } });
const service = (name: string, spec: object) =>
  cluster({ Service: [{ metadata: { name, namespace: 'shop' }, spec }] });
const node = (kubeletVersion: string) =>
  cluster({ Node: [{ metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion } } }] });
const told = (nodeInfo: object) =>
  cluster({ Node: [{ metadata: { name: 'n' }, status: { nodeInfo } }] });
const account = (verb: string): Partial<KubernetesFacts> => {
  const rule = { verbs: [verb], apiGroups: [''], resources: ['pods'] };
  const rules = [{ ...rule, resourceNames: [], nonResourceURLs: [] }];
  const namespaces = [{ namespace: 'shop', rules, incomplete: null }];
  const ownRights = { kind: 'known', user: 'ann', groups: [], namespaces } as const;
  const made = cluster().cluster;
  return made === undefined || made === null ? {} : { cluster: { ...made, ownRights } };
};
const serviceAccount = (more: object) => ({
  metadata: { name: 'default', namespace: 'shop' },
  ...more,
});
const policy = (policyTypes: readonly string[]) => ({
  metadata: { namespace: 'shop', name: 'p' },
  spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes },
});
const context = (more: object) => pods(pod({ securityContext: more }));
const withImage = (image: string) => pods(pod({ image }));

const rows: readonly FactsRow[] = [
  ['5.1.1', binding('cluster-admin'), binding('view')],
  ['5.1.2', rights('', 'secrets', 'list'), mild],
  ['5.1.3', rights('', 'pods', '*'), mild],
  ['5.1.4', rights('', 'pods', 'create'), mild],
  [
    '5.1.5',
    cluster({ ServiceAccount: [serviceAccount({})] }),
    cluster({ ServiceAccount: [serviceAccount({ automountServiceAccountToken: false })] }),
  ],
  ['5.1.5', binding('view', { kind: 'ServiceAccount', name: 'default', namespace: 'shop' }), mild],
  ['5.1.6', pods(pod({}, { automountServiceAccountToken: true })), good],
  ['5.1.7', binding('view', { kind: 'Group', name: 'system:masters' }), mild],
  ['5.1.8', rights(group, 'clusterroles', 'escalate'), mild],
  ['5.1.9', rights('', 'persistentvolumes', 'create'), mild],
  ['5.1.10', rights('', 'nodes/proxy', 'get'), mild],
  ['5.1.11', rights('certificates.k8s.io', 'certificatesigningrequests/approval', 'update'), mild],
  [
    '5.1.12',
    rights('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'patch'),
    mild,
  ],
  ['5.1.13', rights('', 'serviceaccounts/token', 'create'), mild],
  [
    '5.2.1',
    cluster({ Namespace: [namespace()] }),
    cluster({ Namespace: [namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' })] }),
  ],
  ['5.2.2', context({ privileged: true }), good],
  ['5.2.3', pods(pod({}, { hostPID: true })), good],
  ['5.2.4', pods(pod({}, { hostIPC: true })), good],
  ['5.2.5', pods(pod({}, { hostNetwork: true })), good],
  ['5.2.6', context({}), good],
  ['5.2.7', pods(pod({}, { securityContext: {}, hostUsers: true })), good],
  [
    '5.2.8',
    context({ capabilities: { drop: ['CHOWN'] } }),
    context({ capabilities: { drop: ['NET_RAW'] } }),
  ],
  ['5.2.9', context({ capabilities: { drop: ['NET_RAW'] } }), good],
  ['5.2.10', context({ windowsOptions: { hostProcess: true } }), good],
  ['5.2.11', pods(pod({}, { volumes: [{ name: 'v', hostPath: { path: '/data' } }] })), good],
  ['5.2.12', pods(pod({ ports: [{ containerPort: 80, hostPort: 80 }] })), good],
  ['5.3.1', withImage('docker.io/flannel/flannel:v0.26'), withImage('quay.io/cilium/cilium:v1.19')],
  [
    '5.3.2',
    cluster({ Namespace: [namespace()] }),
    cluster({ Namespace: [namespace()], NetworkPolicy: [policy(['Ingress'])] }),
  ],
  [
    '5.4.1',
    pods(pod({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] })),
    good,
  ],
  ['5.4.1', pods(pod({ envFrom: [{ secretRef: { name: 's' } }] })), good],
  ['5.6.2', pods(pod({}, { securityContext: { runAsNonRoot: true } })), good],
  [
    '5.6.3',
    pods({
      metadata: { name: 'a', namespace: 'b' },
      spec: { containers: [{ name: 'c', image: 'i:1' }] },
    }),
    good,
  ],
  ['5.6.4', pods(pod({}, {}, { namespace: 'default' })), good],
  ['S.1', binding('view', { kind: 'Group', name: 'system:unauthenticated' }), mild],
  ['S.2', rights('', 'pods/exec', 'create'), mild],
  [
    'S.3',
    cluster({
      ClusterRole: [
        {
          ...role('', 'secrets', 'get'),
          metadata: { name: 'r', labels: { [`${group}/aggregate-to-view`]: 'true' } },
        },
      ],
    }),
    mild,
  ],
  [
    'S.4',
    pods(
      pod({}, { volumes: [{ name: 'v', hostPath: { path: '/run/containerd/containerd.sock' } }] }),
    ),
    good,
  ],
  ['S.5', pods(pod({}, { volumes: [{ name: 'v', hostPath: { path: '/etc/kubernetes' } }] })), good],
  ['S.6', pods(pod({ env: [{ name: 'DB_PASSWORD', value: 'correct horse' }] })), good],
  ['S.7', withImage('nginx:latest'), good],
  ['S.8', pods(pod({ resources: {} })), good],
  [
    'S.9',
    service('kubernetes-dashboard', { type: 'NodePort' }),
    service('kubernetes-dashboard', { type: 'ClusterIP' }),
  ],
  [
    'S.10',
    service('db', { type: 'LoadBalancer', ports: [{ port: 6379 }] }),
    service('db', {
      type: 'LoadBalancer',
      ports: [{ port: 6379 }],
      loadBalancerSourceRanges: ['10.0.0.0/8'],
    }),
  ],
  ['S.11', service('a', { externalIPs: ['8.8.8.8'] }), service('a', {})],
  ['S.12', { minor: 28 }, { minor: 36 }],
  ['S.13', node('v1.30.1'), node('v1.33.1')],
  [
    'S.14',
    told({ kernelVersion: '6.1.60-talos', osImage: 'Talos' }),
    told({ kernelVersion: '99.0' }),
  ],
  [
    'S.15',
    told({ containerRuntimeVersion: 'docker://19.3.0', osImage: 'Ubuntu 20.04' }),
    told({ containerRuntimeVersion: 'docker://99.0.0' }),
  ],
  ['S.16', node('v1.21.4'), node('v1.35.1')],
  ['S.17', account('*'), account('get')],
];

describe.each(rows)('%s', (id, fails, passes) => {
  test('fails', () => expect(statusOf(id, fails)).toBe('fail'));
  test('passes', () => expect(statusOf(id, passes)).toBe('pass'));
});

test('every control of the cluster has a row, or is for a person', () => {
  const asked = new Set([...rows.map(([id]) => id), '5.4.2', '5.5.1', '5.6.1']);
  const ids = kubernetesControls.cis.map(({ id }) => id).filter((id) => /^[5S]/.test(id));
  expect(ids.filter((id) => !asked.has(id))).toEqual([]);
});

test('all numbers of the benchmark are there, once', () => {
  const range = (prefix: string, most: number): string[] =>
    Array.from({ length: most }, (_, at) => `${prefix}.${at + 1}`);
  const wanted = [
    ...range('1.1', 21),
    ...range('1.2', 30),
    ...range('1.3', 7),
    ...range('1.4', 2),
    ...range('2', 7),
    ...range('3.1', 3),
    ...range('3.2', 2),
    ...range('4.1', 10),
    ...range('4.2', 14),
    ...range('4.3', 1),
    ...range('5.1', 13),
    ...range('5.2', 12),
    ...range('5.3', 2),
    ...range('5.4', 2),
    ...range('5.5', 1),
    ...range('5.6', 4),
  ];
  const ids = kubernetesControls.cis.map(({ id }) => id).filter((id) => !id.startsWith('S.'));
  expect(ids).toEqual(wanted);
  expect(wanted).toHaveLength(131);
  expect(kubernetesControls.nsa).toHaveLength(26);
});

test('what may not be listed is not known, for each control that needs it', () => {
  const kinds = [
    'Pod',
    'Role',
    'ClusterRole',
    'RoleBinding',
    'ClusterRoleBinding',
    'Namespace',
    'Node',
    'Service',
    'ServiceAccount',
    'NetworkPolicy',
    'Ingress',
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
  ];
  const blind = cluster(Object.fromEntries(kinds.map((kind) => [kind, null])));
  for (const benchmark of ['cis', 'nsa'] as const) {
    for (const { id, need } of kubernetesControls[benchmark]) {
      // The account that asks is no kind of object.
      if (need !== 'cluster' || id === 'S.17') continue;
      const status = statusOf(id, blind, benchmark);
      expect(['unknown', 'manual'], id).toContain(status);
    }
  }
});

test.each([
  ['5.5.1', {}, 'manual'],
  ['5.6.1', {}, 'manual'],
  ['5.3.1', {}, 'manual'],
  [
    '5.2.1',
    {
      Namespace: [namespace()],
      ValidatingWebhookConfiguration: [
        {
          metadata: { name: 'kyverno' },
          webhooks: [{ rules: [{ operations: ['CREATE'], apiGroups: [''], resources: ['pods'] }] }],
        },
      ],
    },
    'manual',
  ],
  ['5.2.1', { Namespace: [namespace()], ValidatingWebhookConfiguration: null }, 'unknown'],
  ['5.1.6', { Pod: [pod({}, { automountServiceAccountToken: null })] }, 'unknown'],
  ['5.2.2', { Pod: [pod({ securityContext: { privileged: 'maybe' } })] }, 'unknown'],
  ['5.2.2', { Pod: [null as unknown as object, { metadata: 1, spec: [] }] }, 'pass'],
] as const)('%s of %j is %s', (id, objects, expected) => {
  if (id === '5.2.2' && expected === 'pass') {
    expect(['pass', 'unknown']).toContain(statusOf(id, cluster(objects)));
  } else expect(statusOf(id, cluster(objects))).toBe(expected);
});

describe('rights', () => {
  const label = { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
  test('what Kubernetes makes itself is no fault, what somebody adds to it is', () => {
    const admin = (...subjects: object[]) =>
      cluster({
        ClusterRole: [{ ...role('*', '*', '*'), metadata: { name: 'cluster-admin', ...label } }],
        ClusterRoleBinding: [
          { ...bound('cluster-admin'), metadata: { name: 'cluster-admin', ...label }, subjects },
        ],
      });
    const masters = { kind: 'Group', name: 'system:masters' };
    expect(statusOf('5.1.1', admin(masters))).toBe('pass');
    expect(statusOf('5.1.3', admin(masters))).toBe('pass');
    expect(statusOf('5.1.1', admin(masters, { kind: 'User', name: 'eve' }))).toBe('fail');
  });

  test('a role of Kubernetes that somebody binds tells what it gives', () => {
    const edit = { ...role('', 'secrets', 'get'), metadata: { name: 'edit', ...label } };
    const answer = answerTo(
      '5.1.2',
      cluster({ ClusterRole: [edit], ClusterRoleBinding: [bound('edit')] }),
    );
    expect(answer?.evidence[0]?.message).toContain('ClusterRole/edit');
    expect(answer?.severity).toBe('high');
  });

  test('a right that nobody holds weighs little', () => {
    expect(
      answerTo('5.1.10', cluster({ ClusterRole: [role('', 'nodes/proxy', 'get')] }))?.severity,
    ).toBe('low');
  });
});

test('Pods of one Deployment are one workload; those of the cluster weigh little', () => {
  const owned = (name: string) =>
    pod(
      { securityContext: { privileged: true } },
      {},
      {
        name,
        labels: { 'pod-template-hash': 'abc' },
        ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
      },
    );
  const answer = answerTo('5.2.2', pods(owned('web-1'), owned('web-2')));
  expect(answer?.evidence).toHaveLength(1);
  expect(answer?.evidence[0]?.subject).toBe('shop/Deployment/web');
  expect(answer?.evidence[0]?.message).toContain('2 Pods');
  const own = pod({ securityContext: { privileged: true } }, {}, { namespace: 'kube-system' });
  expect(answerTo('5.2.2', pods(own))?.severity).toBe('low');
});

test.each<[string, Parameters<typeof cluster>[0], string]>([
  ['C-0030', { Pod: [pod()], NetworkPolicy: [policy(['Ingress', 'Egress'])] }, 'pass'],
  ['C-0030', { Pod: [pod()], NetworkPolicy: [policy(['Ingress'])] }, 'fail'],
  ['C-0017', { Pod: [pod()] }, 'pass'],
  ['C-0057', { Pod: [pod({ securityContext: { privileged: true } })] }, 'fail'],
  [
    'C-0058',
    { Node: [{ metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion: 'v1.21.4' } } }] },
    'fail',
  ],
  [
    'C-0058',
    { Node: [{ metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion: 'v1.21.5' } } }] },
    'pass',
  ],
  [
    'C-0059',
    {
      Ingress: [
        {
          metadata: {
            name: 'i',
            annotations: { 'nginx.ingress.kubernetes.io/server-snippet': 'x' },
          },
        },
      ],
    },
    'fail',
  ],
  ['C-0292', { Pod: [pod({ image: 'registry.k8s.io/ingress-nginx/controller:v1.12' })] }, 'fail'],
])('%s of %j is %s', (id, objects, expected) => {
  expect(statusOf(id, cluster(objects), 'nsa')).toBe(expected);
});

test('C-0005: the port without authentication', () => {
  const old = { ...component('kube-apiserver', { words: ['--insecure-port=8080'] }), minor: 18 };
  expect(statusOf('C-0005', old, 'nsa')).toBe('fail');
  expect(statusOf('C-0005', { ...old, minor: 30 }, 'nsa')).toBe('pass');
});

test.each([
  [{}, { a: 'b' }, true],
  [{ matchLabels: { a: 'b' } }, { a: 'c' }, false],
  [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }, { a: 'b' }, true],
  [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] }, {}, true],
  [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }, {}, false],
  [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, {}, true],
  [{ matchExpressions: [{ key: 'a', operator: 'Near' }] }, {}, false],
])('the selector %j takes %j: %s', (selector, labels, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});
