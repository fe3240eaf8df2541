// Lesson: a base that nobody mends any more.
import type { Lesson } from '../lesson.ts';

export const endOfLifeBase: Lesson = {
  id: 'end-of-life-base',
  title: 'A base that nobody mends any more',
  summary:
    'The release of the distribution has reached its end of life: new flaws in it get no fixes.',
  why: [
    'A scanner can only report what a vendor has published. After the end of support the ' +
      'vendor publishes nothing, so the list of findings stops growing while the holes do ' +
      'not. Few findings on a dead release are no good sign.',
    'Moving on gets harder with each year that passes, since the next release has left the ' +
      'old toolchain too.',
  ],
  attack: [
    'Note the release: it stands in banners, packages and error pages.',
    'Take any flaw found after its end of life in a library of that age; it was fixed ' +
      'elsewhere and is open here for ever.',
    'Come back whenever you like.',
  ],
  fix: [
    'Move to a supported release; change the line `FROM`, build, test.',
    "Cannot move yet? Buy extended support (Ubuntu Pro, ELTS, a vendor's long-life stream) " +
      'and build from it, so that fixes exist again.',
    'Write the date of the end of support beside each base, and plan the move half a year ' +
      'before.',
    'Cut the tie: a static binary or a distroless image leaves little of the base that ' +
      'could grow old.',
  ],
  challenge: {
    question:
      'Two images: one on a supported release with 60 findings, one on a release that ended ' +
      'two years ago with 12. Which one is safer?',
    answer:
      'It cannot be told from the counts. The 60 are known and most have a fix that a ' +
      'rebuild brings; beside the 12 stand two years of flaws that nobody assessed for that ' +
      'release. Treat the second as the greater risk.',
  },
  techniques: ['T1190'],
  related: ['vulnerable-os-package', 'not-assessed'],
  signs: [],
};
