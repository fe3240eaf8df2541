// What the walk looks for: every cataloger's patterns and the distribution files, compiled once.

import type { Inspector } from '../../model/inspection.ts';
import type { Cataloger, Ecosystem } from '../ecosystem/ecosystem.ts';
import { PathRules } from './path-rules.ts';

export interface WantedCataloger {
  readonly ecosystem: string;
  readonly cataloger: Cataloger;
}

export interface Wanted {
  readonly catalogers: readonly WantedCataloger[];
  /** Indices into `catalogers`; beyond them `companionTarget` and `captureTarget`. */
  readonly rules: PathRules;
  /** What `rules` answers for files that a parser may ask for. */
  readonly companionTarget: number;
  /** What `rules` answers for the small texts that are kept whole. */
  readonly captureTarget: number;
  /** Asked about every regular file. */
  readonly inspectors: readonly Inspector[];
  /** Indices of the catalogers that want every executable. */
  readonly executables: readonly number[];
  /** Wanted paths without any pattern in them, and the fixed folders of the others: these may be
   * reached through symbolic links. */
  readonly literals: readonly string[];
  readonly literalFolders: readonly string[];
  /** Names the catalogers and their revisions: part of the layer cache's key. */
  readonly revision: string;
}

/** @param captureGlobs see `distributionGlobs` */
export function compileWanted(
  ecosystems: readonly Ecosystem[],
  captureGlobs: readonly string[],
  inspectors: readonly Inspector[] = [],
): Wanted {
  const catalogers = ecosystems.flatMap((ecosystem) =>
    ecosystem.catalogers.map((cataloger) => ({ ecosystem: ecosystem.id, cataloger })),
  );
  const rules = new PathRules();
  const companionTarget = catalogers.length;
  const captureTarget = companionTarget + 1;
  for (const [index, { cataloger }] of catalogers.entries()) {
    for (const glob of cataloger.globs) rules.add(glob, index);
    for (const glob of cataloger.companions ?? []) rules.add(glob, companionTarget);
  }
  for (const glob of captureGlobs) rules.add(glob, captureTarget);
  const globs = [...catalogers.flatMap(({ cataloger }) => cataloger.globs), ...captureGlobs];
  return {
    catalogers,
    rules,
    inspectors,
    companionTarget,
    captureTarget,
    executables: catalogers.flatMap(({ cataloger }, index) =>
      cataloger.executables ? [index] : [],
    ),
    literals: globs.filter((glob) => !glob.includes('*')),
    literalFolders: [...new Set(globs.flatMap(literalFolder))],
    revision: [...catalogers.map(({ cataloger }) => cataloger), ...inspectors]
      .map(({ name, revision }) => `${name}:${revision}`)
      .join(' '),
  };
}

/** `var/lib/dpkg/info/*.list` -> `var/lib/dpkg/info`; nothing for patterns that fit anywhere. */
function literalFolder(glob: string): string[] {
  const star = glob.indexOf('*');
  if (star <= 0) return [];
  const slash = glob.lastIndexOf('/', star);
  return slash <= 0 ? [] : [glob.slice(0, slash)];
}
