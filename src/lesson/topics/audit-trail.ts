// Lesson: what the kernel's audit log tells of the engine, and why it has to be asked to.
import type { Lesson } from '../lesson.ts';

export const auditTrail: Lesson = {
  id: 'audit-trail',
  title: 'Nobody wrote down who did it',
  summary:
    'Without audit rules on its programs and files the host keeps no record of who changed the ' +
    'engine or used it as root.',
  why: [
    'After an incident the first question is who did what, and when. The logs of the engine tell of ' +
      'containers, not of the person who edited its settings or replaced its programs.',
    'The audit system of the kernel records each change of a watched file with the user who logged ' +
      'in, also behind sudo. It writes nothing that no rule asks for.',
    'A record on the same disk can be deleted by whoever became root. Send it away as it is written.',
  ],
  attack: [
    'Become root by the engine, replace runc or a shim by a program of your own.',
    'Each container that starts runs it, and nothing on the host says since when.',
    'Remove the traces in the logs of the shell and leave.',
  ],
  fix: [
    'Install auditd and put one watch for each program, folder and socket of the engine into ' +
      '/etc/audit/rules.d: -w /usr/bin/dockerd -k docker',
    'Load the rules (augenrules --load) and make them unchangeable until the next boot (-e 2).',
    'Send the records to another machine.',
    'Let the sensor of Seaworthy watch as well: it knows containers, which audit rules do not.',
  ],
  challenge: {
    question: 'A watch on /var/run/docker.sock is loaded. Does it record each request to the API?',
    answer:
      'No. It records who opens or changes the file of the socket. What is asked through an open ' +
      'connection is invisible to it; the authorisation plugin sees that.',
  },
  techniques: ['T1562.012', 'T1070'],
  related: ['host-files', 'engine-settings'],
  signs: [],
};
