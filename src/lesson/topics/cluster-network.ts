// Lesson: a cluster without network policies is one flat network.
import type { Lesson } from '../lesson.ts';

export const clusterNetwork: Lesson = {
  id: 'cluster-network',
  title: 'One flat network',
  summary:
    'By default each Pod reaches each other Pod, each service, and the nodes. Namespaces separate ' +
    'names and rights, never packets; only a NetworkPolicy does that.',
  why: [
    'One program with a hole is a place from which databases, dashboards, kubelets and the metadata ' +
      'service of the cloud are tried, all without leaving the cluster.',
    'A NetworkPolicy is only a wish. Where the network plugin does not know policies, the object is ' +
      'accepted and nothing happens.',
    'NodePort opens a port on every node, on every interface. LoadBalancer usually opens it to the ' +
      'internet.',
  ],
  attack: [
    'Break into the least guarded Pod.',
    'Scan the cluster network for open ports: databases often trust everybody inside.',
    'Read the data, or take the credentials of the node from the metadata service.',
  ],
  fix: [
    'Deny all traffic of a namespace by default, in both directions, then allow what is known; name ' +
      'DNS among it.',
    'See that the plugin enforces policies: try a connection that should fail.',
    'Publish through an ingress with authentication, and databases not at all.',
    'Bind load balancers to address ranges (loadBalancerSourceRanges).',
  ],
  challenge: {
    question:
      'A namespace has one NetworkPolicy. It selects the Pods of the shop and allows traffic to port ' +
      '8080. May a stranger Pod reach the database of the same namespace?',
    answer:
      'Yes. Only selected Pods are isolated. The database is selected by no policy, so that all of its ' +
      'ports stay open to the whole cluster.',
  },
  techniques: ['T1046', 'T1210', 'T1552.005'],
  related: ['lateral-movement', 'published-port', 'exposed-management-port'],
  signs: [],
};
