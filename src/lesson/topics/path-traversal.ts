// Lesson: paths that leave their folder.
import type { Lesson } from '../lesson.ts';

export const pathTraversal: Lesson = {
  id: 'path-traversal',
  title: '../../etc/passwd',
  summary:
    'A path from outside leaves the folder it should stay in: files are read or written ' +
    'elsewhere.',
  why: [
    'A name from a URL, an upload or an archive is joined to a folder. With `..`, an ' +
      'absolute path, a link or an odd spelling (`%2e%2e`, a backslash) it points out of it. ' +
      'Reading gives away configuration and keys; writing is often a way to run code.',
    'Archives are the quiet form: a tar or zip whose members are named `../../app/index.js` ' +
      'overwrites the program that unpacks it.',
  ],
  attack: [
    'Ask for `/files/..%2f..%2fproc/self/environ`: in a container that is where the secrets are.',
    'Or upload an archive with a link in it, and then a member that goes through the link.',
    'Overwrite something that is executed later: a module, a template, an authorised key.',
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Resolve first, then compare: `realpath(join(base, name))` must begin with the real ' +
      'path of the base and a slash.',
    'Better, take no names at all: store uploads under ids of your own.',
    'A read-only root file system and a user who owns nothing but one data folder turn most ' +
      'writes into errors.',
  ],
  challenge: {
    question:
      'This check looks right: `if (resolve(base, name).startsWith(base)) serve()` with ' +
      'base `/srv/data`. Which name gets out?',
    answer:
      '`../data-backup/secret.txt`: it resolves to /srv/data-backup/secret.txt, which ' +
      'begins with /srv/data. Compare with the separator at the end (`/srv/data/`), after ' +
      'links are resolved.',
  },
  techniques: ['T1190', 'T1083'],
  related: ['code-injection', 'information-leak'],
  signs: [
    '(?:path|directory) traversal',
    'zip[- ]?slip',
    'symlink',
    'symbolic link',
    'arbitrary file (?:read|write|overwrite|creation|upload|access|deletion|inclusion)',
    'outside (?:of )?the',
    'file inclusion',
    'link following',
    'relative path',
    '(?:reads?|writes?|serves?|unpack\\w*) (?:\\w+ ){0,3}(?:files|outside)',
    '(?:swapped|exchanges?) (?:\\w+ ){0,2}(?:link|folder)|absolute place|tar readers',
  ],
};
