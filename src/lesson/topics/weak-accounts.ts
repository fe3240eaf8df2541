// Lesson: accounts that come with the image.
import type { Lesson } from '../lesson.ts';

export const weakAccounts: Lesson = {
  id: 'weak-accounts',
  title: 'Accounts that come with the image',
  summary:
    'Passwords, keys and users that are built into an image are the same in every ' +
    'container, for everybody who can pull it.',
  why: [
    'What is in a layer is known to everyone who can pull it. A password hash can be ' +
      'guessed offline, an authorised key works wherever the image runs, an empty password ' +
      'needs no guess.',
    'A second account with the number 0 is root under a name that no review looks for.',
  ],
  attack: [
    'Pull the image and read etc/shadow and authorized_keys.',
    'Crack the hash, or own the key that is listed.',
    'Log in wherever a login is reachable, or use `su` after a break-in.',
  ],
  fix: [
    'Delete the accounts and keys; lock root: `passwd -l root`.',
    "Build no logins into images at all; enter with the orchestrator's own means.",
    'If a login must be, create it at start from a mounted secret.',
  ],
  challenge: {
    question: 'Why is a strong password in etc/shadow of an image still a finding?',
    answer:
      'Because it is one password for all containers that ever run, it cannot be changed ' +
      'without a new build, and its hash can be attacked offline by everyone who can pull ' +
      'the image.',
  },
  techniques: ['T1078', 'T1110.002', 'T1098.004'],
  related: ['leaked-secret', 'exposed-management-port'],
  signs: [],
};
