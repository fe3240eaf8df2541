// Lesson: from one container to the next.
import type { Lesson } from '../lesson.ts';

export const lateralMovement: Lesson = {
  id: 'lateral-movement',
  title: 'From one container to the next',
  summary:
    'The first container is rarely the goal: from there the engine, the kubelet, the ' +
    'database and the neighbours are in reach.',
  why: [
    'Networks of clusters are flat unless somebody cuts them: every Pod may talk to every ' +
      'other and to the interfaces of the nodes. What was built to be convenient for ' +
      'services is convenient for guests.',
    'The tools are those of administrators: kubectl, docker, ssh, curl. In a service they ' +
      'have no business, and that is what gives them away.',
  ],
  attack: [
    'Ask the cluster what the stolen token may do.',
    'Reach for the open doors: kubelet on 10250, engine on 2375, etcd on 2379, databases ' +
      'without a password.',
    'Run a command in the next container, or start one that has the node.',
  ],
  fix: [
    'Cut the network: deny by default, allow what the services need (`seaworthy segment` ' +
      'learns it).',
    'Kubelet, engine and etcd answer to certificates only.',
    'No clients for clusters and no ssh in images of services.',
    'Bind rights to few verbs and names; `exec` and `create` on Pods are rights of ' +
      'administrators.',
  ],
  challenge: {
    question:
      'A network policy denies all traffic between namespaces. Which way to other Pods is ' +
      'left for a container with a token?',
    answer:
      'The interface of the cluster itself: `exec` through the API server reaches every ' +
      'Pod that the token may touch, past all policies between Pods. Rights have to be ' +
      'cut as well as networks.',
  },
  techniques: ['T1609', 'T1021.004', 'T1133'],
  related: ['stolen-credentials', 'reconnaissance', 'host-access'],
  signs: [],
};
