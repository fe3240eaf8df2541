// CIS Kubernetes 1 to 4: facts that fail each control, and facts that pass it.
import { describe, expect, test } from 'vitest';
import {
  type ComponentPlan,
  component,
  components,
  type FactsRow,
  nodeWith,
  statusOf,
} from '../../../test/kubernetes-facts.ts';
import type { ComponentName } from './facts.ts';
import { kubernetesControls } from './index.ts';

const api = (...words: string[]) => component('kube-apiserver', { words });
const apiWith = (flag: string, document: object) =>
  component('kube-apiserver', { words: [`--${flag}=/x`], documents: { [flag]: document } });
const manager = (...words: string[]) => component('kube-controller-manager', { words });
const scheduler = (...words: string[]) => component('kube-scheduler', { words });
const etcd = (...words: string[]) => component('etcd', { words });
const proxy = (...words: string[]) => component('kube-proxy', { words });
const kubelet = (config: object, plan: ComponentPlan = {}) =>
  component('kubelet', { words: ['--config=/c0.yaml'], configs: [config], ...plan });

const fileRows = (
  mode: string,
  owner: string,
  path: string,
  more: { of?: ComponentName; most?: number; below?: string } = {},
): FactsRow[] => {
  const { of, most = 0o600, below } = more;
  const having = of === undefined ? {} : component(of);
  const at = (change: object) => ({
    ...nodeWith(path, { mode: most, ...change }, below),
    ...having,
  });
  return [
    [mode, at({ mode: most | 0o022 }), at({})],
    [owner, at({ owner: 'bob' }), at({})],
  ];
};
const pki = { below: '/etc/kubernetes/pki' };
const encryption = (provider: string) =>
  apiWith('encryption-provider-config', {
    resources: [{ resources: ['secrets'], providers: [{ [provider]: {} }, { identity: {} }] }],
  });

const rows: readonly FactsRow[] = [
  ...fileRows('1.1.1', '1.1.2', '/etc/kubernetes/manifests/kube-apiserver.yaml', {
    of: 'kube-apiserver',
  }),
  ...fileRows('1.1.3', '1.1.4', '/etc/kubernetes/manifests/kube-controller-manager.yaml', {
    of: 'kube-controller-manager',
  }),
  ...fileRows('1.1.5', '1.1.6', '/etc/kubernetes/manifests/kube-scheduler.yaml', {
    of: 'kube-scheduler',
  }),
  ...fileRows('1.1.7', '1.1.8', '/etc/kubernetes/manifests/etcd.yaml', { of: 'etcd' }),
  ...fileRows('1.1.9', '1.1.10', '/etc/cni/net.d/10-calico.conflist', { below: '/etc/cni/net.d' }),
  [
    '1.1.11',
    { ...nodeWith('/var/lib/etcd', { mode: 0o755 }), ...component('etcd') },
    { ...nodeWith('/var/lib/etcd', { mode: 0o700 }), ...component('etcd') },
  ],
  [
    '1.1.12',
    { ...nodeWith('/var/lib/etcd'), ...component('etcd') },
    { ...nodeWith('/var/lib/etcd', { owner: 'etcd' }), ...component('etcd') },
  ],
  ...fileRows('1.1.13', '1.1.14', '/etc/kubernetes/admin.conf'),
  ...fileRows('1.1.15', '1.1.16', '/etc/kubernetes/scheduler.conf', { of: 'kube-scheduler' }),
  ...fileRows('1.1.17', '1.1.18', '/etc/kubernetes/controller-manager.conf', {
    of: 'kube-controller-manager',
  }),
  ...fileRows('1.1.20', '1.1.19', '/etc/kubernetes/pki/ca.crt', { ...pki, most: 0o644 }),
  ...fileRows('1.1.21', '1.1.19', '/etc/kubernetes/pki/ca.key', pki),
  ['1.2.1', api(), api('--anonymous-auth=false')],
  [
    '1.2.1',
    apiWith('authentication-config', { anonymous: { enabled: true } }),
    apiWith('authentication-config', {
      anonymous: { enabled: true, conditions: [{ path: '/livez' }] },
    }),
  ],
  ['1.2.2', api('--token-auth-file=/x'), api()],
  ['1.2.3', api(), api('--enable-admission-plugins=DenyServiceExternalIPs')],
  [
    '1.2.4',
    api('--kubelet-client-certificate=/x'),
    api('--kubelet-client-certificate=/x', '--kubelet-client-key=/y'),
  ],
  ['1.2.5', api(), api('--kubelet-certificate-authority=/x')],
  ['1.2.6', api(), api('--authorization-mode=Node,RBAC')],
  [
    '1.2.6',
    apiWith('authorization-config', { authorizers: [{ type: 'AlwaysAllow' }] }),
    apiWith('authorization-config', { authorizers: [{ type: 'Webhook' }] }),
  ],
  ['1.2.7', api('--authorization-mode=RBAC'), api('--authorization-mode=Node,RBAC')],
  ['1.2.8', api('--authorization-mode=Node'), api('--authorization-mode', 'Node,RBAC')],
  ['1.2.9', api(), api('--enable-admission-plugins=EventRateLimit')],
  ['1.2.10', api('--enable-admission-plugins=AlwaysAdmit'), api()],
  ['1.2.11', api(), api('--enable-admission-plugins=AlwaysPullImages')],
  ['1.2.12', api('--disable-admission-plugins=ServiceAccount'), api()],
  ['1.2.13', api('--disable-admission-plugins=NamespaceLifecycle'), api()],
  [
    '1.2.14',
    api(
      '--enable-admission-plugins=NodeRestriction',
      '--disable-admission-plugins=NodeRestriction',
    ),
    api('--enable-admission-plugins=A,NodeRestriction'),
  ],
  ['1.2.15', api('--profiling', 'false'), api('--profiling=false')],
  ['1.2.16', api(), api('--audit-log-path=-')],
  ['1.2.16', api(), api('--audit-webhook-config-file=/x')],
  ['1.2.17', api('--audit-log-maxage=7'), api('--audit-log-maxage=30')],
  ['1.2.18', api('--audit-log-maxbackup=2'), api('--audit-log-maxbackup=10')],
  ['1.2.19', api('--audit-log-maxsize=5'), api('--audit-log-maxsize=100')],
  ['1.2.21', api('--service-account-lookup=false'), api()],
  ['1.2.22', api(), api('--service-account-key-file=/x')],
  ['1.2.23', api('--etcd-certfile=/x'), api('--etcd-certfile=/x', '--etcd-keyfile=/y')],
  ['1.2.24', api(), api('--tls-cert-file=/x', '--tls-private-key-file=/y')],
  ['1.2.25', api(), api('--client-ca-file=/x')],
  ['1.2.26', api(), api('--etcd-cafile=/x')],
  ['1.2.27', api(), api('--encryption-provider-config=/x')],
  ['1.2.28', encryption('identity'), encryption('secretbox')],
  [
    '1.2.29',
    api('--tls-cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA'),
    api('--tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  ],
  ['1.2.29', api(), api('--tls-min-version=VersionTLS13')],
  ['1.2.30', api(), api('--service-account-extend-token-expiration=false')],
  ['1.3.1', manager(), manager('--terminated-pod-gc-threshold=100')],
  ['1.3.2', manager(), manager('--profiling=false')],
  ['1.3.3', manager(), manager('--use-service-account-credentials')],
  ['1.3.4', manager(), manager('--service-account-private-key-file=/x')],
  ['1.3.5', manager(), manager('--root-ca-file=/x')],
  ['1.3.6', manager('--feature-gates=A=true,RotateKubeletServerCertificate=false'), manager()],
  ['1.3.7', manager(), manager('--bind-address=127.0.0.1')],
  ['1.4.1', scheduler(), scheduler('--profiling=false')],
  ['1.4.2', scheduler('--bind-address=0.0.0.0'), scheduler('--bind-address=127.0.0.1')],
  ['2.1', etcd('--cert-file=/x'), etcd('--cert-file=/x', '--key-file=/y')],
  ['2.2', etcd(), etcd('--client-cert-auth')],
  ['2.3', etcd('--auto-tls'), etcd('--auto-tls=false')],
  ['2.4', etcd(), etcd('--peer-cert-file=/x', '--peer-key-file=/y')],
  ['2.5', etcd(), etcd('--peer-client-cert-auth=true')],
  ['2.6', etcd('-peer-auto-tls=true'), etcd()],
  [
    '2.7',
    components(etcd('--trusted-ca-file=/x'), api('--client-ca-file=/x')),
    components(etcd('--trusted-ca-file=/x'), api('--client-ca-file=/y')),
  ],
  ['3.2.1', api(), api('--audit-policy-file=/x')],
  [
    '3.2.2',
    apiWith('audit-policy-file', { rules: [{ level: 'RequestResponse' }] }),
    apiWith('audit-policy-file', { rules: [{ level: 'Metadata' }] }),
  ],
  ...fileRows('4.1.1', '4.1.2', '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf'),
  ...fileRows('4.1.3', '4.1.4', '/var/lib/kube-proxy/kubeconfig'),
  ...fileRows('4.1.5', '4.1.6', '/etc/kubernetes/kubelet.conf'),
  ...fileRows('4.1.7', '4.1.8', '/etc/kubernetes/pki/ca.crt', { most: 0o644 }),
  ...fileRows('4.1.9', '4.1.10', '/var/lib/kubelet/config.yaml'),
  ['4.2.1', component('kubelet'), kubelet({})],
  ['4.2.2', component('kubelet'), kubelet({})],
  ['4.2.3', kubelet({}), kubelet({ authentication: { x509: { clientCAFile: '/x' } } })],
  ['4.2.4', component('kubelet'), kubelet({})],
  ['4.2.5', kubelet({ streamingConnectionIdleTimeout: '0s' }), kubelet({})],
  ['4.2.6', kubelet({ makeIPTablesUtilChains: false }), kubelet({})],
  ['4.2.8', kubelet({ eventRecordQPS: 1 }), kubelet({ eventRecordQPS: 0 })],
  ['4.2.9', kubelet({}), kubelet({ serverTLSBootstrap: true })],
  ['4.2.10', kubelet({}), kubelet({ rotateCertificates: true })],
  ['4.2.11', kubelet({ featureGates: { RotateKubeletServerCertificate: false } }), kubelet({})],
  [
    '4.2.12',
    kubelet({ tlsCipherSuites: ['TLS_RSA_WITH_AES_256_GCM_SHA384'] }),
    kubelet({ tlsMinVersion: 'VersionTLS13' }),
  ],
  ['4.2.13', kubelet({}), kubelet({ podPidsLimit: 4096 })],
  ['4.2.14', kubelet({}), kubelet({ seccompDefault: true })],
  ['4.3.1', proxy('--metrics-bind-address=0.0.0.0:10249'), proxy()],
];

describe.each(rows)('%s', (id, fails, passes) => {
  test('fails', () => expect(statusOf(id, fails)).toBe('fail'));
  test('passes', () => expect(statusOf(id, passes)).toBe('pass'));
});

test.each([
  ['1.2.1', {}, 'not-applicable'],
  ['1.1.1', {}, 'not-applicable'],
  ['1.2.20', api(), 'manual'],
  ['3.1.1', {}, 'manual'],
  ['3.1.3', api('--enable-bootstrap-token-auth'), 'manual'],
  ['3.1.3', api(), 'pass'],
  ['4.2.7', kubelet({}, { words: ['--hostname-override=a'] }), 'manual'],
  ['1.2.23', api('--etcd-servers=unix://kine.sock'), 'not-applicable'],
  ['1.2.30', { ...api(), minor: 19 }, 'not-applicable'],
  ['4.2.14', { ...kubelet({}), minor: 21 }, 'not-applicable'],
  [
    '1.2.28',
    component('kube-apiserver', { words: ['--encryption-provider-config=/x'] }),
    'unknown',
  ],
  ['1.1.15', { ...nodeWith('/a'), ...component('kube-scheduler') }, 'unknown'],
  ['2.7', etcd('--trusted-ca-file=/x'), 'manual'],
] as const)('%s of %j is %s', (id, facts, expected) => {
  expect(statusOf(id, facts)).toBe(expected);
});

test('a component whose words could not be read is not known', () => {
  const facts = component('kubelet');
  const [one] = facts.components?.values() ?? [];
  if (one === undefined) throw new Error('there is a kubelet');
  const blind = { components: new Map([['kubelet' as const, { ...one, words: [] }]]) };
  expect(statusOf('4.2.1', blind)).toBe('unknown');
});

test('all numbers of sections 1 to 4 have a row, or are for a person', () => {
  const asked = new Set(rows.map(([id]) => id));
  const others = new Set(['1.2.20', '3.1.1', '3.1.2', '3.1.3', '4.2.7']);
  const missing = kubernetesControls.cis
    .map(({ id }) => id)
    .filter((id) => /^[1-4]\./.test(id) && !asked.has(id) && !others.has(id));
  expect(missing).toEqual([]);
});
