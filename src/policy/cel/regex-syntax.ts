// Reads a pattern of RE2 and writes its steps. Bounded in length, nesting and counted repetition.

import { classAt, escapeClass, type Matcher, wordCode } from './regex-class.ts';
import type { Step } from './regex-step.ts';

export type Program =
  | { readonly ok: true; readonly steps: readonly Step[] }
  | { readonly ok: false; readonly reason: string };

/** Steps of one pattern: counted repetitions multiply; RE2 stops at 1000 rounds. */
const programSteps = 10_000;
const patternCharacters = 2000;
const groupDepth = 100;
const repeatMost = 1000;

class Refusal extends Error {}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly isLazy: boolean;
}

interface Reader {
  readonly source: string;
  at: number;
  flags: Flags;
  depth: number;
}

/** Compiles; what is no pattern is a reason, never an exception. */
export function parsePattern(source: string): Program {
  if (source.length > patternCharacters) {
    return { ok: false, reason: `more than ${patternCharacters} characters` };
  }
  const flags = { ignoreCase: false, multiLine: false, dotAll: false, isLazy: false };
  const reader: Reader = { source, at: 0, flags, depth: 0 };
  try {
    const steps = alternatives(reader);
    if (reader.at < source.length) throw new Refusal('a parenthesis too many');
    return { ok: true, steps: [...steps, { kind: 'match' }] };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message };
    throw error;
  }
}

/** Steps with targets relative to their own first one; `placed` moves them. */
function placed(steps: readonly Step[], by: number): Step[] {
  return steps.map((step) => {
    if (step.kind === 'fork') {
      return { kind: 'fork', first: step.first + by, second: step.second + by };
    }
    return step.kind === 'jump' ? { kind: 'jump', to: step.to + by } : step;
  });
}

function bounded(steps: Step[]): Step[] {
  if (steps.length > programSteps) throw new Refusal('too many repetitions');
  return steps;
}

function alternatives(reader: Reader): Step[] {
  const outer = reader.flags;
  let steps = sequence(reader);
  const branches = [steps];
  while (reader.source[reader.at] === '|') {
    reader.at += 1;
    branches.push(sequence(reader));
  }
  reader.flags = outer;
  steps = branches.pop() ?? [];
  for (const branch of branches.reverse()) {
    // fork, branch, jump behind the rest, rest
    const rest = branch.length + 2;
    steps = bounded([
      { kind: 'fork', first: 1, second: rest },
      ...placed(branch, 1),
      { kind: 'jump', to: rest + steps.length },
      ...placed(steps, rest),
    ]);
  }
  return steps;
}

function sequence(reader: Reader): Step[] {
  const steps: Step[] = [];
  for (;;) {
    const character = reader.source[reader.at];
    if (character === undefined || character === '|' || character === ')') return steps;
    const atom = atomAt(reader);
    for (const step of placed(repeated(reader, atom), steps.length)) steps.push(step);
    bounded(steps);
  }
}

function repeated(reader: Reader, atom: Step[]): Step[] {
  const counts = countsAt(reader);
  if (counts === null) return atom;
  const [least, most] = counts;
  let isLazy = reader.flags.isLazy;
  if (reader.source[reader.at] === '?') {
    isLazy = !isLazy;
    reader.at += 1;
  }
  if (countsAt(reader) !== null) throw new Refusal('a repetition of a repetition');
  const steps: Step[] = [];
  const append = (more: readonly Step[]): void => {
    for (const step of placed(more, steps.length)) steps.push(step);
    bounded(steps);
  };
  for (let round = 0; round < least; round += 1) append(atom);
  const fork = (enter: number, leave: number): Step =>
    isLazy
      ? { kind: 'fork', first: leave, second: enter }
      : { kind: 'fork', first: enter, second: leave };
  if (most === null) {
    append([fork(1, atom.length + 2), ...placed(atom, 1), { kind: 'jump', to: 0 }]);
  } else {
    for (let round = least; round < most; round += 1) {
      append([fork(1, atom.length + 1), ...placed(atom, 1)]);
    }
  }
  return steps;
}

/** `*`, `+`, `?`, `{2}`, `{2,}`, `{2,3}`; null where none stands there. A lone brace is itself. */
function countsAt(reader: Reader): readonly [number, number | null] | null {
  const { source, at } = reader;
  const character = source[at] ?? '';
  const simple: Readonly<Record<string, readonly [number, number | null]>> = {
    '*': [0, null],
    '+': [1, null],
    '?': [0, 1],
  };
  const counts = Object.hasOwn(simple, character) ? simple[character] : undefined;
  if (counts !== undefined) {
    reader.at += 1;
    return counts;
  }
  if (character !== '{') return null;
  const found = /^\{(\d{1,5})(,?)(\d{0,5})\}/.exec(source.slice(at, at + 20));
  if (found === null || (found[2] === '' && found[3] !== '')) return null;
  reader.at += found[0].length;
  const least = Number(found[1]);
  const most = found[2] === '' ? least : found[3] === '' ? null : Number(found[3]);
  if (least > repeatMost || (most ?? 0) > repeatMost) throw new Refusal('a repetition above 1000');
  if (most !== null && most < least) throw new Refusal('a repetition that ends before it starts');
  return [least, most];
}

function atomAt(reader: Reader): Step[] {
  const { source, flags } = reader;
  const code = source.codePointAt(reader.at) ?? 0;
  const character = String.fromCodePoint(code);
  reader.at += character.length;
  switch (character) {
    case '(':
      return groupAt(reader);
    case '[': {
      const found = classAt(source, reader.at, flags.ignoreCase);
      if (found === null) throw new Refusal('a class without an end');
      reader.at = found.end;
      return [{ kind: 'character', matches: found.matches }];
    }
    case '.':
      return [{ kind: 'character', matches: (one) => flags.dotAll || one !== 10 }];
    case '^':
      return [atStart(flags.multiLine)];
    case '$':
      return [atEnd(flags.multiLine)];
    case '\\':
      return escaped(reader);
    case '*':
    case '+':
    case '?':
      throw new Refusal('a repetition of nothing');
    default:
      return [literal(code, flags)];
  }
}

function literal(code: number, { ignoreCase }: Flags): Step {
  if (!ignoreCase) return { kind: 'character', matches: (one) => one === code };
  const folded = fold(code);
  return { kind: 'character', matches: (one) => fold(one) === folded };
}

function fold(code: number): number {
  return String.fromCodePoint(code).toLowerCase().codePointAt(0) ?? code;
}

function atStart(multiLine: boolean): Step {
  return {
    kind: 'assert',
    holds: (text, at) => at === 0 || (multiLine && text[at - 1] === 10),
  };
}

function atEnd(multiLine: boolean): Step {
  return {
    kind: 'assert',
    holds: (text, at) => at === text.length || (multiLine && text[at] === 10),
  };
}

const isWord = (code: number | undefined): boolean => code !== undefined && wordCode(code);

function escaped(reader: Reader): Step[] {
  const { source, flags } = reader;
  const letter = source[reader.at];
  if (letter === undefined) throw new Refusal('a backslash at the end');
  if (letter === 'A' || letter === 'z' || letter === 'b' || letter === 'B') {
    reader.at += 1;
    if (letter === 'A') return [atStart(false)];
    if (letter === 'z') return [atEnd(false)];
    const wanted = letter === 'b';
    const holds = (text: readonly number[], at: number): boolean =>
      (isWord(text[at - 1]) !== isWord(text[at])) === wanted;
    return [{ kind: 'assert', holds }];
  }
  if (letter === 'Q') {
    const end = source.indexOf('\\E', reader.at);
    const text = source.slice(reader.at + 1, end === -1 ? source.length : end);
    reader.at = end === -1 ? source.length : end + 2;
    return Array.from(text, (one) => literal(one.codePointAt(0) ?? 0, flags));
  }
  const found = escapeClass(source, reader.at);
  if (found === null) throw new Refusal(`the escape \\${letter}`);
  reader.at = found.end;
  if (found.code !== null) return [literal(found.code, flags)];
  const matches: Matcher = found.matches;
  return [{ kind: 'character', matches }];
}

/** Behind an opening parenthesis: a group, or flags. */
function groupAt(reader: Reader): Step[] {
  const outer = reader.flags;
  if (reader.source[reader.at] === '?') {
    const rest = reader.source.slice(reader.at, reader.at + 100);
    const named = /^\?P?<\w+>/.exec(rest);
    const flagged = /^\?([imsU]*)(-[imsU]+)?([:)])/.exec(rest);
    if (named !== null) reader.at += named[0].length;
    else if (flagged !== null) {
      reader.at += flagged[0].length;
      reader.flags = withFlags(outer, flagged[1] ?? '', flagged[2] ?? '');
      if (flagged[3] === ')') return [];
    } else throw new Refusal('a group of a kind that RE2 does not know');
  }
  reader.depth += 1;
  if (reader.depth > groupDepth) throw new Refusal(`groups deeper than ${groupDepth}`);
  const steps = alternatives(reader);
  reader.depth -= 1;
  reader.flags = outer;
  if (reader.source[reader.at] !== ')') throw new Refusal('a group without an end');
  reader.at += 1;
  return steps;
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const value = (letter: string, before: boolean): boolean =>
    off.includes(letter) ? false : on.includes(letter) || before;
  return {
    ignoreCase: value('i', flags.ignoreCase),
    multiLine: value('m', flags.multiLine),
    dotAll: value('s', flags.dotAll),
    isLazy: value('U', flags.isLazy),
  };
}
