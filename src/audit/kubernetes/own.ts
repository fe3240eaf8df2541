// What no benchmark asks and intruders use: strangers with rights, open dashboards and databases, old
// clusters, images that change under a name, the engine of the node.
import { asArray, field, stringField, stringsOf } from '../../base/json.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import {
  control,
  found,
  type KubernetesControl,
  objectsOf,
  onCluster,
  type Section,
} from './define.ts';
import { endOfLifeOf, minorOf } from './end-of-life.ts';
import type { ClusterFacts, KubernetesFacts } from './facts.ts';
import { nodeFlaws } from './node-flaws.ts';
import { nameOf, namespaceOf } from './objects.ts';
import { ownAccount } from './own-account.ts';
import { byFaults, regarding } from './section-5-pods.ts';
import { byRights } from './section-5-rights.ts';

const section: Section & { readonly benchmark: string } = {
  benchmark: 'Seaworthy',
  profile: 'what intruders use',
  reads: 'roles and bindings of the cluster',
  severity: 'high',
  lesson: 'cluster-rights',
  need: 'cluster',
};

/** Ports that speak to whoever comes, or that command something. */
const dangerous: ReadonlyMap<number, string> = new Map([
  [2375, 'the Docker API'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [3306, 'MySQL'],
  [4194, 'cAdvisor'],
  [5432, 'PostgreSQL'],
  [5601, 'Kibana'],
  [6379, 'Redis'],
  [6443, 'the API of Kubernetes'],
  [9000, 'Portainer or MinIO'],
  [9090, 'Prometheus'],
  [9200, 'Elasticsearch'],
  [10250, 'the kubelet'],
  [10255, 'the kubelet'],
  [11211, 'memcached'],
  [15672, 'RabbitMQ'],
  [27017, 'MongoDB'],
]);
const dashboards =
  /(?:^|-)(?:kubernetes-)?dashboard(?:-|$)|headlamp|argocd-server|kubeapps|rancher$|portainer|weave-scope|octant|kiali|longhorn-frontend|hubble-ui|grafana/;

/** Services that nodes or a load balancer open to the outside. */
function isOutside(service: unknown): boolean {
  const type = stringField(field(service, 'spec'), 'type');
  return type === 'NodePort' || type === 'LoadBalancer';
}

/** An internal balancer, or one that only some addresses reach. */
function isNarrowed(service: unknown): boolean {
  const ranges = stringsOf(field(field(service, 'spec'), 'loadBalancerSourceRanges'));
  if (ranges.length > 0 && !ranges.includes('0.0.0.0/0')) return true;
  const annotations = JSON.stringify(field(field(service, 'metadata'), 'annotations') ?? {});
  return /internal"?:"?(?:true|Internal)|load-balancer-type":"Internal|scheme":"internal/.test(
    annotations,
  );
}

function exposure(cluster: ClusterFacts, ask: (service: unknown) => readonly Evidence[]): Verdict {
  return objectsOf(cluster, ['Service'], ({ Service }) =>
    failedBy(
      Service.filter((one) => isOutside(one) && !isNarrowed(one)).flatMap((one) => ask(one)),
    ),
  );
}

function serviceName(service: unknown): string {
  return `${namespaceOf(service)}/Service/${nameOf(service)}`;
}

function openPorts(service: unknown): readonly Evidence[] {
  const type = stringField(field(service, 'spec'), 'type');
  return asArray(field(field(service, 'spec'), 'ports'))
    .slice(0, 1000)
    .flatMap((port, index): Evidence[] => {
      const numbers = [field(port, 'port'), field(port, 'targetPort')];
      const number = numbers.find((one) => typeof one === 'number' && dangerous.has(one));
      if (typeof number !== 'number') return [];
      const name = serviceName(service);
      return [
        {
          subject: name,
          place: `spec.ports[${index}]`,
          value: number,
          message: `${name} opens ${dangerous.get(number) ?? ''} (port ${number}) as ${type ?? ''}`,
        },
      ];
    });
}

function openDashboards(service: unknown): readonly Evidence[] {
  const name = nameOf(service);
  if (!dashboards.test(name)) return [];
  const type = stringField(field(service, 'spec'), 'type');
  const subject = serviceName(service);
  return [
    { subject, place: 'spec.type', value: type, message: `${subject} is open as ${type ?? ''}` },
  ];
}

function versionVerdict({ today, cluster, minor }: KubernetesFacts): Verdict {
  if (minor === null) return told('unknown', 'the version of Kubernetes is not known');
  const version = cluster?.version ?? `1.${minor}`;
  const ends = endOfLifeOf(minor);
  if (ends === null) return told('manual', `see whether ${version} is still supported`);
  const message = `Kubernetes 1.${minor} is supported until ${ends}`;
  if (ends >= today) return passed([found('version', version, message)]);
  return failedBy([found('version', version, `Kubernetes 1.${minor} got its last fix on ${ends}`)]);
}

/** Kubelets may be three minor versions older than the API server (since 1.28; two before), never newer. */
function skewVerdict(cluster: ClusterFacts): Verdict {
  return objectsOf(cluster, ['Node'], ({ Node }) => {
    const server = minorOf(cluster.version);
    if (server === null) return told('unknown', 'the version of the API server is not known');
    const most = server >= 28 ? 3 : 2;
    return failedBy(
      Node.flatMap((node): Evidence[] => {
        const version = stringField(field(field(node, 'status'), 'nodeInfo'), 'kubeletVersion');
        const minor = minorOf(version);
        if (minor === null || (minor <= server && server - minor <= most)) return [];
        const message = `node ${nameOf(node)} runs ${version ?? ''} under an API server of 1.${server}`;
        return [
          {
            subject: nameOf(node),
            place: 'status.nodeInfo.kubeletVersion',
            value: version,
            message,
          },
        ];
      }),
    );
  });
}

function foreignAddresses(cluster: ClusterFacts): Verdict {
  return objectsOf(cluster, ['Service'], ({ Service }) =>
    failedBy(
      Service.flatMap((service): Evidence[] => {
        const addresses = stringsOf(field(field(service, 'spec'), 'externalIPs'));
        if (addresses.length === 0) return [];
        const name = serviceName(service);
        const message = `${name} takes the traffic of ${addresses.slice(0, 3).join(', ')} (CVE-2020-8554)`;
        return [
          { subject: name, place: 'spec.externalIPs', value: addresses.slice(0, 10), message },
        ];
      }),
    ),
  );
}

function row(
  more: Partial<Section> &
    Pick<KubernetesControl, 'id' | 'title' | 'fix' | 'evaluate'> & { readonly alias?: string },
): KubernetesControl {
  return { ...control(section, more), benchmark: section.benchmark };
}

const pods = { reads: 'Pods and what makes them, by the controls of the gate' } as const;
const nodes = { reads: 'versions that nodes tell, and the table of known flaws' } as const;
const network = { reads: 'services', lesson: 'published-port' } as const;

export const ownControls: readonly KubernetesControl[] = [
  row({
    id: 'S.1',
    title: 'Strangers have no rights',
    severity: 'critical',
    alias: 'rbac-anonymous',
    fix: 'Delete the binding, or bind a named group',
    evaluate: (facts) =>
      byRights(facts, 'rbac-anonymous', (message) => !message.includes('system:masters')),
  }),
  row({
    id: 'S.2',
    title: 'Few run commands in Pods',
    alias: 'rbac-exec',
    fix: 'Take pods/exec, pods/attach and pods/ephemeralcontainers away',
    evaluate: (facts) => byRights(facts, 'rbac-exec'),
  }),
  row({
    id: 'S.3',
    title: 'No role widens the roles of others',
    severity: 'medium',
    alias: 'rbac-aggregation',
    fix: 'Take the label away, or select roles by a label of your own',
    evaluate: (facts) => byRights(facts, 'rbac-aggregation'),
  }),
  row({
    ...pods,
    id: 'S.4',
    title: 'No Pod commands the engine of its node',
    severity: 'critical',
    lesson: 'engine-api',
    alias: 'runtime-socket-mount',
    fix: 'Take the socket away: it is root on the node',
    evaluate: (facts) => byFaults(facts, regarding(['runtime-socket-mount'])),
  }),
  row({
    ...pods,
    id: 'S.5',
    title: 'No Pod reaches what steers its node',
    lesson: 'host-access',
    alias: 'sensitive-host-path',
    fix: 'Mount the one file that is read, read-only, or none',
    evaluate: (facts) =>
      byFaults(
        facts,
        regarding(['sensitive-host-path', 'mount-propagation', 'dangerous-capability']),
      ),
  }),
  row({
    ...pods,
    id: 'S.6',
    title: 'No credential is written into a Pod',
    lesson: 'leaked-secret',
    alias: 'environment-secret',
    fix: 'Replace the credential, keep it in a Secret and mount that as a file',
    evaluate: (facts) => byFaults(facts, regarding(['environment-secret'])),
  }),
  row({
    ...pods,
    id: 'S.7',
    title: 'Images are named by a tag that says something, or by digest',
    severity: 'medium',
    lesson: 'unpinned-image',
    alias: 'image-tag',
    fix: 'Name images by tag and digest: NAME:TAG@sha256:...',
    evaluate: (facts) => byFaults(facts, regarding(['image-tag'])),
  }),
  row({
    ...pods,
    id: 'S.8',
    title: 'Containers have limits of memory',
    severity: 'medium',
    lesson: 'resource-exhaustion',
    alias: 'memory-limit',
    fix: 'Set resources.limits.memory',
    evaluate: (facts) => byFaults(facts, regarding(['memory-limit'])),
  }),
  row({
    ...network,
    id: 'S.9',
    title: 'No dashboard is open to the outside',
    severity: 'critical',
    lesson: 'exposed-management-port',
    fix: 'Make it a ClusterIP and reach it with kubectl port-forward, or behind a login',
    evaluate: (facts) => onCluster(facts, (cluster) => exposure(cluster, openDashboards)),
  }),
  row({
    ...network,
    id: 'S.10',
    title: 'No database or control port is open to the outside',
    fix: 'Make it a ClusterIP, or set loadBalancerSourceRanges',
    evaluate: (facts) => onCluster(facts, (cluster) => exposure(cluster, openPorts)),
  }),
  row({
    ...network,
    id: 'S.11',
    title: 'No service claims foreign addresses',
    severity: 'medium',
    fix: 'Use a LoadBalancer, and add DenyServiceExternalIPs to the admission plugins',
    evaluate: (facts) => onCluster(facts, foreignAddresses),
  }),
  row({
    id: 'S.12',
    title: 'This version of Kubernetes is supported',
    reads: 'version of the API server, images of the control plane',
    lesson: 'end-of-life-base',
    need: 'nothing',
    fix: 'Upgrade one minor version after the other',
    evaluate: versionVerdict,
  }),
  row({
    id: 'S.13',
    title: 'Kubelets are not too old for their API server',
    reads: 'versions of nodes',
    severity: 'medium',
    lesson: 'end-of-life-base',
    fix: 'Upgrade the nodes',
    evaluate: (facts) => onCluster(facts, skewVerdict),
  }),
  row({
    ...nodes,
    id: 'S.14',
    title: 'No node runs a kernel with a known way out of containers',
    lesson: 'kernel-surface',
    fix: 'Update the kernel of these nodes and restart them; seaworthy audit host tells what can be used there',
    evaluate: (facts) => onCluster(facts, (cluster) => nodeFlaws(cluster, ['kernel'])),
  }),
  row({
    ...nodes,
    id: 'S.15',
    title: 'No node runs an engine of containers with a known flaw',
    lesson: 'container-escape',
    fix: 'Update the engine of these nodes; nodes do not tell their runc: seaworthy audit host does',
    evaluate: (facts) =>
      onCluster(facts, (cluster) => nodeFlaws(cluster, ['containerd', 'cri-o', 'docker'])),
  }),
  row({
    ...nodes,
    id: 'S.16',
    title: 'No node runs a kubelet with a known flaw',
    lesson: 'container-escape',
    fix: 'Upgrade the kubelet of these nodes within their minor version',
    evaluate: (facts) => onCluster(facts, (cluster) => nodeFlaws(cluster, ['kubelet'])),
  }),
  row({
    id: 'S.17',
    title: 'The account of this audit has no more rights than an auditor needs',
    reads: 'SelfSubjectRulesReview of the account in the kubeconfig',
    severity: 'medium',
    lesson: 'stolen-credentials',
    fix: 'Audit with an account that may only read: kubectl create clusterrolebinding auditor --clusterrole=view --serviceaccount=NAMESPACE:NAME',
    evaluate: (facts) => onCluster(facts, ownAccount),
  }),
];
