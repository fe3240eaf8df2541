// Calls and constructs that the product does without: time, chance, shells, consoles, hidden types.
import { type Expression, Visitor } from 'oxc-parser';
import { type BannedCall, bannedCalls } from './bounds.ts';
import { isProduct, type SourceFile, type Tree, type Violation } from './tree.ts';

interface Use {
  readonly what: string;
  readonly start: number;
}

/** Each use outside its allowed places, and each allowance that nothing uses. */
export function checkCalls(tree: Tree): Violation[] {
  const violations: Violation[] = [];
  const needed = new Set<string>();
  for (const source of tree.sources.filter(({ path }) => isProduct(path))) {
    for (const { what, start } of usesOf(source)) {
      const rule = bannedCalls.find((one) => one.what === what);
      if (rule === undefined) continue;
      const place = Object.keys(rule.allowed ?? {}).find((one) =>
        source.path.startsWith(`src/${one}`),
      );
      if (place !== undefined) needed.add(`${what} in ${place}`);
      else violations.push(`${source.path}:${source.lineOf(start)} uses ${what}; ${rule.instead}`);
    }
  }
  return [...violations, ...bannedCalls.flatMap((rule) => unneeded(tree, rule, needed))];
}

function unneeded(tree: Tree, rule: BannedCall, needed: ReadonlySet<string>): Violation[] {
  return Object.keys(rule.allowed ?? {})
    .filter((place) => [...tree.paths].some((path) => path.startsWith(`src/${place}`)))
    .filter((place) => !needed.has(`${rule.what} in ${place}`))
    .map((place) => `${place} no longer uses ${rule.what}; remove it from tools/tidy/bounds.ts`);
}

function usesOf({ program, imports, text }: SourceFile): Use[] {
  const uses: Use[] = [];
  new Visitor({
    MemberExpression({ object, property, computed, start }) {
      if (computed || property.type !== 'Identifier') return;
      const name = object.type === 'Identifier' ? object.name : '';
      const whole = `${name}.${property.name}`;
      if (bannedCalls.some((rule) => rule.what === whole)) uses.push({ what: whole, start });
      if (name === 'console' || name === 'process') uses.push({ what: name, start });
      if (property.name === 'localeCompare') uses.push({ what: 'localeCompare', start });
    },
    NewExpression({ callee, arguments: given, start }) {
      const name = nameOf(callee);
      if (name === 'Date' && given.length === 0) uses.push({ what: 'new Date()', start });
      if (name === 'Function') uses.push({ what: name, start });
    },
    CallExpression({ callee, start }) {
      const name = nameOf(callee);
      const isGlobal = !imports.some((one) => one.names.includes(name) && isOurs(one.specifier));
      if (isGlobal && !declares(text, name)) uses.push({ what: name, start });
    },
    TSImportType({ start }) {
      uses.push({ what: 'import()', start });
    },
  }).visit(program);
  return uses;
}

function nameOf(callee: Expression): string {
  return callee.type === 'Identifier' ? callee.name : '';
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith('.');
}

/** A function of the file's own that is called like a global. */
function declares(text: string, name: string): boolean {
  return name !== '' && text.includes(`function ${name}(`);
}
