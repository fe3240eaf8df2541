// Why two inventories of one image differ: every class of difference that was looked into, with its
// reason. A difference that no rule covers is shown as unexplained and fails the comparison.
import type { Difference, Item } from './inventories.ts';

export interface Explanation {
  /** A short name of the class. */
  readonly title: string;
  readonly why: string;
}

interface Rule extends Explanation {
  readonly side: Difference['side'];
  fits(item: Item, otherVersions: readonly string[]): boolean;
}

/** `.../node_modules/name/package.json`, `.../node_modules/@scope/name/package.json`. */
const installedManifest = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@]+\/package\.json$/;

const rules: readonly Rule[] = [
  {
    side: 'extra',
    title: 'programs known by their content',
    why: 'a program or library that carries its version in itself; Trivy knows programs only by packages',
    fits: ({ type }) => type === 'generic',
  },
  {
    side: 'extra',
    title: 'language packages owned by the system',
    why:
      'their files belong to a package of the distribution, which is told beside them and alone is ' +
      'matched; Trivy leaves them out of its inventory',
    fits: ({ ownedBy }) => ownedBy !== null,
  },
  {
    side: 'extra',
    title: 'packages that a lock file declares',
    why:
      'a lock file or a list of requirements names them and nothing of them is installed, which is said ' +
      'of each; Trivy reads few lock files in images',
    fits: ({ declared }) => declared,
  },
  {
    side: 'extra',
    title: 'JARs known by their manifest or file name',
    why:
      'without `pom.properties` inside, their manifest and their name tell what they are; Trivy asks an ' +
      'index by checksum, which is fetched from the network and left out here',
    fits: ({ type }) => type === 'maven',
  },
  {
    side: 'missing',
    title: 'manifests that are no installed package',
    why:
      'a `package.json` of tests, examples or pages within another package: no folder of `node_modules` ' +
      'holds it under its name, so that no program can load it as a package',
    fits: ({ type, places }) =>
      type === 'npm' &&
      places.length > 0 &&
      places.every((place) => !installedManifest.test(place)),
  },
  {
    side: 'extra',
    title: "Go's own library",
    why: 'the standard library at the version of the compiler, by which its flaws are filed; this Trivy does not name it',
    fits: ({ type, name }) => type === 'golang' && name === 'stdlib',
  },
  {
    side: 'extra',
    title: 'the main module of a Go program',
    why: 'the program itself, as its build information names it; Trivy lists only what it depends on',
    fits: ({ type, version }) => type === 'golang' && version === '(devel)',
  },
];

/** The rule that covers a difference, or null. */
export function explain({ side, item, otherVersions }: Difference): Explanation | null {
  return rules.find((rule) => rule.side === side && rule.fits(item, otherVersions)) ?? null;
}
