// CIS Kubernetes 5.2.1, 5.3 to 5.6: what guards namespaces: admission, network policies, boundaries.
import { asArray, field, stringField, stringsOf } from '../../base/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { isPluginOn } from './admission.ts';
import { defaultLevel, enginesOf } from './admission-engines.ts';
import {
  byHand,
  control,
  found,
  type KubernetesControl,
  objectsOf,
  onCluster,
  type Section,
} from './define.ts';
import type { ClusterFacts, KubernetesFacts } from './facts.ts';
import { containersOf, isSystem, labelsOf, nameOf, namespaceOf } from './objects.ts';

const section: Section = {
  profile: 'namespaces · level 1',
  reads: 'namespaces, webhooks, network policies',
  severity: 'medium',
  lesson: 'cluster-network',
  need: 'cluster',
};

/** Namespaces of people: those of the cluster itself are left to it. */
function ownNamespaces(objects: readonly unknown[]): readonly unknown[] {
  return objects.filter((one) => !isSystem(nameOf(one)));
}

function podSecurityVerdict(facts: KubernetesFacts): Verdict {
  return onCluster(facts, (cluster) =>
    objectsOf(cluster, ['Namespace'], ({ Namespace: namespaces }) => {
      const document = facts.components
        .get('kube-apiserver')
        ?.documents.get('admission-control-config-file');
      const byDefault = defaultLevel(document?.value);
      const open = ownNamespaces(namespaces).filter((one) => {
        const label = stringField(labelsOf(one), 'pod-security.kubernetes.io/enforce') ?? byDefault;
        return label !== 'baseline' && label !== 'restricted';
      });
      if (open.length === 0)
        return passed([found('namespaces', null, 'each one enforces a standard')]);
      const engines = enginesOf(cluster);
      if (engines === null) {
        return told('unknown', 'namespaces enforce no standard, and webhooks could not be asked');
      }
      if (engines.length > 0) {
        const names = engines.slice(0, 5).map(({ name }) => name);
        const message = `${open.length} namespaces enforce no standard; see that ${names[0] ?? ''} decides on their Pods`;
        return { status: 'manual', evidence: [found('webhooks', names, message)] };
      }
      return failedBy(
        open.map((one) => {
          const name = nameOf(one);
          const label = stringField(labelsOf(one), 'pod-security.kubernetes.io/enforce');
          return {
            subject: name,
            place: 'metadata.labels["pod-security.kubernetes.io/enforce"]',
            value: label,
            message: `${name} takes every Pod, privileged ones included`,
            command: `kubectl label namespace ${name} pod-security.kubernetes.io/enforce=baseline`,
          };
        }),
      );
    }),
  );
}

/** What is known of network plugins, by the names of their images. */
const plugins: readonly (readonly [pattern: RegExp, name: string, enforces: boolean])[] = [
  [/(?:^|\/)calico\/|tigera|canal/, 'Calico', true],
  [/(?:^|\/)cilium\//, 'Cilium', true],
  [/antrea/, 'Antrea', true],
  [/kube-router/, 'kube-router', true],
  [/weaveworks|weave-kube/, 'Weave Net', true],
  [/ovn-kubernetes|kube-ovn|kubeovn/, 'OVN', true],
  [/azure-npm/, 'Azure Network Policy Manager', true],
  [/aws-network-policy-agent/, 'the network policy agent of the AWS plugin', true],
  [/kindnet/, 'kindnet', true],
  [/flannel/, 'Flannel', false],
];

function pluginVerdict(facts: KubernetesFacts): Verdict {
  return onCluster(facts, (cluster) =>
    objectsOf(cluster, ['Pod'], () => {
      const images = new Set(
        cluster.workloads.flatMap(({ pod }) =>
          containersOf(pod).map((container) => stringField(container, 'image') ?? ''),
        ),
      );
      const known = plugins.filter(([pattern]) => [...images].some((image) => pattern.test(image)));
      const enforcing = known.find(([, , enforces]) => enforces);
      if (enforcing !== undefined) {
        return passed([found('Pods', enforcing[1], `${enforcing[1]} enforces network policies`)]);
      }
      if (known[0] !== undefined) {
        return failedBy([
          found('Pods', known[0][1], `${known[0][1]} alone ignores network policies`),
        ]);
      }
      const how =
        'see whether the network plugin enforces policies: try a connection that should fail';
      return told('manual', how);
    }),
  );
}

function policyVerdict(cluster: ClusterFacts): Verdict {
  return objectsOf(cluster, ['Namespace', 'NetworkPolicy'], ({ Namespace, NetworkPolicy }) => {
    const having = new Set(NetworkPolicy.map(namespaceOf));
    const bare = ownNamespaces(Namespace)
      .map(nameOf)
      .filter((name) => !having.has(name));
    if (bare.length === 0)
      return passed([found('network policies', NetworkPolicy.length, 'each namespace has one')]);
    return failedBy(
      bare.map((name) => ({
        subject: name,
        place: 'NetworkPolicy',
        value: null,
        message: `${name} has no network policy: its Pods reach everything and are reached by all`,
        // An empty namespace has nothing to reach.
        ...(cluster.workloads.some(({ namespace }) => namespace === name)
          ? {}
          : { severity: 'low' as const }),
      })),
    );
  });
}

/** Pods that are open in a direction: no policy of their namespace selects them for it. */
export function openPods(cluster: ClusterFacts, direction: 'Ingress' | 'Egress'): Verdict {
  return objectsOf(cluster, ['NetworkPolicy', 'Pod'], ({ NetworkPolicy }) => {
    const policies = new Map<string, unknown[]>();
    for (const policy of NetworkPolicy) {
      if (!isolates(policy, direction)) continue;
      const namespace = namespaceOf(policy);
      policies.set(namespace, [...(policies.get(namespace) ?? []), policy]);
    }
    const open = cluster.workloads.filter(
      ({ namespace, pod }) =>
        !isSystem(namespace) &&
        field(field(pod, 'spec'), 'hostNetwork') !== true &&
        !(policies.get(namespace) ?? []).some((policy) =>
          selects(field(field(policy, 'spec'), 'podSelector'), labelsOf(pod)),
        ),
    );
    return failedBy(
      open.map(
        ({ name }): Evidence => ({
          subject: name,
          place: `NetworkPolicy: ${direction}`,
          value: null,
          message: `${name}: no policy limits its ${direction === 'Ingress' ? 'incoming' : 'outgoing'} traffic`,
        }),
      ),
    );
  });
}

/** Without policyTypes a policy is for Ingress, and for Egress where it has such a section. */
function isolates(policy: unknown, direction: string): boolean {
  const spec = field(policy, 'spec');
  const types = field(spec, 'policyTypes');
  if (Array.isArray(types)) return stringsOf(types).includes(direction);
  return direction === 'Ingress' || field(spec, 'egress') !== undefined;
}

function provenanceVerdict(facts: KubernetesFacts): Verdict {
  return onCluster(facts, (cluster) => {
    const server = facts.components.get('kube-apiserver');
    const plugin =
      server === undefined ? null : isPluginOn(server, 'ImagePolicyWebhook', facts.minor);
    if (plugin?.isOn === true)
      return passed([found(plugin.place, true, 'ImagePolicyWebhook is on')]);
    const judge = enginesOf(cluster)?.find(({ judgesImages }) => judgesImages);
    const how =
      'see that images are taken from your registries and with your signatures only: seaworthy gate serve';
    if (judge === undefined) return told('manual', how);
    const message = `${judge.name} may judge images: see that it asks for signatures`;
    return { status: 'manual', evidence: [found('webhooks', judge.name, message)] };
  });
}

function boundaryVerdict(cluster: ClusterFacts): Verdict {
  return objectsOf(cluster, ['Namespace'], ({ Namespace }) => {
    const names = ownNamespaces(Namespace).map(nameOf);
    const message = `${names.length} namespaces: do they part teams and applications`;
    return {
      status: 'manual',
      evidence: [found('namespaces', asArray(names).slice(0, 20), message)],
    };
  });
}

export const namespaceControls: readonly KubernetesControl[] = [
  control(section, {
    id: '5.2.1',
    title: 'Something decides which Pods are taken',
    severity: 'high',
    lesson: 'least-privilege',
    reads: 'labels of namespaces, webhooks, policies, --admission-control-config-file',
    fix: 'Label namespaces with pod-security.kubernetes.io/enforce: baseline, or run an admission webhook',
    evaluate: podSecurityVerdict,
  }),
  control(section, {
    id: '5.3.1',
    title: 'The network plugin enforces network policies',
    severity: 'high',
    reads: 'images of Pods',
    fix: 'Use a plugin that enforces them, or add one that does (Calico beside Flannel)',
    evaluate: pluginVerdict,
  }),
  control(section, {
    id: '5.3.2',
    title: 'Each namespace has a network policy',
    fix: 'Deny all traffic of a namespace by default and allow what is known',
    evaluate: (facts) => onCluster(facts, policyVerdict),
  }),
  byHand(section, {
    id: '5.4.2',
    title: 'Secrets live outside of the cluster',
    severity: 'low',
    lesson: 'leaked-secret',
    how: 'Consider a store of its own for secrets: Vault, or that of your cloud, through the CSI driver',
  }),
  control(section, {
    id: '5.5.1',
    title: 'Only trusted images are taken',
    lesson: 'image-trust',
    reads: 'webhooks, --enable-admission-plugins',
    fix: 'Verify signatures at admission: seaworthy gate serve',
    evaluate: provenanceVerdict,
  }),
  control(section, {
    id: '5.6.1',
    title: 'Namespaces part what belongs apart',
    severity: 'low',
    lesson: 'least-privilege',
    reads: 'namespaces',
    fix: 'Give each team and application a namespace of its own',
    evaluate: (facts) => onCluster(facts, boundaryVerdict),
  }),
];
