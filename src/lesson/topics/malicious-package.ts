// Lesson: the package itself is the attack.
import type { Lesson } from '../lesson.ts';

export const maliciousPackage: Lesson = {
  id: 'malicious-package',
  title: 'The package itself is the attack',
  summary:
    'This version was published to harm those who install it: there is nothing to patch, ' +
    'only to remove.',
  why: [
    'Attackers take over the account of a maintainer, publish a name that looks like a ' +
      'famous one, or offer help to a tired project until they may release. The next install ' +
      'of everybody who follows the version range runs their code.',
    'Much of it runs at install time, on laptops and build machines: that is where the ' +
      'tokens are which publish the next victim.',
  ],
  attack: [
    'Publish a version with an install script or one changed file.',
    'Collect environment variables, cloud credentials, tokens of registries and SSH keys, ' +
      'and send them out.',
    'Use the tokens to publish further packages, or leave a back door in the build output.',
  ],
  fix: [
    'Remove the package and its version from manifest and lock file; do not only upgrade ' +
      'past it.',
    'Treat every machine that installed it as read by the attacker: rotate all tokens and ' +
      'keys it could see, from a clean machine.',
    'Rebuild all images made since then from clean sources, and look for what the package ' +
      'left behind.',
    'Install without scripts (`npm ci --ignore-scripts`), wait some days before taking new ' +
      'versions, and let only the build job, with a narrow token, reach registries.',
  ],
  challenge: {
    question:
      'The package was in the image for two hours, the image was never started. Is ' +
      'everything well?',
    answer:
      'No. Install scripts ran during the build, so the build machine and every secret it ' +
      'could read are what matters: registry tokens, cloud credentials, signing keys, the ' +
      'cache that later builds use.',
  },
  techniques: ['T1195.001', 'T1195.002', 'T1552.001'],
  related: ['leaked-secret', 'vulnerable-dependency'],
  signs: [
    '\\bmalware\\b',
    'malicious (?:code|package|version)',
    '\\bbackdoor',
    'embedded malicious',
    'typosquat',
    'hijacked',
    'phished',
    '\\bworm\\b',
    'look-alike',
    'hostile release',
    'poisoned build',
    'steals? (?:\\w+ )?(?:keys|tokens|passwords)',
    'wallet',
  ],
};
