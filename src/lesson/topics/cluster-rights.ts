// Lesson: roles, bindings and service accounts of a Kubernetes cluster.
import type { Lesson } from '../lesson.ts';

export const clusterRights: Lesson = {
  id: 'cluster-rights',
  title: 'Rights that turn into more rights',
  summary:
    'In Kubernetes some harmless looking rights are worth as much as cluster-admin: to create Pods, to ' +
    'read secrets, to make tokens, to bind roles, to talk to kubelets.',
  why: [
    'Who may create a Pod may run it as any service account of the namespace and mount its token. The ' +
      'rights of all accounts there are theirs.',
    'Who may list secrets reads tokens and passwords; list and watch show the contents as get does.',
    'bind, escalate and impersonate say in so many words that their holder may become more.',
    'Each Pod gets a token unless somebody says no. Most programs never use it, and every intruder ' +
      'finds it at the same path.',
  ],
  attack: [
    'Break into a web application and read its token.',
    'Ask what it may do: kubectl auth can-i --list.',
    'Create a Pod with a stronger account, or read a secret that belongs to one.',
  ],
  fix: [
    'Give each workload an account of its own, with the verbs and names that it uses.',
    'Set automountServiceAccountToken: false where the API is not called.',
    'Keep cluster-admin for emergencies, and bind people in namespaces.',
    'Never bind anything to system:anonymous, system:unauthenticated or a default account.',
  ],
  challenge: {
    question:
      'A deployment tool may create and patch Deployments in kube-system, nothing else. Is that less ' +
      'than cluster-admin?',
    answer:
      'Hardly. A Deployment there runs as any account of kube-system, some of which may do everything, ' +
      'or mounts the disk of a control plane node.',
  },
  techniques: ['T1078.004', 'T1528', 'T1098.006'],
  related: ['least-privilege', 'privilege-escalation', 'cluster-settings'],
  signs: [],
};
