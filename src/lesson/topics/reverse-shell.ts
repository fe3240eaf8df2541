// Lesson: a shell in the hands of somebody else.
import type { Lesson } from '../lesson.ts';

export const reverseShell: Lesson = {
  id: 'reverse-shell',
  title: 'A shell in the hands of somebody else',
  summary:
    'The service connects out to the attacker and gives him its input and output: from ' +
    'then on he types.',
  why: [
    'Firewalls watch what comes in. A reverse shell goes out, to a port that is open to ' +
      'everybody, and looks like any other connection.',
    'Names tell little here: every language can do it in one line. What cannot be hidden ' +
      'is the descriptor: standard input or output of a process is a network socket.',
  ],
  attack: [
    'Find a flaw that runs a command: an upload, a template, a lookup in a log line.',
    'Let that command open a connection to a machine of your own and put it in the place ' +
      'of descriptors 0, 1 and 2.',
    'Start a shell on it, make a terminal (`pty.spawn`), and look around.',
  ],
  fix: [
    'Cut what goes out: a service that only answers needs no connection to the internet. ' +
      'Deny egress by default and allow what is known.',
    'Leave shells out of the image; distroless images have none.',
    'Close the hole that gave the first command; the shell is its symptom.',
    'Take every secret that the service could read for lost and change it.',
  ],
  challenge: {
    question:
      'A rule that looks for `nc -e` and `bash -i` is silent, yet there is a shell on a ' +
      'socket. How can that be seen without knowing the program?',
    answer:
      'By what the kernel sees: dup2 of a socket onto 0, 1 or 2, or a connect on a ' +
      'descriptor with such a number, in a program that serves no such protocol. Whatever ' +
      'language opened it, the standard streams end in a network connection.',
  },
  techniques: ['T1059.004', 'T1190'],
  related: ['code-injection', 'lateral-movement', 'hidden-channel'],
  signs: [],
};
