// Lesson: what was not looked at.
import type { Lesson } from '../lesson.ts';

export const notAssessed: Lesson = {
  id: 'not-assessed',
  title: 'What was not looked at',
  summary:
    'Some packages or files could not be judged: no advisories for them, or nothing that ' +
    'could be read.',
  why: [
    '"No findings" has two meanings: checked and clean, or not checked. A report that does ' +
      'not tell them apart is believed too much. Here every gap is an entry with its place ' +
      'and its reason.',
    'Usual reasons: a distribution without a feed, a database that lacks an ecosystem, a ' +
      'JAR without its group, a vendored copy without a version, a damaged archive.',
  ],
  attack: [
    'Look for what scanners do not see: a binary copied into the image by hand, a private ' +
      'fork, a renamed JAR.',
    'Use a flaw in it that everybody else has fixed, because everybody else was told.',
    'Or plant something there on purpose: an unreadable archive is a good hiding place.',
  ],
  fix: [
    'Read the list: `--show unknowns`. Most gaps go away with one action, such as ' +
      '`seaworthy db update`.',
    'Give packages an identity: install instead of copying, keep the metadata, name the ' +
      'group in the manifest of the JAR.',
    'For what stays, decide who watches it, and write that down.',
    'Let the pipeline fail when the number of gaps grows, not only when findings do.',
  ],
  challenge: {
    question:
      'A base image of a small distribution shows 0 vulnerabilities and 180 packages "not ' +
      'assessed". A colleague calls it the most secure base. What do you answer?',
    answer:
      'That nothing is known about it: there is no feed that could say anything of these ' +
      'packages. Compare the versions with upstream by hand, ask the vendor for advisories, ' +
      'or take a base that somebody speaks for.',
  },
  techniques: ['T1036'],
  related: ['end-of-life-base', 'declared-but-absent'],
  signs: [],
};
