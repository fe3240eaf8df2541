// Simple commands of RUN instructions, well enough to recognise programs and their flags. No shell is
// emulated: what cannot be split plainly stays one command.
import type { Instruction } from './instruction.ts';

export interface ShellCommand {
  /** Words without quotes; assignments in front are left out. */
  readonly words: readonly string[];
  /** Without folder: `curl`. */
  readonly program: string;
  /** The command whose output it reads, or null. */
  readonly reads: ShellCommand | null;
  /** Line of the instruction. */
  readonly line: number;
}

/** Commands of one instruction that are looked at: it has a million characters at most. */
const commandsMost = 1_000_000;
const wrappers: ReadonlySet<string> = new Set([
  'sudo',
  'env',
  'exec',
  'command',
  'time',
  'nice',
  'eatmydata',
  'gosu',
]);

/** Ten controls ask for the commands of one instruction. */
const known = new WeakMap<Instruction, readonly ShellCommand[]>();

/** All commands of a RUN instruction, here-documents included. */
export function commandsOf(instruction: Instruction): readonly ShellCommand[] {
  const before = known.get(instruction);
  if (before !== undefined) return before;
  const commands = instruction.keyword === 'RUN' ? read(instruction) : [];
  known.set(instruction, commands);
  return commands;
}

function read(instruction: Instruction): readonly ShellCommand[] {
  const { list, text, heredocs, line } = instruction;
  if (list !== null) {
    const isShell =
      /(?:^|\/)(?:ba|da|a|z)?sh$/.test(list[0] ?? '') && list[1]?.includes('c') === true;
    if (isShell) return parse(list[2] ?? '', line);
    return [commandOf(list, null, line)];
  }
  return [text, ...heredocs.map(({ content }) => content)].flatMap((script) => parse(script, line));
}

function commandOf(
  words: readonly string[],
  reads: ShellCommand | null,
  line: number,
): ShellCommand {
  let at = 0;
  while (/^[A-Za-z_]\w*=/.test(words[at] ?? '')) at += 1;
  // `sudo -E apt-get`: the program behind the wrapper is what counts; sudo is told by its own control.
  if (wrappers.has(words[at] ?? '') && words.length > at + 1) {
    let next = at + 1;
    while (words[next]?.startsWith('-') === true || /^[A-Za-z_]\w*=/.test(words[next] ?? ''))
      next += 1;
    if (next < words.length && words[at] !== 'sudo') at = next;
  }
  const own = words.slice(at);
  const program = (own[0] ?? '').split('/').at(-1) ?? '';
  return { words: own, program, reads, line };
}

/** Words that open or go on with a compound command: the program stands behind them. */
const reserved: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'do',
  'while',
  'until',
  '!',
  '{',
  '}',
]);

function parse(script: string, line: number): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let piped: ShellCommand | null = null;
  const end = (isPipe: boolean): void => {
    while (reserved.has(words[0] ?? '')) words.shift();
    if (words.length === 0) {
      piped = isPipe ? piped : null;
      return;
    }
    const command = commandOf(words, piped, line);
    if (commands.length < commandsMost) commands.push(command);
    words = [];
    piped = isPipe ? command : null;
  };
  for (const token of tokensOf(script)) {
    if (token.kind === 'word') words.push(token.text);
    else end(token.kind === 'pipe');
  }
  end(false);
  return commands;
}

type Token = { readonly kind: 'word'; readonly text: string } | { readonly kind: 'end' | 'pipe' };

function* tokensOf(script: string): Generator<Token> {
  let word = '';
  let isOpen = false;
  let quote = '';
  for (let at = 0; at < script.length; at += 1) {
    const character = script[at] ?? '';
    if (character === '\\' && quote !== "'") {
      at += 1;
      if (script[at] !== '\n') word += script[at] ?? '';
      isOpen = true;
      continue;
    }
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
      continue;
    }
    if (character === '"' || character === "'") {
      quote = character;
      isOpen = true;
      continue;
    }
    const isBlank = character === ' ' || character === '\t' || character === '\r';
    const isEnd = '\n;&|()`'.includes(character);
    if (!isBlank && !isEnd) {
      if (character === '#' && word === '') {
        const newline = script.indexOf('\n', at);
        at = newline === -1 ? script.length : newline - 1;
        continue;
      }
      word += character;
      continue;
    }
    // `2>&1` and `>&` are no end of a command.
    if (character === '&' && word.endsWith('>')) {
      word += character;
      continue;
    }
    if (isOpen || word !== '') yield { kind: 'word', text: word };
    word = '';
    isOpen = false;
    if (!isEnd) continue;
    const isDouble = script[at + 1] === character && (character === '|' || character === '&');
    if (isDouble) at += 1;
    yield { kind: character === '|' && !isDouble ? 'pipe' : 'end' };
  }
  if (isOpen || word !== '') yield { kind: 'word', text: word };
}

/** Whether a command has a flag, alone or among joined letters: `-k` is in `-fskL`. */
export function hasFlag({ words }: ShellCommand, long: string, short?: string): boolean {
  return words.some(
    (word) =>
      word === long ||
      word.startsWith(`${long}=`) ||
      (short !== undefined && /^-[A-Za-z]+$/.test(word) && word.includes(short)),
  );
}
