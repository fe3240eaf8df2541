// Lesson: a flaw in a package of the operating system.
import type { Lesson } from '../lesson.ts';

export const vulnerableOsPackage: Lesson = {
  id: 'vulnerable-os-package',
  title: 'A flaw in a package of the operating system',
  summary:
    'The image ships a distribution package whose vendor has published a flaw, and usually ' +
    'a fix.',
  why: [
    'Most findings of an image come from its base: libraries and tools that nobody chose ' +
      'and everybody inherits. The vendor fixes them by backports, so the version may look ' +
      'old and still be safe, or look right and lack the one fix that matters. Only the ' +
      "number behind the distribution's own suffix tells.",
    'An image is frozen on the day it is built. The fix that came out the week after ' +
      'reaches it only when somebody builds it again.',
  ],
  attack: [
    'Read the published advisory and look for a service that links the library.',
    'Feed that service the input that the advisory describes: a packet, a file, a header.',
    'If the image holds a shell and a package manager, use them to go on from there.',
  ],
  fix: [
    'Rebuild on the current base image: one action clears most findings of this kind.',
    'Pin the base by digest and let a bot raise it weekly, so that rebuilding is a habit ' +
      'and not an alarm.',
    'Remove what the program does not need, or move to a distroless or minimal base: what ' +
      'is not there needs no fix.',
    'No fix yet? Check whether anything reaches the code, write that down as a VEX ' +
      'statement or as a waiver with an expiry date, and look again when it expires.',
  ],
  challenge: {
    question:
      'An image runs `apt-get update && apt-get upgrade` in its first build step, and the ' +
      "scan of today's build still shows a fix that has been out for a month. What went " +
      'wrong?',
    answer:
      'The layer came out of the build cache: the text of the instruction had not changed, ' +
      'so it was not run again. Build without the cache (`--no-cache` or `--pull` with a ' +
      'new base digest), or raise the base image instead of upgrading inside.',
  },
  techniques: ['T1190', 'T1203'],
  related: ['end-of-life-base', 'memory-corruption', 'not-assessed'],
  signs: [],
};
