// Facts of Kubernetes for the tests of its audit: nothing is there, and one thing is added at a time.

import { judgeAudit } from '../src/audit/index.ts';
import {
  type Component,
  type ComponentName,
  type KindFacts,
  type KubernetesFacts,
  kubernetesControls,
  layoutOf,
  readConfig,
  workloadsOf,
} from '../src/audit/kubernetes/index.ts';

const nothing: KubernetesFacts = {
  minor: 35,
  today: '2026-11-22',
  components: new Map(),
  node: null,
  cluster: null,
};

export interface ComponentPlan {
  readonly words?: readonly string[];
  readonly configs?: readonly object[];
  readonly documents?: Readonly<Record<string, object>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly isRoot?: boolean;
}

/** Facts with one component; its words get its name in front. */
export function component(name: ComponentName, plan: ComponentPlan = {}): Partial<KubernetesFacts> {
  const made: Component = {
    name,
    source: 'process 1',
    words: [name, ...(plan.words ?? [])],
    environment: new Map(Object.entries(plan.environment ?? {})),
    configs: (plan.configs ?? []).map((one, at) => readConfig(`/c${at}.yaml`, JSON.stringify(one))),
    documents: new Map(
      Object.entries(plan.documents ?? {}).map(([flag, one]) => [
        flag,
        readConfig(`/${flag}.yaml`, JSON.stringify(one)),
      ]),
    ),
    isRoot: plan.isRoot ?? true,
  };
  return { components: new Map([[name, made]]) };
}

/** Several of them. */
export function components(
  ...parts: readonly Partial<KubernetesFacts>[]
): Partial<KubernetesFacts> {
  return { components: new Map(parts.flatMap((one) => [...(one.components ?? [])])) };
}

/** Kinds that are asked everywhere; none of them has an object. */
const kindsAsked = [
  'Namespace',
  'Node',
  'Pod',
  'Service',
  'ServiceAccount',
  'NetworkPolicy',
  'Ingress',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
];

/** Facts with a cluster that has these objects; kinds that are named with null are not known. */
export function cluster(
  objects: Readonly<Record<string, readonly object[] | null>> = {},
  version = 'v1.35.2',
): Partial<KubernetesFacts> {
  const kinds = new Map<string, KindFacts>(
    kindsAsked.map((kind) => [kind, { kind: 'known', objects: [] }]),
  );
  for (const [kind, list] of Object.entries(objects)) {
    kinds.set(
      kind,
      list === null
        ? { kind: 'unknown', reason: `the account may not list ${kind} (403)` }
        : { kind: 'known', objects: list },
    );
  }
  return {
    cluster: {
      version,
      kinds,
      workloads: workloadsOf(kinds, 35),
      adviseNode: null,
      ownRights: null,
    },
  };
}

/** A Pod that holds every control, with these changes to its container and itself. */
export function pod(container: object = {}, spec: object = {}, metadata: object = {}): object {
  return {
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, ...metadata },
    spec: {
      automountServiceAccountToken: false,
      serviceAccountName: 'web',
      hostUsers: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'web',
          image: `registry.example/web:1@sha256:${'a'.repeat(64)}`,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { cpu: '1', memory: '1Gi' } },
          ...container,
        },
      ],
      ...spec,
    },
  };
}

/** A file of the node, and where kubeadm has everything. */
export function nodeWith(
  path: string,
  { mode = 0o600, owner = 'root' }: { readonly mode?: number; readonly owner?: string } = {},
  below: string | null = null,
): Partial<KubernetesFacts> {
  const layout = layoutOf((one) => one === '/etc/kubernetes');
  if (layout === null) throw new Error('kubeadm has a layout');
  const file = { path, kind: 'file', owner, group: owner, mode } as const;
  const named = new Set(kubeadmPaths);
  return {
    node: {
      layout: 'kubeadm',
      paths: layout.paths,
      files: new Map([...[...named].map((one) => [one, null] as const), [path, file]]),
      below: below === null ? new Map() : new Map([[below, [file]]]),
    },
  };
}

const kubeadmPaths = [
  '/etc/kubernetes/admin.conf',
  '/etc/kubernetes/super-admin.conf',
  '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
  '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
  '/etc/systemd/system/kubelet.service',
  '/lib/systemd/system/kubelet.service',
  '/var/lib/kube-proxy/kubeconfig',
  '/etc/kubernetes/kube-proxy.conf',
  '/var/lib/kubelet/kubeconfig',
];

/** The answer of one control to these facts. */
export function answerTo(
  id: string,
  facts: Partial<KubernetesFacts>,
  benchmark: 'cis' | 'nsa' = 'cis',
) {
  const chosen = kubernetesControls[benchmark].filter((one) => one.id === id);
  const [result] = judgeAudit(chosen, { ...nothing, ...facts }, () => null);
  return result;
}

export function statusOf(
  id: string,
  facts: Partial<KubernetesFacts>,
  benchmark: 'cis' | 'nsa' = 'cis',
): string | undefined {
  return answerTo(id, facts, benchmark)?.status;
}

/** A control, facts that fail it, and facts that pass it. */
export type FactsRow = readonly [
  id: string,
  fails: Partial<KubernetesFacts>,
  passes: Partial<KubernetesFacts>,
];
