// The rules that come with the program: `rules/` of a checkout, or the copy that goes with the bundle.
import { SeaworthyError } from '../../base/error.ts';
import { partFolder } from '../program/index.ts';

/** The file that all others lean on. */
const firstFile = '00-words.yaml';

/**
 * Our own rules files in the order of loading; `name` is `rules/` and the name of the file. Throws
 * `SeaworthyError` `not-found` in a broken installation.
 */
export function builtinRules(): readonly { readonly name: string; readonly text: string }[] {
  return filesOf(/^[^/]+\.yaml$/);
}

/** Our own rules for audit logs of Kubernetes; as `builtinRules`. */
export function builtinAuditRules(): readonly { readonly name: string; readonly text: string }[] {
  return filesOf(/^kubernetes\/[^/]+\.yaml$/);
}

function filesOf(wanted: RegExp): readonly { readonly name: string; readonly text: string }[] {
  const folder = partFolder('rules');
  if (folder.stamp(firstFile) === 0) {
    throw new SeaworthyError('not-found', 'the rules that come with Seaworthy are missing', {
      advice: 'install it again, or name rules files',
    });
  }
  return folder
    .names()
    .filter((name) => wanted.test(name))
    .map((name) => ({ name: `rules/${name}`, text: folder.read(name).toString('utf8') }));
}
