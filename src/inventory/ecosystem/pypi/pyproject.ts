// What pyproject.toml asks for: the companion of lock files that do not tell what is for production.
import { asArray, asString, entriesOf, field, keysOf } from '../../../base/json.ts';
import { parseToml } from '../../../base/toml.ts';
import { textOf } from '../document.ts';
import type { CatalogContext, FileView } from '../ecosystem.ts';
import { nameOfRequirement, normalisedName } from './package.ts';
import { besides } from './path.ts';

/** Normalised names by what they are needed for. */
export interface ProjectRoots {
  readonly runtime: readonly string[];
  readonly optional: readonly string[];
  readonly development: readonly string[];
}

/** The pyproject.toml in the folder of `file`, or null. */
export function projectBesides(file: FileView, context: CatalogContext): unknown {
  const companion = context.companion(besides(file.path, 'pyproject.toml'));
  const text = companion === null ? null : textOf(companion);
  const parsed = text === null ? null : parseToml(text);
  return parsed?.ok === true ? parsed.value : null;
}

/** The project's own requirements: PEP 621, PEP 735 and the tables of Poetry and PDM. */
export function projectRoots(project: unknown): ProjectRoots {
  const poetry = field(field(project, 'tool'), 'poetry');
  const standard = field(project, 'project');
  const groups = [
    field(project, 'dependency-groups'),
    field(field(field(project, 'tool'), 'pdm'), 'dev-dependencies'),
  ].flatMap((table) => entriesOf(table).flatMap(([, list]) => requirementNames(list)));
  const poetryMain = entriesOf(field(poetry, 'dependencies')).filter(([name]) => name !== 'python');
  return {
    runtime: [
      ...requirementNames(field(standard, 'dependencies')),
      ...namesOf(poetryMain.filter((entry) => !isOptional(entry))),
    ],
    optional: [
      ...entriesOf(field(standard, 'optional-dependencies')).flatMap(([, list]) =>
        requirementNames(list),
      ),
      ...namesOf(poetryMain.filter(isOptional)),
    ],
    development: [
      ...groups,
      ...keysOf(field(poetry, 'dev-dependencies')).map(normalisedName),
      ...entriesOf(field(poetry, 'group')).flatMap(([, group]) =>
        keysOf(field(group, 'dependencies')).map(normalisedName),
      ),
    ],
  };
}

function isOptional([, value]: readonly [string, unknown]): boolean {
  return field(value, 'optional') === true;
}

function namesOf(entries: readonly (readonly [string, unknown])[]): readonly string[] {
  return entries.map(([name]) => normalisedName(name));
}

function requirementNames(list: unknown): readonly string[] {
  return asArray(list).flatMap((item) => {
    const name = nameOfRequirement(asString(item) ?? '');
    return name === null ? [] : [normalisedName(name)];
  });
}
