// Lesson: images that nobody vouches for.
import type { Lesson } from '../lesson.ts';

export const imageTrust: Lesson = {
  id: 'image-trust',
  title: 'Whose image is it',
  summary:
    'An engine runs what a name leads to today. Only a signature or a digest says that it is what ' +
    'somebody you trust has built.',
  why: [
    'A tag is a pointer that the owner of the repository, or a thief of the password, moves at will. ' +
      'Names that look like known ones are registered every day.',
    'By default an engine checks that the bytes arrived whole, not that the right person made them.',
    'Old images are a trust problem as well: what was clean when it was built has known flaws a ' +
      'year later, and the tag does not tell its age.',
  ],
  attack: [
    'Take over the account of a maintainer, or publish under a name one letter away.',
    'Move the tag to an image with one layer more.',
    'Wait for the next pull: build machines come first, with all their credentials.',
  ],
  fix: [
    'Pin images by digest, and let a bot propose the next one.',
    'Sign what you build, verify before it runs: seaworthy verify, and the gate.',
    'Build on few bases, from publishers that patch; rebuild at least each month.',
    'Pull through a registry of your own that keeps what was checked.',
  ],
  challenge: {
    question:
      'DOCKER_CONTENT_TRUST=1 is set on a machine. Which pulls of it does that not protect?',
    answer:
      'All that do not go through that shell: services of systemd, kubelets, build tools, and every ' +
      'client that talks to the API itself. The variable is read by the docker command, not by the ' +
      'engine.',
  },
  techniques: ['T1195.002', 'T1525'],
  related: ['unpinned-image', 'malicious-package', 'end-of-life-base'],
  signs: [],
};
