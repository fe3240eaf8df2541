// The import rule: layers, doors, the world, packages. Type-only imports count like all others.
import { dirname, join } from 'node:path/posix';
import {
  layers,
  openFiles,
  openFolders,
  packageOwners,
  siblingEdges,
  sideDoors,
  worldModules,
  worldRoots,
} from './layers.ts';
import { type Import, isProduct, isTest, type Tree, type Violation } from './tree.ts';

interface InnerImport {
  /** Both below `src`. */
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/** Every relative import of the product, resolved. */
export function innerImports(tree: Tree): InnerImport[] {
  return tree.sources
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) =>
        specifier.startsWith('.')
          ? [
              {
                from: path.slice('src/'.length),
                to: belowSource(join(dirname(path), specifier)),
                at: `${path}:${line}`,
              },
            ]
          : [],
      ),
    );
}

/** `src/a` -> `a`, `tools/a` -> `../tools/a`. */
function belowSource(path: string): string {
  return path.startsWith('src/') ? path.slice('src/'.length) : `../${path}`;
}

function wingOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

function layerOf(wing: string): number {
  return layers.findIndex((layer) => layer.includes(wing));
}

/** No import goes up or sideways, save the edges of the table; each edge is needed. */
export function checkLayers(tree: Tree): Violation[] {
  const violations: Violation[] = [];
  const used = new Set<string>();
  const wings = new Set<string>();
  for (const { from, to, at } of innerImports(tree)) {
    const [wing, other] = [wingOf(from), wingOf(to)];
    wings.add(wing);
    if (to.startsWith('../')) violations.push(`${at} imports ${to}: src imports only src`);
    else if (isTest(`src/${to}`)) violations.push(`${at} imports the test code ${to}`);
    else if (wing !== other && layerOf(other) >= layerOf(wing)) {
      const edge = siblingEdges.find((one) => one.from === wing && to.startsWith(one.to));
      if (edge !== undefined) used.add(`${edge.from} -> ${edge.to}`);
      else {
        violations.push(
          `${at} imports ${to}: ${wing} may not know ${other}; speak through model, join in flow`,
        );
      }
    }
  }
  for (const wing of wings) {
    if (layerOf(wing) === -1) violations.push(`src/${wing} has no layer in tools/tidy/layers.ts`);
  }
  for (const { from, to } of siblingEdges) {
    if (!wings.has(from) || used.has(`${from} -> ${to}`)) continue;
    violations.push(`the edge ${from} -> ${to} of tools/tidy/layers.ts is not needed; remove it`);
  }
  return violations;
}

function isOpen(folder: string): boolean {
  return openFolders.some((open) => open.folder === folder);
}

/** Another folder is entered by its `index.ts`; folders without one are named in the table. */
export function checkDoors(tree: Tree): Violation[] {
  const folders = new Set(
    [...tree.paths].flatMap((path) => (isProduct(path) ? dirname(path) : [])),
  );
  const hasDoor = (folder: string): boolean => tree.paths.has(`src/${folder}/index.ts`);
  const violations: Violation[] = [];
  for (const folder of folders) {
    const name = folder.slice('src/'.length);
    const isInside = ancestors(`${name}/x`).some((one) => hasDoor(one));
    if (name === '' || isInside || isOpen(name)) continue;
    violations.push(`${folder} has no index.ts and is not among openFolders of layers.ts`);
  }
  for (const { from, to, at } of innerImports(tree)) {
    const entered = ancestors(to).filter((folder) => !from.startsWith(`${folder}/`));
    const closed = entered.find((folder) => hasDoor(folder));
    const isSide = sideDoors.some(({ folder }) => to === `${folder}/index.ts`);
    if (closed !== undefined && to !== `${closed}/index.ts` && !isSide) {
      violations.push(`${at} imports ${to}; enter ${closed} by its index.ts`);
    }
    const open = entered.at(-1);
    const files = open === undefined ? undefined : openFiles[open];
    if (
      closed === undefined &&
      files !== undefined &&
      !files.includes(to.slice(`${open}/`.length))
    ) {
      violations.push(`${at} imports ${to}; of ${open} others may import ${files.join(', ')}`);
    }
  }
  return violations;
}

/** `a/b/c.ts` -> `a`, `a/b`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Files, network and processes are touched only where the table says; every root is needed. */
export function checkWorld(tree: Tree): Violation[] {
  const violations: Violation[] = [];
  const used = new Set<string>();
  for (const { path, imports } of tree.sources.filter((source) => isProduct(source.path))) {
    for (const { specifier, line } of imports.filter((one) => worldModules.has(one.specifier))) {
      const place = worldRoots.find(({ root }) => path.startsWith(`src/${root}`));
      if (place !== undefined) used.add(place.root);
      else violations.push(`${path}:${line} imports ${specifier}; pass in what it should read`);
    }
  }
  return [
    ...violations,
    ...unneeded(
      tree,
      worldRoots.map(({ root }) => root),
      used,
    ),
  ];
}

function unneeded(tree: Tree, roots: readonly string[], used: ReadonlySet<string>): Violation[] {
  return roots
    .filter((root) => !used.has(root))
    .filter((root) => [...tree.paths].some((path) => path.startsWith(`src/${root}`)))
    .map((root) => `the root ${root} of tools/tidy/layers.ts is not needed; remove it`);
}

/** Each npm package is imported by one owner; tests may use what is installed. */
export function checkPackages(tree: Tree): Violation[] {
  return tree.sources
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, imports }) => imports.flatMap((one) => packageViolation(path, one) ?? []));
}

function packageViolation(path: string, { specifier, line }: Import): Violation | null {
  if (/^(?:\.|node:)/.test(specifier)) return null;
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const owner = Object.hasOwn(packageOwners, name) ? packageOwners[name] : undefined;
  if (owner === undefined)
    return `${path}:${line} imports ${name}, which has no owner in layers.ts`;
  if (path.startsWith(`src/${owner}`)) return null;
  return `${path}:${line} imports ${name}; only src/${owner} may`;
}
