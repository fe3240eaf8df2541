// The files that tidy judges: TypeScript with its syntax tree, everything else by path and text.
import { globSync, readFileSync } from 'node:fs';
import { type Comment, type Program, parseSync, type StaticExportEntry } from 'oxc-parser';

export interface Import {
  /** As written: `./tar.ts`, `node:fs`, `yaml`. */
  readonly specifier: string;
  readonly line: number;
  /** The imported names; empty for `import * as`, `import()` and `export *`. */
  readonly names: readonly string[];
}

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** Static, type-only and dynamic imports and re-exports. */
  readonly imports: readonly Import[];
  readonly exports: readonly StaticExportEntry[];
  /** Of a position in `text`, from 1. */
  readonly lineOf: (offset: number) => number;
}

export interface Tree {
  readonly sources: readonly SourceFile[];
  /** Text of pages and of package.json, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Every file of the repository that is not ignored, without fixtures. */
  readonly paths: ReadonlySet<string>;
}

/** One broken rule, as `path:line what is wrong; what to do instead`. */
export type Violation = string;

/** Judges the whole tree; an empty list is a pass. */
export type Check = (tree: Tree) => readonly Violation[];

const folders = ['src', 'ui', 'tools', 'test', 'docs', 'deploy', 'bin', '.ci'];
const sourceSuffix = /\.tsx?$/;
const textSuffixes = ['.md', '.json', '.mjs'];

/** The tree of a checkout. Throws where a source file does not parse. */
export function readTree(root: string): Tree {
  const files = new Map<string, string>();
  const paths = globSync(['*', ...folders.map((folder) => `${folder}/**`)], {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => entry.name === 'node_modules' || entry.name === 'dist',
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length).replace(/^\/+/, ''));
  for (const path of paths) {
    if (path.includes('/fixtures/')) continue;
    const isText = sourceSuffix.test(path) || textSuffixes.some((suffix) => path.endsWith(suffix));
    files.set(path, isText ? readFileSync(`${root}/${path}`, 'utf8') : '');
  }
  return treeOf(Object.fromEntries(files));
}

/** A tree of texts by path: what the examples of the checks are made of. */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const entries = Object.entries(files);
  return {
    sources: entries.flatMap(([path, text]) =>
      sourceSuffix.test(path) ? [parse(path, text)] : [],
    ),
    texts: new Map(entries.filter(([path]) => textSuffixes.some((one) => path.endsWith(one)))),
    paths: new Set(Object.keys(files)),
  };
}

function parse(path: string, text: string): SourceFile {
  const { program, module, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => {
    const after = starts.findIndex((start) => start > offset);
    return after === -1 ? starts.length : after;
  };
  const exports = module.staticExports.flatMap((one) => one.entries);
  const imports: Import[] = [
    ...module.staticImports.map(({ moduleRequest, entries, start }) => ({
      specifier: moduleRequest.value,
      line: lineOf(start),
      names: entries.flatMap(({ importName }) => importName.name ?? []),
    })),
    ...exports.flatMap(({ moduleRequest, importName, start }) =>
      moduleRequest === null
        ? []
        : [
            {
              specifier: moduleRequest.value,
              line: lineOf(start),
              names: importName.name === null ? [] : [importName.name],
            },
          ],
    ),
    ...module.dynamicImports.map(({ moduleRequest, start }) => ({
      specifier: text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
      line: lineOf(start),
      names: [],
    })),
  ];
  const lineCount = text.endsWith('\n') ? starts.length - 1 : starts.length;
  return { path, text, lineCount, program, comments, imports, exports, lineOf };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Tests and the suites that tests share: they may import and do what the product may not. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('/contract.ts') || path.startsWith('test/');
}

/** The program itself: neither tests nor tools. */
export function isProduct(path: string): boolean {
  return path.startsWith('src/') && !isTest(path);
}
