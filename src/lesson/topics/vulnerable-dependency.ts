// Lesson: a flaw in a library that the program uses.
import type { Lesson } from '../lesson.ts';

export const vulnerableDependency: Lesson = {
  id: 'vulnerable-dependency',
  title: 'A flaw in a library that the program uses',
  summary:
    'A package of a language ecosystem, often one that another package pulled in, has a ' +
    'published flaw.',
  why: [
    'A program of fifty direct dependencies ships a thousand. The flaw is usually in one ' +
      'that nobody on the team has ever named, three levels down, and it runs with all the ' +
      'rights of the program.',
    'Advisories of language packages are public from the first day, often with the patch ' +
      'beside them: whoever wants an exploit reads the difference.',
  ],
  attack: [
    'Find out which libraries a service uses: headers, error pages, bundled JavaScript, a ' +
      'leaked lock file.',
    'Compare them with published advisories and pick one that outside input reaches.',
    'Send that input and run code, read data or stop the service with the rights of the program.',
  ],
  fix: [
    'Raise the package to the version in the finding; it is the smallest that clears ' +
      'everything known about it.',
    'Pulled in by another package? Raise that one, or force the version: `overrides` (npm), ' +
      '`resolutions` (yarn), `constraints` (pip), `dependencyManagement` (Maven).',
    'Commit the lock file and install from it (`npm ci`, `pip install --require-hashes`), ' +
      'so that what was tested is what ships.',
    'Development tools do not belong into the image: build in one stage, copy the result ' +
      'into another.',
  ],
  challenge: {
    question:
      'A finding names lodash 4.17.4 in `node_modules/a/node_modules/lodash`, but your ' +
      'package.json asks for lodash ^4.17.21 and has it. Which command shows who brings the ' +
      'old one, and what do you change?',
    answer:
      '`npm ls lodash` (or `npm explain lodash`) shows that package `a` pins the old ' +
      'version. Raise `a`; if no release of it allows the new lodash, add an `overrides` ' +
      'entry and run the tests of what `a` does.',
  },
  techniques: ['T1190', 'T1195.001'],
  related: ['declared-but-absent', 'malicious-package', 'unsafe-deserialisation'],
  signs: [],
};
