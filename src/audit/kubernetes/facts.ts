// What the audit of Kubernetes is told: components with their settings, files of the node, objects of
// the cluster. Collected beforehand, so that controls are pure.
import type { OwnRights } from '../../host/kubernetes/index.ts';
import type { Severity } from '../../model/severity.ts';
import type { NodeAdvice, NodePart } from './node-versions.ts';

export const componentNames = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
  'kubelet',
  'kube-proxy',
] as const;
export type ComponentName = (typeof componentNames)[number];

/** A file, folder or socket of the node. */
export interface NodeFile {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket' | 'other';
  readonly owner: string;
  readonly group: string;
  /** Permission bits, 0o644. */
  readonly mode: number;
}

/** A configuration file that a component was started with. */
export interface ConfigFile {
  readonly path: string;
  /** Null where there is a problem. */
  readonly value: unknown;
  /** Why it is not known, a plain sentence; null: it was read. */
  readonly problem: string | null;
}

export interface Component {
  readonly name: ComponentName;
  /** `process 812`, `/etc/kubernetes/manifests/etcd.yaml`, `Pod kube-system/etcd-a`. */
  readonly source: string;
  /** Program first; empty: it runs, and its arguments could not be read. */
  readonly words: readonly string[];
  /** Variables that its settings may come from: ETCD_*. */
  readonly environment: ReadonlyMap<string, string>;
  /** In the order in which they are laid over one another, the last one wins. */
  readonly configs: readonly ConfigFile[];
  /** Flags that name further documents, with what stands in those. */
  readonly documents: ReadonlyMap<string, ConfigFile>;
  /** Runs as root; null: not known. */
  readonly isRoot: boolean | null;
}

export interface NodeFacts {
  /** `kubeadm`, `k3s`, `rke2` ... */
  readonly layout: string;
  /** By path; null: it is not there. Paths that could not be asked are absent. */
  readonly files: ReadonlyMap<string, NodeFile | null>;
  /** Files below folders: certificates, networks. */
  readonly below: ReadonlyMap<string, readonly NodeFile[]>;
  readonly paths: NodePaths;
}

/** Where the files are that the benchmark asks for. */
export interface NodePaths {
  readonly manifests: string;
  readonly pki: string;
  readonly adminConfigs: readonly string[];
  readonly schedulerConfig: string;
  readonly controllerConfig: string;
  readonly kubeletServices: readonly string[];
  readonly kubeletKubeconfigs: readonly string[];
  readonly kubeletConfigs: readonly string[];
  readonly proxyKubeconfigs: readonly string[];
  readonly clientAuthorities: readonly string[];
  readonly etcdData: string;
  readonly networks: readonly string[];
}

/** Objects of one kind, or why they are not known. */
export type KindFacts =
  | { readonly kind: 'known'; readonly objects: readonly unknown[] }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ClusterFacts {
  /** `v1.30.2`; null: not told. */
  readonly version: string | null;
  readonly kinds: ReadonlyMap<string, KindFacts>;
  /** Who runs, judged by the controls of the gate. */
  readonly workloads: readonly Workload[];
  /** What advisories say of a part of a node; null: none were asked. */
  readonly adviseNode: ((part: NodePart) => NodeAdvice) | null;
  /** What the account that asked may do itself; null: nobody asked, the cluster is a dump. */
  readonly ownRights: OwnRights | null;
}

/** Pods of one owner, judged as one. */
export interface Workload {
  /** `namespace/Kind/name`. */
  readonly name: string;
  readonly namespace: string;
  readonly pods: number;
  /** What the gate says of it, the same fault of several Pods once. */
  readonly faults: readonly WorkloadFault[];
  /** Places that could not be judged. */
  readonly unknowns: readonly string[];
  /** A Pod of it, or the template. */
  readonly pod: unknown;
}

export interface WorkloadFault {
  readonly control: string;
  readonly path: string;
  readonly value: unknown;
  readonly message: string;
  readonly severity: Severity;
  readonly image: string | null;
  readonly pods: number;
}

export interface KubernetesFacts {
  /** Minor version of Kubernetes 1.x; null: not known. */
  readonly minor: number | null;
  /** ISO day, for ends of life. */
  readonly today: string;
  readonly components: ReadonlyMap<ComponentName, Component>;
  /** Null: files of a node were not asked. */
  readonly node: NodeFacts | null;
  /** Null: the cluster was not asked. */
  readonly cluster: ClusterFacts | null;
}
