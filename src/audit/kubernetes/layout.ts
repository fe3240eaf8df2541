// Where distributions of Kubernetes keep their files. Only kubeadm's was checked against trees in its own
// form; the others are taken from the documentation of each.
import type { NodePaths } from './facts.ts';

export interface Layout {
  readonly id: string;
  readonly paths: NodePaths;
  /** Components live inside one program, with their settings in its own. */
  readonly embeds: 'k3s' | 'microk8s' | null;
}

const kubeadm: NodePaths = {
  manifests: '/etc/kubernetes/manifests',
  pki: '/etc/kubernetes/pki',
  adminConfigs: ['/etc/kubernetes/admin.conf', '/etc/kubernetes/super-admin.conf'],
  schedulerConfig: '/etc/kubernetes/scheduler.conf',
  controllerConfig: '/etc/kubernetes/controller-manager.conf',
  kubeletServices: [
    '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
    '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
    '/etc/systemd/system/kubelet.service',
    '/lib/systemd/system/kubelet.service',
  ],
  kubeletKubeconfigs: ['/etc/kubernetes/kubelet.conf', '/var/lib/kubelet/kubeconfig'],
  kubeletConfigs: ['/var/lib/kubelet/config.yaml'],
  proxyKubeconfigs: ['/var/lib/kube-proxy/kubeconfig', '/etc/kubernetes/kube-proxy.conf'],
  clientAuthorities: ['/etc/kubernetes/pki/ca.crt'],
  etcdData: '/var/lib/etcd',
  networks: ['/etc/cni/net.d', '/var/lib/cni/networks'],
};

/** What Rancher's distributions have in common below their folder. */
function rancher(name: 'k3s' | 'rke2'): NodePaths {
  const data = `/var/lib/rancher/${name}`;
  return {
    ...kubeadm,
    manifests: `${data}/agent/pod-manifests`,
    pki: `${data}/server/tls`,
    adminConfigs: [`/etc/rancher/${name}/${name}.yaml`, `${data}/server/cred/admin.kubeconfig`],
    schedulerConfig: `${data}/server/cred/scheduler.kubeconfig`,
    controllerConfig: `${data}/server/cred/controller.kubeconfig`,
    kubeletServices: [],
    kubeletKubeconfigs: [`${data}/agent/kubelet.kubeconfig`],
    kubeletConfigs: [],
    proxyKubeconfigs: [`${data}/agent/kubeproxy.kubeconfig`],
    clientAuthorities: [`${data}/agent/client-ca.crt`],
    etcdData: `${data}/server/db/etcd`,
    networks: [`${data}/agent/etc/cni/net.d`, '/etc/cni/net.d'],
  };
}

const snap = '/var/snap/microk8s/current';

/** By what is there, the most telling first. */
const layouts: readonly (Layout & { readonly signs: readonly string[] })[] = [
  { id: 'rke2', embeds: null, paths: rancher('rke2'), signs: ['/var/lib/rancher/rke2'] },
  {
    id: 'k3s',
    embeds: 'k3s',
    paths: rancher('k3s'),
    signs: ['/var/lib/rancher/k3s', '/etc/rancher/k3s'],
  },
  {
    id: 'microk8s',
    embeds: 'microk8s',
    signs: [`${snap}/args`],
    paths: {
      ...kubeadm,
      manifests: '',
      pki: `${snap}/certs`,
      adminConfigs: [`${snap}/credentials/client.config`],
      schedulerConfig: `${snap}/credentials/scheduler.config`,
      controllerConfig: `${snap}/credentials/controller.config`,
      kubeletServices: ['/etc/systemd/system/snap.microk8s.daemon-kubelite.service'],
      kubeletKubeconfigs: [`${snap}/credentials/kubelet.config`],
      kubeletConfigs: [],
      proxyKubeconfigs: [`${snap}/credentials/proxy.config`],
      clientAuthorities: [`${snap}/certs/ca.crt`],
      etcdData: `${snap}/var/kubernetes/backend`,
      networks: [`${snap}/args/cni-network`],
    },
  },
  {
    id: 'minikube',
    embeds: null,
    signs: ['/var/lib/minikube/certs'],
    paths: {
      ...kubeadm,
      pki: '/var/lib/minikube/certs',
      clientAuthorities: ['/var/lib/minikube/certs/ca.crt'],
      etcdData: '/var/lib/minikube/etcd',
    },
  },
  {
    id: 'gke',
    embeds: null,
    signs: ['/home/kubernetes/kubelet-config.yaml'],
    paths: {
      ...kubeadm,
      kubeletConfigs: ['/home/kubernetes/kubelet-config.yaml'],
      kubeletKubeconfigs: ['/var/lib/kubelet/kubeconfig'],
      clientAuthorities: ['/etc/srv/kubernetes/pki/ca-certificates.crt'],
    },
  },
  {
    id: 'eks',
    embeds: null,
    signs: ['/etc/kubernetes/kubelet', '/etc/eks'],
    paths: {
      ...kubeadm,
      kubeletConfigs: [
        '/etc/kubernetes/kubelet/config.json',
        '/etc/kubernetes/kubelet/kubelet-config.json',
      ],
      kubeletKubeconfigs: ['/var/lib/kubelet/kubeconfig'],
    },
  },
  {
    id: 'aks',
    embeds: null,
    signs: ['/etc/kubernetes/azure.json'],
    paths: {
      ...kubeadm,
      kubeletConfigs: ['/etc/default/kubeletconfig.json', '/etc/default/kubelet'],
      kubeletKubeconfigs: ['/var/lib/kubelet/kubeconfig'],
      clientAuthorities: ['/etc/kubernetes/certs/ca.crt'],
    },
  },
  { id: 'kind', embeds: null, signs: ['/kind/kubeadm.conf'], paths: kubeadm },
  { id: 'kubeadm', embeds: null, signs: ['/etc/kubernetes', '/var/lib/kubelet'], paths: kubeadm },
];

/** The layout of a node; null: nothing of Kubernetes is there. */
export function layoutOf(isThere: (path: string) => boolean): Layout | null {
  const found = layouts.find(({ signs }) => signs.some(isThere));
  return found === undefined ? null : { id: found.id, paths: found.paths, embeds: found.embeds };
}
