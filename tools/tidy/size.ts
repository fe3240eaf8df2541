// Lengths of files and functions, with the ratchet: an exception may only shrink.
import { Visitor } from 'oxc-parser';
import { dataTables, fileLines, functionLines, longFiles, longFunctions } from './bounds.ts';
import { isTest, type SourceFile, type Tree, type Violation } from './tree.ts';

export interface Ratchet {
  readonly limit: number;
  readonly allowed: Readonly<Record<string, number>>;
  readonly unit: string;
}

/** Files of at most 400 lines, tables of data apart. */
export function checkFileLength(tree: Tree): Violation[] {
  const lengths = new Map(
    tree.sources
      .filter(({ path }) => !dataTables.includes(path))
      .map(({ path, lineCount }) => [path, lineCount] as const),
  );
  return judgeLengths(lengths, { limit: fileLines, allowed: longFiles, unit: 'file' });
}

/** Functions of at most 70 lines; in tests the callbacks that hold whole suites are free. */
export function checkFunctionLength(tree: Tree): Violation[] {
  const lengths = new Map<string, number>();
  for (const source of tree.sources.filter(({ path }) => !isTest(path))) {
    for (const { name, lines } of functionsOf(source)) {
      const key = `${source.path}#${name}`;
      lengths.set(key, Math.max(lines, lengths.get(key) ?? 0));
    }
  }
  return judgeLengths(lengths, { limit: functionLines, allowed: longFunctions, unit: 'function' });
}

/** Too long, or longer allowed than needed. */
export function judgeLengths(lengths: ReadonlyMap<string, number>, ratchet: Ratchet): Violation[] {
  const { limit, allowed, unit } = ratchet;
  const violations: Violation[] = [];
  for (const [key, lines] of lengths) {
    const bound = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
    if (lines > (bound ?? limit)) {
      violations.push(`${key} has ${lines} lines; a ${unit} has at most ${bound ?? limit}`);
    }
    if (bound !== undefined && lines < bound) {
      violations.push(
        `${key} has shrunk to ${lines} lines; lower it in bounds.ts, or remove it at ${limit}`,
      );
    }
  }
  return violations;
}

function functionsOf({ program, lineOf }: SourceFile): { name: string; lines: number }[] {
  const found: { name: string; lines: number }[] = [];
  const names = new Map<number, string>();
  const add = (node: { start: number; end: number; id?: { name: string } | null }): void => {
    const lines = lineOf(node.end - 1) - lineOf(node.start) + 1;
    found.push({ name: node.id?.name ?? names.get(node.start) ?? 'anonymous', lines });
  };
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init) names.set(init.start, id.name);
    },
    MethodDefinition({ key, value }) {
      if (key.type === 'Identifier' || key.type === 'PrivateIdentifier') {
        names.set(value.start, key.name);
      }
    },
    Property({ key, value }) {
      if (key.type === 'Identifier') names.set(value.start, key.name);
    },
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(program);
  return found;
}
