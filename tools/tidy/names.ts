// Names of files and folders: kebab-case, and no word that says nothing.
import { bannedAlone, bannedNames } from './bounds.ts';
import type { Tree, Violation } from './tree.ts';

/** Names that the world expects: README, dot files, those of buildah and Helm. */
const customary = /^(?:[A-Z]+(?:\.md)?|\..+|Containerfile|Chart\.yaml)$/;
const kebab = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** Judges each file and folder once. */
export function checkNames(tree: Tree): Violation[] {
  const violations = new Set<Violation>();
  for (const path of tree.paths) {
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const place = parts.slice(0, index + 1).join('/');
      const problem = problemOf(part);
      if (problem !== null) violations.add(`${place} ${problem}`);
    }
  }
  return [...violations];
}

function problemOf(part: string): string | null {
  if (!customary.test(part) && !kebab.test(part)) return 'is not in kebab-case';
  const [name = ''] = part.split('.');
  if (Object.hasOwn(bannedAlone, name)) return `says nothing; ${bannedAlone[name]}`;
  const word = name.split('-').find((one) => Object.hasOwn(bannedNames, one));
  return word === undefined ? null : `has "${word}", which says nothing; ${bannedNames[word]}`;
}
