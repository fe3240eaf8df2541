// Regular expressions of the product run on hostile text: none may need exponential time by its
// shape, which takes a repetition inside a repetition whose rounds nothing parts.
import { Visitor } from 'oxc-parser';
import { isProduct, type Tree, type Violation } from './tree.ts';

/** Judges the literals; patterns that are put together at run time have no check. */
export function checkExpressions(tree: Tree): Violation[] {
  const violations: Violation[] = [];
  for (const { path, program, lineOf } of tree.sources.filter((one) => isProduct(one.path))) {
    new Visitor({
      Literal(node) {
        if (!('regex' in node) || !repeatsRepetition(node.regex.pattern)) return;
        const line = lineOf(node.start);
        violations.push(`${path}:${line} ${node.raw} repeats a repetition; parse it by hand`);
      },
    }).visit(program);
  }
  return violations;
}

/** One atom or group with its quantifier. */
interface Item {
  readonly source: string;
  readonly isUnbounded: boolean;
  readonly isRequired: boolean;
  /** Of a group. */
  readonly choices: readonly (readonly Item[])[];
}

/**
 * Whether a group that is repeated without bound holds an unbounded repetition and no character that
 * each round must have and the inner repetition cannot swallow: `(a+)+`, `(?:\s*\w*)*`, `(?:a\w+)*`.
 * `(?:,[^,]+)*` passes: the comma parts the rounds.
 */
export function repeatsRepetition(pattern: string): boolean {
  return parseChoices(pattern, 0).choices.some((items) => items.some((item) => isRisky(item)));
}

function isRisky(item: Item): boolean {
  if (item.choices.some((items) => items.some((inner) => isRisky(inner)))) return true;
  return item.isUnbounded && item.choices.some((items) => !hasParting(items));
}

/** True as well where nothing is repeated, and nothing needs parting. */
function hasParting(items: readonly Item[]): boolean {
  const repeated = items.flatMap((item) => repetitionsIn(item));
  if (repeated.length === 0) return true;
  const required = items.flatMap((item) => requiredIn(item));
  return required.some((source) => {
    const characters = ascii.filter((character) => swallows(source, character));
    return (
      characters.length > 0 &&
      characters.every((character) => !repeated.some((one) => swallows(one, character)))
    );
  });
}

function repetitionsIn(item: Item): string[] {
  if (item.isUnbounded) return [item.source];
  return item.choices.flatMap((items) => items.flatMap((inner) => repetitionsIn(inner)));
}

/** Atoms of which each round must hold one; of a group only where there is no choice. */
function requiredIn(item: Item): string[] {
  if (!item.isRequired) return [];
  if (item.choices.length === 0) return item.isUnbounded ? [] : [item.source];
  const [only, ...others] = item.choices;
  return others.length > 0 ? [] : (only ?? []).flatMap((inner) => requiredIn(inner));
}

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** Whether an atom or group can take `character`. */
function swallows(source: string, character: string): boolean {
  return new RegExp(`^(?:${source})`, 's').test(character);
}

function parseChoices(pattern: string, from: number): { choices: Item[][]; end: number } {
  const choices: Item[][] = [[]];
  let at = from;
  while (at < pattern.length && pattern[at] !== ')') {
    if (pattern[at] === '|') {
      choices.push([]);
      at += 1;
      continue;
    }
    const { item, end } = parseItem(pattern, at);
    choices.at(-1)?.push(item);
    at = end;
  }
  return { choices, end: at };
}

const groupOpener = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/;
const quantifiers = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;

function parseItem(pattern: string, from: number): { item: Item; end: number } {
  let end: number;
  let choices: Item[][] = [];
  if (pattern[from] === '(') {
    const opener = groupOpener.exec(pattern.slice(from))?.[0].length ?? 1;
    const inner = parseChoices(pattern, from + opener);
    choices = inner.choices;
    end = inner.end + 1;
  } else end = from + atomLength(pattern, from);
  const source = pattern.slice(from, end);
  const quantifier = quantifiers.exec(pattern.slice(end))?.[0] ?? '';
  const item = {
    source,
    isUnbounded: /^(?:[*+]|\{\d+,\})/.test(quantifier),
    isRequired: !/^(?:[*?]|\{0)/.test(quantifier),
    choices,
  };
  return { item, end: end + quantifier.length };
}

function atomLength(pattern: string, at: number): number {
  if (pattern[at] === '\\') {
    return (
      /^\\(?:[pP]\{[^}]*\}|k<\w+>|x..|u\{[^}]*\}|u....|.)/.exec(pattern.slice(at))?.[0].length ?? 2
    );
  }
  if (pattern[at] !== '[') return 1;
  for (let end = at + 1; end < pattern.length; end += 1) {
    if (pattern[end] === '\\') end += 1;
    else if (pattern[end] === ']') return end - at + 1;
  }
  return 1;
}
