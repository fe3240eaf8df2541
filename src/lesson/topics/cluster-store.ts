// Lesson: etcd, where the whole cluster is written down.
import type { Lesson } from '../lesson.ts';

export const clusterStore: Lesson = {
  id: 'cluster-store',
  title: 'The store below all roles',
  summary:
    'etcd holds every object of the cluster, secrets included. It knows nothing of roles, admission or ' +
    'the audit log: who may speak to it is more than an administrator.',
  why: [
    'The API server checks rights before it writes. Whoever writes to etcd directly skips all of that, ' +
      'and leaves no line in the audit log.',
    'Secrets are stored in plain unless the API server encrypts them. A backup of etcd on a file ' +
      'server is then a list of passwords.',
    'With one authority for everything, each certificate that the cluster ever signed opens etcd too.',
  ],
  attack: [
    'Find port 2379 on the network of the control plane.',
    'Read all keys below /registry/secrets with a single range request.',
    'Write a ClusterRoleBinding for yourself, and go on through the front door.',
  ],
  fix: [
    'Ask clients and members for certificates, of an authority that signs for etcd alone.',
    'Let etcd listen for the API servers and its members, for nobody else.',
    'Encrypt secrets at rest with a key management service, or secretbox.',
    'Guard backups of etcd as you guard the cluster.',
  ],
  challenge: {
    question:
      'etcd asks for client certificates, and its authority is the one of the cluster. A Pod holds the ' +
      'certificate of a kubelet. May it read secrets of other nodes?',
    answer:
      'Yes. The Node authoriser would refuse that at the API server, but etcd only asks who signed the ' +
      'certificate. It needs an authority of its own.',
  },
  techniques: ['T1552.007', 'T1078.004'],
  related: ['cluster-settings', 'leaked-secret', 'weak-cryptography'],
  signs: [],
};
