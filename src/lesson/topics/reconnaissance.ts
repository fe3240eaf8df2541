// Lesson: looking around.
import type { Lesson } from '../lesson.ts';

export const reconnaissance: Lesson = {
  id: 'reconnaissance',
  title: 'Looking around',
  summary:
    'Before each step somebody looks: who am I, what may I do, who else is here, which ' +
    'doors are open?',
  why: [
    'A service knows its surroundings from its configuration. An intruder does not, so he ' +
      'asks: lists ports, reads /proc, tries capabilities, walks through folders. That ' +
      'costs him noise.',
    'Single questions are harmless and frequent. Many of them within seconds, or the ' +
      'tools of the trade, are not.',
  ],
  attack: [
    'Read what the container is: capabilities, mounts, namespaces, its token.',
    'Try privileged calls one after the other to see which are open.',
    'Search the network: many ports of one machine, or one port of many.',
  ],
  fix: [
    'Cut the network so that a scan finds nothing.',
    'Leave tools out of the image; make /proc and the service account token unreadable ' +
      'where they are not needed.',
    'Take a scan from inside seriously: somebody is already in.',
    'Teach scanners that are yours by an exception for their image, not by switching the ' +
      'rule off.',
  ],
  challenge: {
    question:
      'A container opened 40 ports of one database host within two seconds, all refused. ' +
      'Nothing was broken into. What do you do?',
    answer:
      'Ask who is in the container. Services do not guess ports: either a scanner of your ' +
      'own runs there, then it gets an exception, or somebody has code running in it, and ' +
      'the failed scan is the first thing that you see of him.',
  },
  techniques: ['T1046', 'T1613', 'T1082'],
  related: ['lateral-movement', 'stolen-credentials'],
  signs: [],
};
