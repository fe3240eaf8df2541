// Lesson: how the components of a Kubernetes cluster are started.
import type { Lesson } from '../lesson.ts';

export const clusterSettings: Lesson = {
  id: 'cluster-settings',
  title: 'The flags that hold a cluster together',
  summary:
    'Who is let in by the API server and the kubelets, who may do what, and what is refused on the ' +
    'way is decided by some thirty flags and files. One wrong word opens every node.',
  why: [
    'The kubelet runs commands in every Pod of its node. Started without a settings file it takes the ' +
      'defaults of old: strangers are let in and everything is allowed.',
    'The same setting may stand in a flag, in a drop-in and in a file. For the kubelet the flag wins; ' +
      'kube-proxy and etcd ignore their flags once they are given a file.',
    'NodeRestriction keeps a stolen kubelet to its own node. Without it one node is all nodes.',
  ],
  attack: [
    'Reach port 10250 of a node from any Pod.',
    'Ask for the list of Pods without any credential.',
    'Run a command in a Pod that holds a strong token, and take the token along.',
  ],
  fix: [
    'Give every kubelet a file with anonymous access off, Webhook authorisation and no read-only port.',
    'Start the API server with Node and RBAC, NodeRestriction and an audit policy.',
    'Let controllers and the scheduler listen on the node alone and switch profiling off.',
    'Ask the running process, not only the file, whether the setting holds.',
  ],
  challenge: {
    question:
      'The file of a kubelet says anonymous.enabled: false, its command line says ' +
      '--anonymous-auth=true. Are strangers let in?',
    answer:
      'Yes. Flags of the kubelet lie over its file. The file looks right in every review, and the ' +
      'node is open.',
  },
  techniques: ['T1133', 'T1610', 'T1609'],
  related: ['cluster-rights', 'cluster-files', 'broken-access-control'],
  signs: [],
};
