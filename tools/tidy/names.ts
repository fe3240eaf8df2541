// Names of files and folders: kebab-case, and no word that says nothing.
import { bannedNames, fieldTerms } from './bounds.ts';
import type { Tree, Violation } from './tree.ts';

/** Upper-case names that the world expects. */
const customary = /^(?:[A-Z]+(?:\.md)?|\..+)$/;
const kebab = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** Judges each file and folder once. */
export function checkNames(tree: Tree): Violation[] {
  const violations = new Set<Violation>();
  for (const path of tree.paths) {
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const place = parts.slice(0, index + 1).join('/');
      const words = part.replace(/\.[^.]*$/, '').split(/[-.]/);
      const banned = words.find((word) => Object.hasOwn(bannedNames, word));
      if (banned !== undefined && !fieldTerms.some((term) => part.startsWith(`${term}.`))) {
        violations.add(`${place}: "${banned}" says nothing; ${bannedNames[banned]}`);
      }
      if (customary.test(part) || kebab.test(part)) continue;
      violations.add(`${place} is not in kebab-case`);
    }
  }
  return [...violations];
}
