// Lesson: from some user to root.
import type { Lesson } from '../lesson.ts';

export const privilegeEscalation: Lesson = {
  id: 'privilege-escalation',
  title: 'From some user to root',
  summary: 'Somebody who already runs code as an ordinary user becomes a mightier one.',
  why: [
    'Set-uid programs, sudo, polkit, the loader of the C library: they act for you with ' +
      'more rights than you have, and one mistake in how they read your environment lends ' +
      'those rights to anybody.',
    'In a container root is not yet root of the host, but it is the precondition of most ' +
      'ways out, and it is enough to change every file of the application.',
  ],
  attack: [
    'Get a foothold as the user of the service, by any other flaw.',
    'Look for set-uid programs and capabilities: `find / -perm -4000`, `getcap -r /`.',
    'Run the published exploit; it needs no network and leaves little trace.',
  ],
  fix: [
    "Install the vendor's fix.",
    'Take set-uid programs out of the image: `find / -xdev -perm /6000 -type f -exec chmod ' +
      'a-s {} +` as a build step.',
    'Forbid it from outside as well: `allowPrivilegeEscalation: false`, in Docker ' +
      '`--security-opt no-new-privileges`; then set-uid bits have no effect.',
    'Run as a number that is not 0, drop all capabilities, keep the root file system read-only.',
  ],
  challenge: {
    question:
      'A pod has `runAsNonRoot: true` and an old sudo in its image. Which single setting ' +
      'makes the flaw of sudo useless, and why?',
    answer:
      '`allowPrivilegeEscalation: false`: it sets no_new_privs on the process, and the ' +
      'kernel then ignores set-uid bits at exec, so sudo starts with the rights of the ' +
      'caller.',
  },
  techniques: ['T1068', 'T1548.001'],
  related: ['container-escape', 'memory-corruption'],
  signs: [
    'privilege[- ]escalation',
    'escalat(?:e|ion of) privilege',
    'local (?:user|attacker)s?',
    'gain (?:root|privileges)',
    '\\bset-?uid\\b',
    'as root',
    'becomes root',
    'elevation of privilege',
  ],
};
