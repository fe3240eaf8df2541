// A node as kubeadm makes it, in a folder: manifests, settings, certificates, a process table. Written by
// hand after the documentation; one thing is changed at a time.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FakeProcess {
  readonly pid: number;
  readonly words: readonly string[];
  readonly user?: number;
  readonly environment?: readonly string[];
}

export interface NodePlan {
  /** Text by path; on top of what kubeadm writes. Null: the file is left out. */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly modes?: Readonly<Record<string, number>>;
  readonly processes?: readonly FakeProcess[];
  /** Nothing of kubeadm: only what is named here. */
  readonly bare?: boolean;
}

export const apiServerWords: readonly string[] = [
  'kube-apiserver',
  '--advertise-address=10.0.0.10',
  '--allow-privileged=true',
  '--authorization-mode=Node,RBAC',
  '--client-ca-file=/etc/kubernetes/pki/ca.crt',
  '--enable-admission-plugins=NodeRestriction',
  '--enable-bootstrap-token-auth=true',
  '--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt',
  '--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt',
  '--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key',
  '--etcd-servers=https://127.0.0.1:2379',
  '--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt',
  '--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key',
  '--secure-port=6443',
  '--service-account-key-file=/etc/kubernetes/pki/sa.pub',
  '--service-account-signing-key-file=/etc/kubernetes/pki/sa.key',
  '--tls-cert-file=/etc/kubernetes/pki/apiserver.crt',
  '--tls-private-key-file=/etc/kubernetes/pki/apiserver.key',
];
const controllerWords: readonly string[] = [
  'kube-controller-manager',
  '--bind-address=127.0.0.1',
  '--root-ca-file=/etc/kubernetes/pki/ca.crt',
  '--service-account-private-key-file=/etc/kubernetes/pki/sa.key',
  '--use-service-account-credentials=true',
];
const schedulerWords: readonly string[] = ['kube-scheduler', '--bind-address=127.0.0.1'];
export const etcdWords: readonly string[] = [
  'etcd',
  '--cert-file=/etc/kubernetes/pki/etcd/server.crt',
  '--client-cert-auth=true',
  '--data-dir=/var/lib/etcd',
  '--key-file=/etc/kubernetes/pki/etcd/server.key',
  '--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt',
  '--peer-client-cert-auth=true',
  '--peer-key-file=/etc/kubernetes/pki/etcd/peer.key',
  '--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt',
];
export const kubeletWords: readonly string[] = [
  '/usr/bin/kubelet',
  '--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf',
  '--kubeconfig=/etc/kubernetes/kubelet.conf',
  '--config=/var/lib/kubelet/config.yaml',
];
export const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`;

/** A static manifest as kubeadm writes it, as JSON: that is YAML too. */
export function manifestOf(words: readonly string[], image: string): string {
  const name = words[0] ?? '';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      labels: { component: name, tier: 'control-plane' },
    },
    spec: {
      hostNetwork: true,
      containers: [
        {
          name,
          image,
          command: words,
          volumeMounts: [{ name: 'pki', mountPath: '/etc/kubernetes/pki' }],
        },
      ],
      volumes: [{ name: 'pki', hostPath: { path: '/etc/kubernetes/pki' } }],
    },
  });
}

const registry = 'registry.k8s.io';

function usualFiles(): Record<string, string | null> {
  const manifests = '/etc/kubernetes/manifests';
  return {
    [`${manifests}/kube-apiserver.yaml`]: manifestOf(
      apiServerWords,
      `${registry}/kube-apiserver:v1.35.2`,
    ),
    [`${manifests}/kube-controller-manager.yaml`]: manifestOf(
      controllerWords,
      `${registry}/kube-controller-manager:v1.35.2`,
    ),
    [`${manifests}/kube-scheduler.yaml`]: manifestOf(
      schedulerWords,
      `${registry}/kube-scheduler:v1.35.2`,
    ),
    [`${manifests}/etcd.yaml`]: manifestOf(etcdWords, `${registry}/etcd:3.6.6-0`),
    '/etc/kubernetes/admin.conf': 'apiVersion: v1\n',
    '/etc/kubernetes/super-admin.conf': 'apiVersion: v1\n',
    '/etc/kubernetes/scheduler.conf': 'apiVersion: v1\n',
    '/etc/kubernetes/controller-manager.conf': 'apiVersion: v1\n',
    '/etc/kubernetes/kubelet.conf': 'apiVersion: v1\n',
    '/etc/kubernetes/pki/ca.crt': 'certificate\n',
    '/etc/kubernetes/pki/ca.key': 'key\n',
    '/etc/kubernetes/pki/etcd/ca.crt': 'certificate\n',
    '/var/lib/kubelet/config.yaml': kubeletConfig,
    '/var/lib/etcd/member/wal': '',
    '/etc/cni/net.d/10-calico.conflist': '{}',
    '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf': '[Service]\n',
    '/etc/passwd':
      'root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/:/bin/sh\netcd:x:70:70::/:/bin/sh\n',
    '/etc/group': 'root:x:0:\nbob:x:1000:\netcd:x:70:\n',
  };
}

/** Writes the node below `root`. All private files get mode 600, folders 700. */
export function writeNode(root: string, plan: NodePlan = {}): void {
  const files = plan.bare === true ? plan.files : { ...usualFiles(), ...plan.files };
  for (const [path, text] of Object.entries(files ?? {})) {
    if (text !== null)
      put(root, path, text, /\.crt$|^\/etc\/(?:passwd|group)$/.test(path) ? 0o644 : 0o600);
  }
  const processes = plan.processes ?? [{ pid: 812, words: kubeletWords }];
  for (const one of plan.bare === true ? (plan.processes ?? []) : processes) putProcess(root, one);
  if (plan.bare !== true) chmodSync(join(root, '/var/lib/etcd'), 0o700);
  for (const [path, mode] of Object.entries(plan.modes ?? {})) chmodSync(join(root, path), mode);
}

function putProcess(root: string, { pid, words, user = 0, environment = [] }: FakeProcess): void {
  const folder = `/proc/${pid}`;
  put(root, `${folder}/cmdline`, `${words.join('\0')}\0`, 0o444);
  put(root, `${folder}/environ`, environment.map((one) => `${one}\0`).join(''), 0o400);
  const ids = [user, user, user, user].join('\t');
  put(root, `${folder}/status`, `Name:\t${words[0]}\nUid:\t${ids}\nSeccomp:\t0\n`, 0o444);
}

function put(root: string, path: string, text: string, mode: number): void {
  const place = join(root, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
  chmodSync(place, mode);
}
