// Regular expressions in time linear in the text: the syntax of RE2 without captures, matched by
// running all states of an automaton at once. No pattern of a rule can make the engine hang.
import { parsePattern } from './pattern-parser.ts';
import { codePointIn, type Instruction, type Node, PatternError } from './pattern-syntax.ts';

/** Instructions of one pattern: RE2 stops at a similar size. */
const instructionsAtMost = 20_000;

/** Whether a whole text matches. */
export type Matcher = (text: string) => boolean;

/** Compiles a pattern anchored at both ends. Throws `PatternError`. */
export function compilePattern(pattern: string): Matcher {
  return matcherOf(parsePattern(pattern));
}

/** Compiles a tree that another syntax (glob) made. Throws `PatternError`. */
export function matcherOf(node: Node): Matcher {
  const program: Instruction[] = [];
  emit(node, program);
  program.push({ kind: 'match' });
  return (text) => run(program, text);
}

function add(program: Instruction[], instruction: Instruction): number {
  if (program.length >= instructionsAtMost) throw new PatternError('the pattern is too large');
  return program.push(instruction) - 1;
}

/** An instruction that does nothing: repetitions of nothing must cost something to be bounded. */
function idle(program: Instruction[]): void {
  add(program, { kind: 'fork', targets: [program.length + 1] });
}

function emit(node: Node, program: Instruction[]): void {
  switch (node.kind) {
    case 'empty':
      idle(program);
      return;
    case 'class':
      add(program, { kind: 'class', ranges: node.ranges });
      return;
    case 'assert':
      add(program, { kind: 'assert', what: node.what });
      return;
    case 'sequence':
      for (const item of node.items) emit(item, program);
      return;
    case 'choice':
      emitChoice(node.items, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitChoice(items: readonly Node[], program: Instruction[]): void {
  const exits: number[] = [];
  for (const [index, item] of items.entries()) {
    const isLast = index === items.length - 1;
    const fork = isLast ? -1 : add(program, { kind: 'fork', targets: [] });
    emit(item, program);
    if (isLast) break;
    exits.push(add(program, { kind: 'fork', targets: [] }));
    program[fork] = { kind: 'fork', targets: [fork + 1, program.length] };
  }
  for (const exit of exits) program[exit] = { kind: 'fork', targets: [program.length] };
}

function emitRepeat(
  { item, least, most }: Extract<Node, { kind: 'repeat' }>,
  program: Instruction[],
): void {
  idle(program);
  for (let count = 0; count < least; count += 1) emit(item, program);
  if (most === null) {
    const fork = add(program, { kind: 'fork', targets: [] });
    emit(item, program);
    add(program, { kind: 'fork', targets: [fork] });
    program[fork] = { kind: 'fork', targets: [fork + 1, program.length] };
    return;
  }
  const forks: number[] = [];
  for (let count = least; count < most; count += 1) {
    forks.push(add(program, { kind: 'fork', targets: [] }));
    emit(item, program);
  }
  for (const fork of forks) {
    program[fork] = { kind: 'fork', targets: [fork + 1, program.length] };
  }
}

/** States of one step; each is entered once, so a step costs at most one look at each instruction. */
class States {
  readonly list: number[] = [];
  private readonly entered: Uint8Array;

  constructor(size: number) {
    this.entered = new Uint8Array(size);
  }

  clear(): void {
    for (const state of this.list) this.entered[state] = 0;
    this.list.length = 0;
  }

  enter(state: number): boolean {
    if (this.entered[state] === 1) return false;
    this.entered[state] = 1;
    this.list.push(state);
    return true;
  }
}

function run(program: readonly Instruction[], text: string): boolean {
  let current = new States(program.length);
  let next = new States(program.length);
  follow({ program, text, at: 0, states: current }, 0);
  for (let at = 0; at < text.length && current.list.length > 0; ) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    next.clear();
    for (const state of current.list) {
      const instruction = program[state];
      if (instruction?.kind !== 'class' || !codePointIn(code, instruction.ranges)) continue;
      follow({ program, text, at, states: next }, state + 1);
    }
    [current, next] = [next, current];
    if (at >= text.length) return isMatched(program, current);
  }
  return text.length === 0 && isMatched(program, current);
}

function isMatched(program: readonly Instruction[], { list }: States): boolean {
  return list.some((state) => program[state]?.kind === 'match');
}

interface Step {
  readonly program: readonly Instruction[];
  readonly text: string;
  readonly at: number;
  readonly states: States;
}

/** Enters a state and all that follow without reading a character; has its own stack. */
function follow({ program, text, at, states }: Step, first: number): void {
  const pending = [first];
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    if (!states.enter(state)) continue;
    const instruction = program[state];
    if (instruction?.kind === 'fork') pending.push(...instruction.targets);
    else if (instruction?.kind === 'assert' && holds(instruction.what, text, at)) {
      pending.push(state + 1);
    }
  }
}

function holds(what: Extract<Instruction, { kind: 'assert' }>['what'], text: string, at: number) {
  const isBoundary = isWord(text, at - 1) !== isWord(text, at);
  switch (what) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'line-start':
      return at === 0 || text.charAt(at - 1) === '\n';
    case 'line-end':
      return at === text.length || text.charAt(at) === '\n';
    case 'boundary':
      return isBoundary;
    case 'no-boundary':
      return !isBoundary;
  }
}

function isWord(text: string, at: number): boolean {
  return /^\w$/.test(text.charAt(at));
}
