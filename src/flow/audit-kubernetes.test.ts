// The audit of a node in kubeadm's form: where each setting comes from, and which layout it is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  apiServerWords,
  etcdWords,
  kubeletConfig,
  kubeletWords,
  manifestOf,
  type NodePlan,
  writeNode,
} from '../../test/kubernetes-node.ts';
import type { AuditResult } from '../audit/index.ts';
import type { ReadDump } from '../host/kubernetes/index.ts';
import { openMachine } from '../host/machine/index.ts';
import { noWaivers } from '../policy/index.ts';
import { auditFacts } from './audit.ts';
import { askable, collectKubernetes } from './audit-kubernetes.ts';
import { findNode } from './audit-kubernetes-node.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seaworthy-node-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function audit(plan: NodePlan, cluster: ReadDump | null = null) {
  writeNode(root, plan);
  const node = findNode(openMachine(root));
  const now = new Date('2026-11-22T00:00:00Z');
  const collected = await collectKubernetes({
    node,
    cluster,
    namespaces: null,
    minor: null,
    now,
    advisories: null,
  });
  const { facts, unknowns, leftOut } = collected;
  const { answer } = auditFacts({
    audit: 'kubernetes',
    target: 'node',
    controls: askable('cis', facts),
    facts,
    summary: [],
    unknowns,
    leftOut,
    waivers: noWaivers,
    earlier: [],
    now,
    toolVersion: '0',
    scope: '',
  });
  const of = (id: string): AuditResult => {
    const found = answer.controls.find((one) => one.id === id);
    if (found === undefined) throw new Error(`${id} was not asked`);
    return found;
  };
  return { answer, facts, of, layout: node?.layout.id ?? null };
}

const source = (result: AuditResult): string => result.evidence[0]?.place ?? '';
const kubelet = (...words: string[]) => ({ pid: 812, words: [...kubeletWords, ...words] });
const dropIns = '/etc/kubernetes/kubelet.conf.d';
const dropIn = (text: string): string =>
  `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${text}`;

describe('the kubelet', () => {
  test('its file is found by its own flag', async () => {
    const { of } = await audit({});
    expect(of('4.2.1').status).toBe('pass');
    expect(source(of('4.2.1'))).toBe(
      '/var/lib/kubelet/config.yaml: authentication.anonymous.enabled',
    );
    expect(of('4.2.4').evidence[0]?.place).toBe('default');
  });

  test('a flag lies over the file', async () => {
    const { of } = await audit({ processes: [kubelet('--anonymous-auth=true')] });
    expect(of('4.2.1').status).toBe('fail');
    expect(source(of('4.2.1'))).toBe('--anonymous-auth of process 812');
  });

  test('drop-ins lie over the file in their order, and below flags', async () => {
    const files = {
      [`${dropIns}/10-a.conf`]: dropIn('readOnlyPort: 10255\npodPidsLimit: 100\n'),
      [`${dropIns}/20-b.conf`]: dropIn('readOnlyPort: 0\n'),
      [`${dropIns}/30-c.yaml`]: dropIn('readOnlyPort: 1\n'),
    };
    const { of } = await audit({ files, processes: [kubelet(`--config-dir=${dropIns}`)] });
    expect(of('4.2.4').status).toBe('pass');
    expect(source(of('4.2.4'))).toBe(`${dropIns}/20-b.conf: readOnlyPort`);
    expect(source(of('4.2.13'))).toBe(`${dropIns}/10-a.conf: podPidsLimit`);
    expect(of('4.2.1').status).toBe('pass');
    const flagged = await audit({
      files,
      processes: [kubelet(`--config-dir=${dropIns}`, '--read-only-port=10255')],
    });
    expect(flagged.of('4.2.4').status).toBe('fail');
  });

  test('a drop-in that the kubelet would not take makes settings unknown', async () => {
    const files = { [`${dropIns}/10-a.conf`]: 'readOnlyPort: 10255\n' };
    const { of } = await audit({ files, processes: [kubelet(`--config-dir=${dropIns}`)] });
    expect(of('4.2.4').status).toBe('unknown');
  });

  test('without a file the defaults of old hold', async () => {
    const { of } = await audit({ processes: [{ pid: 1, words: ['/usr/bin/kubelet'] }] });
    expect(['4.2.1', '4.2.2', '4.2.4'].map((id) => of(id).status)).toEqual([
      'fail',
      'fail',
      'fail',
    ]);
  });

  test('a file that is JSON, one that is broken, one that is not there', async () => {
    const path = '/var/lib/kubelet/config.yaml';
    const json = await audit({ files: { [path]: '{"readOnlyPort": 10255}' } });
    expect(json.of('4.2.4').status).toBe('fail');
    const broken = await audit({ files: { [path]: 'a: [' } });
    expect(broken.of('4.2.4').status).toBe('unknown');
    rmSync(root, { recursive: true, force: true });
    const absent = await audit({ files: { [path]: null } });
    expect(absent.of('4.2.1').status).toBe('unknown');
  });
});

describe('the control plane', () => {
  test('static manifests count where no process is seen, and tell the version', async () => {
    const { of, facts } = await audit({});
    expect(facts.minor).toBe(35);
    expect(of('1.2.7').status).toBe('pass');
    expect(source(of('1.2.7'))).toContain('/etc/kubernetes/manifests/kube-apiserver.yaml');
  });

  test('what runs counts before what a manifest wants', async () => {
    const words = apiServerWords.map((word) => word.replace('Node,RBAC', 'AlwaysAllow'));
    const { of } = await audit({ processes: [{ pid: 20, words }, kubelet()] });
    expect(of('1.2.6').status).toBe('fail');
    expect(of('1.2.6').severity).toBe('critical');
  });

  test('files in a container are found through its mounts', async () => {
    const manifest = JSON.parse(
      manifestOf([...apiServerWords, '--encryption-provider-config=/enc/c.yaml'], 'x'),
    ) as {
      spec: { containers: { volumeMounts: object[] }[]; volumes: object[] };
    };
    manifest.spec.containers[0]?.volumeMounts.push({ name: 'enc', mountPath: '/enc' });
    manifest.spec.volumes.push({ name: 'enc', hostPath: { path: '/etc/kubernetes/enc' } });
    const { of } = await audit({
      files: {
        '/etc/kubernetes/manifests/kube-apiserver.yaml': JSON.stringify(manifest),
        '/etc/kubernetes/enc/c.yaml':
          'resources: [{resources: [secrets], providers: [{aescbc: {}}]}]\n',
      },
    });
    expect(of('1.2.28').status).toBe('pass');
  });

  test('etcd takes variables, and forgets both once it has a file', async () => {
    const bare = {
      pid: 30,
      words: ['etcd'],
      environment: ['ETCD_CLIENT_CERT_AUTH=true', 'SECRET=x'],
    };
    expect((await audit({ processes: [bare] })).of('2.2').status).toBe('pass');
    const withFile = { pid: 30, words: [...etcdWords, '--config-file=/etc/etcd.yaml'] };
    const { of } = await audit({
      processes: [withFile],
      files: { '/etc/etcd.yaml': 'client-transport-security:\n  client-cert-auth: false\n' },
    });
    expect(of('2.2').status).toBe('fail');
    expect(of('2.5').status).toBe('fail');
  });

  test('kube-proxy forgets its flags once it has a file, the scheduler some', async () => {
    const { of } = await audit({
      files: {
        '/proxy.yaml': 'metricsBindAddress: 0.0.0.0:10249\n',
        '/scheduler.yaml': 'enableProfiling: false\n',
      },
      processes: [
        {
          pid: 40,
          words: ['kube-proxy', '--config=/proxy.yaml', '--metrics-bind-address=127.0.0.1'],
        },
        {
          pid: 41,
          words: [
            'kube-scheduler',
            '--config=/scheduler.yaml',
            '--profiling=true',
            '--bind-address=127.0.0.1',
          ],
        },
      ],
    });
    expect(of('4.3.1').status).toBe('fail');
    expect(of('1.4.1').status).toBe('pass');
    expect(of('1.4.2').status).toBe('pass');
  });

  test('modes and owners', async () => {
    const plan = {
      modes: {
        '/etc/kubernetes/admin.conf': 0o644,
        '/etc/kubernetes/pki/ca.key': 0o640,
        '/var/lib/etcd': 0o755,
      },
    };
    const { of } = await audit(plan);
    expect(['1.1.13', '1.1.21', '1.1.11', '1.1.1'].map((id) => of(id).status)).toEqual([
      'fail',
      'fail',
      'fail',
      'pass',
    ]);
    expect(of('1.1.13').commands).toEqual(['chmod 600 /etc/kubernetes/admin.conf']);
  });
});

describe('layouts', () => {
  test('a worker has no control plane', async () => {
    const { of, answer } = await audit({
      bare: true,
      files: { '/var/lib/kubelet/config.yaml': kubeletConfig },
      processes: [kubelet()],
    });
    expect(of('1.2.6').status).toBe('not-applicable');
    expect(of('4.2.2').status).toBe('pass');
    expect(answer.controls.some(({ id }) => id.startsWith('5.'))).toBe(false);
  });

  test.each([
    [
      'k3s',
      { '/etc/rancher/k3s/config.yaml': 'kubelet-arg: [anonymous-auth=true]\n' },
      '4.2.1',
      'fail',
    ],
    [
      'k3s',
      {
        '/etc/rancher/k3s/config.yaml': 'kubelet-arg: [anonymous-auth=true]\n',
        '/etc/rancher/k3s/config.yaml.d/a.yaml': 'kubelet-arg: []\n',
      },
      '4.2.1',
      'pass',
    ],
    [
      'rke2',
      {
        '/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml': manifestOf(
          apiServerWords,
          'x',
        ),
      },
      '1.2.7',
      'pass',
    ],
    [
      'microk8s',
      {
        '/var/snap/microk8s/current/args/kube-apiserver':
          '--authorization-mode=AlwaysAllow\n# no\n',
      },
      '1.2.6',
      'fail',
    ],
    ['minikube', { '/var/lib/minikube/certs/ca.key': 'key' }, '1.1.21', 'pass'],
    ['gke', { '/home/kubernetes/kubelet-config.yaml': 'readOnlyPort: 0' }, '4.1.9', 'pass'],
    ['eks', { '/etc/kubernetes/kubelet/config.json': '{}' }, '4.1.9', 'pass'],
    [
      'aks',
      { '/etc/kubernetes/azure.json': '{}', '/etc/kubernetes/certs/ca.crt': 'c' },
      '4.1.7',
      'pass',
    ],
  ] as const)('%s: %j', async (id, files, asked, expected) => {
    const processes = id === 'k3s' ? [{ pid: 5, words: ['/usr/local/bin/k3s', 'server'] }] : [];
    const { layout, of } = await audit({ bare: true, files, processes });
    expect(layout).toBe(id);
    expect(of(asked).status).toBe(expected);
  });

  test('nothing of Kubernetes is no node', () => {
    writeNode(root, { bare: true, files: { '/etc/hostname': 'a' } });
    expect(findNode(openMachine(root))).toBeNull();
  });

  test('two kubelets on one machine are told', async () => {
    const { answer } = await audit({ processes: [kubelet(), { pid: 900, words: kubeletWords }] });
    expect(answer.leftOut.join(' ')).toContain('2 processes of kubelet');
  });
});

test('the control plane of a cluster is known by its Pods', async () => {
  const pod = JSON.parse(
    manifestOf(apiServerWords, 'registry.k8s.io/kube-apiserver:v1.34.1'),
  ) as object;
  const cluster: ReadDump = {
    kinds: new Map([['Pod', { kind: 'known', objects: [pod] }]]),
    version: null,
    unknowns: [],
  };
  const now = new Date('2026-11-22T00:00:00Z');
  const { facts } = await collectKubernetes({
    node: null,
    cluster,
    namespaces: null,
    minor: null,
    now,
    advisories: null,
  });
  expect(facts.minor).toBe(34);
  expect(facts.components.get('kube-apiserver')?.source).toBe('Pod kube-system/kube-apiserver');
  const asked = new Set(askable('cis', facts).map(({ id }) => id));
  expect(asked.has('1.2.1')).toBe(true);
  expect(asked.has('1.1.1')).toBe(false);
});
