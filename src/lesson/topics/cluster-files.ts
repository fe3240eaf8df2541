// Lesson: owners and modes of the files that steer a Kubernetes node.
import type { Lesson } from '../lesson.ts';

export const clusterFiles: Lesson = {
  id: 'cluster-files',
  title: 'Files that are as strong as the cluster',
  summary:
    'Static manifests, kubeconfigs and private keys on a node are credentials. Who may read admin.conf ' +
    'is administrator; who may write a manifest starts Pods without asking anybody.',
  why: [
    'The kubelet starts whatever lies in its manifest folder, past the API server, past admission and ' +
      'past every policy.',
    'admin.conf and super-admin.conf hold certificates of the group system:masters. No role can take ' +
      'rights away from it, and Kubernetes has no list of revoked certificates.',
    'The key of the authority makes new administrators at will, for ten years.',
  ],
  attack: [
    'Get a shell as any user of a control plane node, or a container that mounts /etc.',
    'Read admin.conf, or drop a manifest of a privileged Pod into the folder.',
    'Be administrator from elsewhere, long after the shell is gone.',
  ],
  fix: [
    'Manifests, kubeconfigs and private keys belong to root:root with mode 600.',
    'Certificates may be read by others (644), the data of etcd by nobody else (700).',
    'Keep admin.conf off the nodes: people log in with credentials of their own.',
    'Where a file was readable, make new certificates; changing the mode does not call the copy back.',
  ],
  challenge: {
    question:
      'A copy of admin.conf got mode 644 for a day. The mode is mended, the user who owned the ' +
      'certificate is deleted from the company directory. Is it over?',
    answer:
      'No. The certificate stays valid until it ends, and its group is above all roles. Only a new ' +
      'authority, or a cluster that trusts another one, locks it out.',
  },
  techniques: ['T1552.001', 'T1552.004', 'T1610'],
  related: ['host-files', 'cluster-settings', 'stolen-credentials'],
  signs: [],
};
