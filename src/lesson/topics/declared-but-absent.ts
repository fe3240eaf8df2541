// Lesson: named in a lock file, not in the image.
import type { Lesson } from '../lesson.ts';

export const declaredButAbsent: Lesson = {
  id: 'declared-but-absent',
  title: 'Named in a lock file, not in the image',
  summary: 'A manifest in the image names the package, but no installed copy of it was found.',
  why: [
    'An image often holds lock files of its build: for tests, for another stage, for the ' +
      'front end that was bundled. They say what was wanted, not what is there.',
    'Such findings are kept and marked instead of dropped, because a bundle or a static ' +
      'binary can hold the code without its metadata. They rank lower and do not count ' +
      'against the grade.',
  ],
  attack: [
    'If the code is truly absent: nothing to attack here.',
    'If it was bundled into one file, the flaw is as reachable as ever, and only the name ' +
      'has been lost.',
    'A lock file in the image also tells an attacker what else to try.',
  ],
  fix: [
    'Leave manifests and lock files out of the final stage, unless the program reads them.',
    'If the package was bundled (webpack, esbuild, a shaded JAR), raise it in the source ' +
      'and build again.',
    'Scan the source folder in the pipeline as well (`seaworthy scan dir:.`): there the ' +
      'lock file is the truth.',
    'Sure that it is not there? Say so once, with a waiver for this path.',
  ],
  challenge: {
    question:
      'An image contains /app/package-lock.json and /app/dist/server.js, and no ' +
      'node_modules. Which findings of the lock file may be real?',
    answer:
      'Those of runtime dependencies that the bundler put into server.js; development ones ' +
      'are not there. The lock file cannot tell which code was used: scan the project, or ' +
      'let the bundler write an SBOM.',
  },
  techniques: ['T1592.002'],
  related: ['vulnerable-dependency', 'not-assessed'],
  signs: [],
};
