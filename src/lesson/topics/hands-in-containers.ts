// Lesson: hands in a running container.
import type { Lesson } from '../lesson.ts';

export const handsInContainers: Lesson = {
  id: 'hands-in-containers',
  title: 'Hands in a running container',
  summary:
    'A shell by exec, a package installed in place, a file edited by hand: the container ' +
    'is no longer what was deployed.',
  why: [
    'Nearly always it is a colleague who debugs. The change is in no review, the next ' +
      'start loses it, and others build on a state that nobody can make again.',
    'For an intruder it is the same door: rights to `exec` are rights to run anything ' +
      'with the identity of the service. So the two must be told apart, which is easy when ' +
      'the first one is rare.',
  ],
  attack: [
    'Steal the access of an administrator, or a token that may `exec`.',
    'Open a shell in the container of a service: its secrets and connections are there.',
    'Install tools with the package manager of the image.',
  ],
  fix: [
    'Debug with an ephemeral container (`kubectl debug`) or a copy, not in the one that ' +
      'serves.',
    'Give rights to `exec` to few people, for a time, and keep the audit log.',
    'Images without shell and package manager make it a deliberate act.',
    'What helped by hand goes into the image on the same day.',
  ],
  challenge: {
    question:
      'A colleague fixed an outage by `apt-get install` in three Pods. Why is the outage ' +
      'likely to be back, at the worst time?',
    answer:
      'The Pods are replaced at the next deployment, node failure or scaling, with the ' +
      'image as it was. The fix exists only in memory of these three; new copies under ' +
      'load come without it.',
  },
  techniques: ['T1609', 'T1059.013', 'T1204.003'],
  related: ['drift', 'image-hygiene', 'least-privilege'],
  signs: [],
};
