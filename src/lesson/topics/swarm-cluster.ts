// Lesson: a swarm hands secrets and root to its managers.
import type { Lesson } from '../lesson.ts';

export const swarmCluster: Lesson = {
  id: 'swarm-cluster',
  title: 'A swarm is as safe as its weakest manager',
  summary:
    'Managers of a swarm hold all secrets and may start anything anywhere. Their number, their keys ' +
    'and the networks they listen on decide how far one break-in reaches.',
  why: [
    'Each manager has the whole state of the cluster: services, secrets, certificates. More managers ' +
      'than needed are more machines that must never fall.',
    'Keys of the cluster lie on the disk of every manager. Without autolock a stolen disk or a ' +
      'backup is enough to read them.',
    'Traffic between containers on different machines is plain by default: the overlay network is ' +
      'encrypted only when it is made that way.',
  ],
  attack: [
    'Break into one manager, or read its backup.',
    'List the secrets, start a service that mounts / on every node.',
    'Or listen between two nodes: passwords of the database pass in clear text.',
  ],
  fix: [
    'Leave the swarm where none is used: docker swarm leave --force.',
    'Run three or five managers; bind them to an address of a network of their own.',
    'Switch autolock on, and rotate the unlock key and the join tokens.',
    'Make overlay networks with --opt encrypted.',
    'Keep credentials in docker secret, never in the environment of a service.',
  ],
  challenge: {
    question: 'A swarm has four managers. How many may fail, and why is three the better number?',
    answer:
      'One: a majority of four is three. Three managers survive one failure as well, with one machine ' +
      'less that holds every secret.',
  },
  techniques: ['T1610', 'T1552', 'T1040'],
  related: ['engine-api', 'host-access'],
  signs: [],
};
