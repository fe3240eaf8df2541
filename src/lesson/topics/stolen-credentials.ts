// Lesson: keys at work for somebody else.
import type { Lesson } from '../lesson.ts';

export const stolenCredentials: Lesson = {
  id: 'stolen-credentials',
  title: 'Keys at work for somebody else',
  summary:
    'Tokens, keys and passwords that lie in a container open other doors than the ' +
    'container itself.',
  why: [
    'A container is a small prize. The token of its service account, the role of its ' +
      'machine or the password in its environment may be worth the whole cluster or ' +
      'account.',
    'They lie at places that everybody knows: /var/run/secrets, the metadata address ' +
      '169.254.169.254, ~/.aws, /proc/PID/environ. Reading them needs no flaw, only a ' +
      'shell.',
  ],
  attack: [
    'Read the token of the service account, or ask the metadata service for the ' +
      'credentials of the machine.',
    'Try them from outside: they work from anywhere unless somebody bound them.',
    'Read the secrets that this identity may read, and go on with those.',
  ],
  fix: [
    'Switch off what is not needed: `automountServiceAccountToken: false`, version 2 of ' +
      'the metadata service with a hop limit of 1.',
    'Give each workload an identity of its own with few rights and short tokens.',
    'Hand secrets over as files that only the service may read, not by the environment.',
    'Once read by a stranger, a secret is public: change it, then look at what was done ' +
      'with it.',
  ],
  challenge: {
    question:
      'The service account may "only" create Pods. Why is its token nearly as good as ' +
      'cluster-admin?',
    answer:
      'Who may create Pods in a namespace may start one with any service account and any ' +
      'secret of that namespace, and without an admission policy one that is privileged ' +
      'on any node. Rights to create are rights to become.',
  },
  techniques: ['T1528', 'T1552.001', 'T1552.005', 'T1003.008'],
  related: ['leaked-secret', 'lateral-movement', 'request-forgery'],
  signs: [],
};
