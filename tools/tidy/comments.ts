// What comments must say: the role of a file, the promise of an exported function, the reason of a
// suppression. And what they may not: work left undone.
import { dirname, join } from 'node:path/posix';
import { isProduct, isTest, type SourceFile, type Tree, type Violation } from './tree.ts';

const headerLines = 6;
const suppressions = /(?:oxlint-disable|biome-ignore|@ts-expect-error|@ts-ignore|v8 ignore)/;

/** Each source file begins with one to six lines that give its role. */
export function checkHeaders(tree: Tree): Violation[] {
  return tree.sources
    .filter(({ path }) => !isTest(path) || path.startsWith('test/'))
    .filter(({ path }) => !path.includes('/fixtures/'))
    .flatMap(({ path, text }) => {
      const lines = text.startsWith('#!') ? text.split('\n').slice(1) : text.split('\n');
      const count = lines.findIndex((line) => !line.startsWith('//'));
      if (count === 0) return [`${path}:1 says nothing of its role; begin with a // comment`];
      return count > headerLines ? [`${path}:1 has a header of ${count} lines; be brief`] : [];
    });
}

/** Functions that a door exports say what they give, in which unit, and what they throw. */
export function checkDocstrings(tree: Tree): Violation[] {
  const byPath = new Map(tree.sources.map((source) => [source.path, source]));
  const violations = new Set<Violation>();
  for (const door of tree.sources.filter(({ path }) => isDoor(path))) {
    for (const { moduleRequest, importName, exportName } of door.exports) {
      const path =
        moduleRequest === null ? door.path : join(dirname(door.path), moduleRequest.value);
      const source = byPath.get(path);
      const name = moduleRequest === null ? exportName.name : importName.name;
      if (source === undefined || name === null) continue;
      const start = functionStart(source, name);
      if (start === null || hasDocstring(source, start)) continue;
      violations.add(`${path}:${source.lineOf(start)} ${name} has no docstring, and is exported`);
    }
  }
  return [...violations];
}

function isDoor(path: string): boolean {
  return isProduct(path) && path.endsWith('/index.ts');
}

function functionStart({ program }: SourceFile, name: string): number | null {
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration, start } = statement;
    if (declaration?.type === 'FunctionDeclaration' && declaration.id?.name === name) return start;
  }
  return null;
}

function hasDocstring({ comments, text }: SourceFile, start: number): boolean {
  return comments.some(
    ({ type, value, end }) =>
      type === 'Block' &&
      value.startsWith('*') &&
      end <= start &&
      text.slice(end, start).trim() === '',
  );
}

/** Work that is left undone belongs into the tracker, not into the code. */
export function checkUnfinished(tree: Tree): Violation[] {
  return tree.sources.flatMap(({ path, comments, lineOf }) =>
    comments
      .filter(({ value }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(value))
      .map(({ start }) => `${path}:${lineOf(start)} leaves work undone; do it or open an issue`),
  );
}

/** A rule that is switched off for a line says why after a colon. */
export function checkSuppressions(tree: Tree): Violation[] {
  return tree.sources.flatMap(({ path, comments, lineOf }) =>
    comments
      .filter(({ value }) => suppressions.test(value) && !path.startsWith('tools/tidy/'))
      .filter(({ value }) => !/(?::|--)\s*\S+\s+\S+/.test(value) || value.includes('@ts-ignore'))
      .map(({ start }) => `${path}:${lineOf(start)} switches a rule off without a reason`),
  );
}
