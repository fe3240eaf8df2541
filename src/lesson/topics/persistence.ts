// Lesson: what stays after a restart.
import type { Lesson } from '../lesson.ts';

export const persistence: Lesson = {
  id: 'persistence',
  title: 'What stays after a restart',
  summary:
    'A cron job, a key, a unit or a manifest brings the intruder back when the container ' +
    'or the node starts anew.',
  why: [
    'Containers are replaced all day, which throws most intruders out. So they look for ' +
      'what lasts: the host through a mounted folder, a volume, a manifest of the kubelet, ' +
      'the image in the registry.',
    'Each of these places is written by few programs: package managers, configuration ' +
      'tools, the kubelet. Anybody else who writes there stands out.',
  ],
  attack: [
    'Write a cron entry, a unit or a key for ssh through a mounted folder of the host.',
    'Or put a line into a start-up file, a library into /etc/ld.so.preload, a script into ' +
      'the uploads of a web server.',
    'Wait. After the restart everything is back.',
  ],
  fix: [
    'Mount no folders of the host; where it must be, read-only and never /etc, ' +
      '/var/spool, /root.',
    'Read-only root file systems leave no place in the container.',
    'Compare nodes with how they were built; replace those that differ.',
    'When one such place is found, look for the others: there is seldom only one.',
  ],
  challenge: {
    question:
      'An intruder had write access to /etc/kubernetes/manifests of one node for a ' +
      'minute. Why does no admission policy stop what he leaves there?',
    answer:
      'The kubelet starts these Pods by itself, without asking the API server; policies ' +
      'judge requests to the API server. Only the rights on the folder, and somebody who ' +
      'watches it, protect that path.',
  },
  techniques: ['T1053.003', 'T1543.002', 'T1098.004', 'T1574.006'],
  related: ['host-access', 'drift', 'weak-accounts'],
  signs: [],
};
