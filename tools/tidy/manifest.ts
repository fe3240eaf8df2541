// package.json against the code and the pages: one version, exact pins, every dependency explained.
import { type LockPackages, missingEntries } from '../build/lock.ts';
import type { Tree, Violation } from './tree.ts';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const dependencyPage = 'docs/decisions/dependencies.md';
const versionFile = 'src/cli/version.ts';

function manifestOf(tree: Tree): Manifest {
  return JSON.parse(tree.texts.get('package.json') ?? '{}') as Manifest;
}

/** The program tells the version of its package. */
export function checkVersion(tree: Tree): Violation[] {
  const source = tree.sources.find(({ path }) => path === versionFile);
  const told = /version = '([^']+)'/.exec(source?.text ?? '')?.[1];
  const { version } = manifestOf(tree);
  return told === version ? [] : [`${versionFile} says ${told}, package.json ${version}`];
}

/** Exact versions, and a reason for each package on the page of dependencies. */
export function checkDependencies(tree: Tree): Violation[] {
  const { dependencies, devDependencies, optionalDependencies } = manifestOf(tree);
  const page = tree.texts.get(dependencyPage) ?? '';
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const named = new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name));
  return [
    ...all.flatMap(([name, version]) => [
      ...(/^\d/.test(version) ? [] : [`package.json: ${name} is not pinned (${version})`]),
      ...(named.has(name) ? [] : [`${dependencyPage} does not explain ${name}`]),
    ]),
    ...[...named]
      .filter((name) => !all.some(([one]) => one === name))
      .map((name) => `${dependencyPage} explains ${name}, which is no dependency`),
  ];
}

/** `npm ci` refuses a lock file that lacks an entry, also one of another platform. */
export function checkLock(tree: Tree): Violation[] {
  const lock = JSON.parse(tree.texts.get('package-lock.json') ?? '{}') as {
    readonly packages?: LockPackages;
  };
  const { dependencies, devDependencies } = manifestOf(tree);
  const packages = lock.packages ?? {};
  const direct = Object.entries({ ...dependencies, ...devDependencies });
  return [
    ...missingEntries(packages).map(
      ({ place, version }) =>
        `package-lock.json lacks ${place} ${version}; run \`node tools/build/lock.ts\``,
    ),
    ...direct
      .filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version)
      .map(([name, version]) => `package-lock.json does not hold ${name} ${version}`),
  ];
}
