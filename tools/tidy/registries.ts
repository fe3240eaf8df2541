// Registries are complete: what lies in a registry's folder stands in its list and is whole.
import { innerImports } from './imports.ts';
import { isTest, type Tree, type Violation } from './tree.ts';

const ecosystemRoot = 'inventory/ecosystem/';
/** A package of the target is read by its ecosystem; this many parts make an ecosystem whole. */
const ecosystemParts = ['index.ts', 'readme.md'];

/** Each ecosystem has a door, a test and a page, and is registered. */
export function checkEcosystems(tree: Tree): Violation[] {
  const root = `src/${ecosystemRoot}`;
  const inside = [...tree.paths].filter((path) => path.startsWith(root));
  const ids = new Set(
    inside.flatMap((path) => path.slice(root.length).match(/^[^/]+(?=\/)/)?.[0] ?? []),
  );
  const registered = importsOf(tree, `${ecosystemRoot}registry.ts`);
  return [...ids].flatMap((id) => {
    const missing = ecosystemParts.filter((part) => !tree.paths.has(`${root}${id}/${part}`));
    const hasTest = inside.some(
      (path) => path.startsWith(`${root}${id}/`) && path.endsWith('.test.ts'),
    );
    return [
      ...missing.map((part) => `${root}${id} has no ${part}`),
      ...(hasTest ? [] : [`${root}${id} has no test`]),
      ...(registered.has(`${ecosystemRoot}${id}/index.ts`)
        ? []
        : [`${root}${id} is not in ${root}registry.ts`]),
    ];
  });
}

/** Each file that defines a distribution, a detector, a rule, an output or a command is imported by its registry. */
export function checkRegistries(tree: Tree): Violation[] {
  return [
    ...unregistered(tree, {
      root: 'inventory/distro/',
      defines: /^export const \w+: DistributionDefinition\b/m,
    }),
    ...unregistered(tree, {
      root: 'inspect/secret/',
      defines: /^export const \w+: readonly (?:SecretDetector|CredentialFile)\[\] = \[/m,
    }),
    ...unregistered(tree, {
      root: 'inspect/misconfiguration/',
      defines: /^export const \w+: (?:FileRule|ImageRule)\b/m,
    }),
    ...unregistered(tree, { root: 'report/', defines: /^export const \w+: Output\b/m }),
    ...unregistered(tree, {
      root: 'cli/commands/',
      defines: /^export function define\w+\(program: Command\)/m,
    }),
  ];
}

interface Registry {
  readonly root: string;
  /** What a file that belongs into the registry exports. */
  readonly defines: RegExp;
}

function unregistered(tree: Tree, { root, defines }: Registry): Violation[] {
  const registered = importsOf(tree, `${root}registry.ts`);
  return tree.sources
    .filter(
      ({ path, text }) => path.startsWith(`src/${root}`) && !isTest(path) && defines.test(text),
    )
    .filter(({ path }) => !registered.has(path.slice('src/'.length)))
    .map(({ path }) => `${path} is not in src/${root}registry.ts`);
}

function importsOf(tree: Tree, path: string): Set<string> {
  return new Set(
    innerImports(tree)
      .filter(({ from }) => from === path)
      .map(({ to }) => to),
  );
}
