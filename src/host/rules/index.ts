// Finds the rules that come with the program: `rules/` of a checkout, or the copy beside the bundle.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeaworthyError } from '../../base/error.ts';

/** From this file in a checkout, and from a chunk of the bundle in `dist/`: fresh sources first. */
const places = ['../../../rules', '../rules', './rules'];
/** The file that all others lean on. */
const firstFile = '00-words.yaml';

/** Throws `SeaworthyError` `not-found` in a broken installation. */
function builtinRulesFolder(): string {
  const folder = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((one) => existsSync(join(one, firstFile)));
  if (folder === undefined) {
    throw new SeaworthyError('not-found', 'the rules that come with Seaworthy are missing', {
      advice: 'install it again, or name rules files',
    });
  }
  return folder;
}

/**
 * Our own rules files in the order of loading; `name` is `rules/` and the name of the file. Throws
 * `SeaworthyError` `not-found` in a broken installation.
 */
export function builtinRules(): readonly { readonly name: string; readonly text: string }[] {
  return filesOf('');
}

/** Our own rules for audit logs of Kubernetes; as `builtinRules`. */
export function builtinAuditRules(): readonly { readonly name: string; readonly text: string }[] {
  return filesOf('kubernetes/');
}

function filesOf(below: string): readonly { readonly name: string; readonly text: string }[] {
  const folder = join(builtinRulesFolder(), below);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => ({
      name: `rules/${below}${name}`,
      text: readFileSync(join(folder, name), 'utf8'),
    }));
}
