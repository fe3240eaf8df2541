// Lesson: the settings of the engine that are the defaults of every container.
import type { Lesson } from '../lesson.ts';

export const engineSettings: Lesson = {
  id: 'engine-settings',
  title: 'Defaults for every container of the machine',
  summary:
    'A few lines in daemon.json decide for all containers at once: who they can talk to, what they ' +
    'may gain, where their logs go, and whether root inside is root outside.',
  why: [
    'Nobody sets fifteen options at each start. What the engine does by default is what runs.',
    'The shipped defaults favour that everything works: containers talk to one another on the ' +
      'default bridge, may gain privileges, and log into files that die with the machine.',
    'With remapped users, or with a rootless engine, an escape ends as a user without rights. It is ' +
      'the single setting that turns most escapes into a nuisance.',
  ],
  attack: [
    'Break into the weakest container of a machine.',
    'Scan the default bridge: neighbours that were never meant to be reached answer.',
    'Use a setuid program to become root inside, a flaw to get out, and be root there as well.',
  ],
  fix: [
    'Set in daemon.json: "icc": false, "no-new-privileges": true, "live-restore": true, ' +
      '"userland-proxy": false, and default ulimits.',
    'Set "userns-remap": "default", or run the engine without root.',
    'Send logs to another machine, so that they outlive this one.',
    'List no insecure registry; give private ones a certificate.',
    'Restart the engine in a quiet hour and run the audit again.',
  ],
  challenge: {
    question:
      'daemon.json says "icc": false and the unit starts dockerd --icc=true. Which one holds?',
    answer:
      'Neither: the engine refuses to start when a setting stands in both places. That is why an ' +
      'audit has to read the command line and the file, and believe the running engine above both.',
  },
  techniques: ['T1611', 'T1046'],
  related: ['least-privilege', 'engine-api', 'kernel-confinement'],
  signs: [],
};
