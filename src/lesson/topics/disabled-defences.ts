// Lesson: guards sent home.
import type { Lesson } from '../lesson.ts';

export const disabledDefences: Lesson = {
  id: 'disabled-defences',
  title: 'Guards sent home',
  summary:
    'Before the real work an intruder switches off what could see or stop it: sensor, ' +
    'audit log, firewall, SELinux, AppArmor.',
  why: [
    'Defences run on the machine that they defend. With root they can be stopped like any ' +
      'other program, and the silence that follows looks like a quiet night.',
    'So two things matter: that the act of switching off is told before the silence ' +
      'begins, and that silence itself raises an alarm somewhere else.',
  ],
  attack: [
    'Look which agents run: names of processes and services are no secret.',
    'Stop them, unload profiles, empty the firewall, remove the rules of the audit log.',
    'Work undisturbed, and switch them on again at the end.',
  ],
  fix: [
    'Send a heartbeat from every sensor to another machine and alert when it stops.',
    'Lock the rules of the audit log until the next boot (`auditctl -e 2`).',
    'Nobody needs root on nodes for daily work; take it away.',
    'Bring the machine back by replacing it: what was changed while nobody watched is not ' +
      'known.',
  ],
  challenge: {
    question:
      'The sensor was stopped for ten minutes by a maintenance script. Why should that be ' +
      'an incident until it is explained?',
    answer:
      'Because a real intruder would look exactly like it. Ten minutes are enough to ' +
      'leave a key, a job or a kernel module behind; only a planned change with a name ' +
      'and a time tells the two apart.',
  },
  techniques: ['T1685', 'T1685.004', 'T1686'],
  related: ['covered-tracks', 'kernel-surface'],
  signs: [],
};
