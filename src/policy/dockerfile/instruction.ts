// Instructions of a Dockerfile with their flags, JSON form and words.
import { parseJson, stringsOf } from '../../base/json.ts';
import { type Heredoc, type LogicalLine, type ReadLines, readLines } from './line.ts';

export interface Instruction {
  readonly keyword: string;
  /** `--chown=1000`, in their order; value empty where none is given. */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** Behind the flags, as written. */
  readonly text: string;
  /** The words of the JSON form (`["a", "b"]`); null: shell form. */
  readonly list: readonly string[] | null;
  readonly heredocs: readonly Heredoc[];
  readonly line: number;
  readonly endLine: number;
  /** ONBUILD: what runs in images that are built on this one. */
  readonly isTrigger: boolean;
}

export interface Instructions {
  readonly directives: ReadLines['directives'];
  readonly instructions: readonly Instruction[];
  readonly problems: ReadLines['problems'];
}

const keywords: ReadonlySet<string> = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

/** ONBUILD of these is refused by the builder. */
const neverTriggers: ReadonlySet<string> = new Set(['ONBUILD', 'FROM', 'MAINTAINER']);

/** Reads all instructions; what a builder would refuse is told as a problem, the rest is read. */
export function readInstructions(text: string): Instructions {
  const { directives, lines, problems } = readLines(text);
  const found: { line: number; reason: string }[] = [...problems];
  const instructions = lines.flatMap((line): Instruction[] => {
    const { keyword } = line;
    if (!keywords.has(keyword)) {
      found.push({ line: line.line, reason: `unknown instruction ${keyword.slice(0, 60)}` });
      return [];
    }
    if (line.rest === '' && line.heredocs.length === 0) {
      found.push({ line: line.line, reason: `${keyword} needs an argument` });
      return [];
    }
    if (keyword !== 'ONBUILD') return [instructionOf(line, false)];
    const trigger = triggerOf(line);
    if (keywords.has(trigger.keyword) && !neverTriggers.has(trigger.keyword)) {
      return [instructionOf(trigger, true)];
    }
    found.push({ line: line.line, reason: `ONBUILD cannot run ${trigger.keyword.slice(0, 60)}` });
    return [];
  });
  const first = instructions.find(({ keyword }) => keyword !== 'ARG');
  if (first === undefined) found.push({ line: 1, reason: 'there is no FROM' });
  else if (first.keyword !== 'FROM') {
    found.push({ line: first.line, reason: `${first.keyword} stands before the first FROM` });
  }
  return { directives, instructions, problems: found };
}

function triggerOf(line: LogicalLine): LogicalLine {
  const blank = line.rest.search(/\s/);
  const keyword = blank === -1 ? line.rest : line.rest.slice(0, blank);
  const rest = blank === -1 ? '' : line.rest.slice(blank).trim();
  return { ...line, keyword: keyword.toUpperCase(), rest };
}

function instructionOf(line: LogicalLine, isTrigger: boolean): Instruction {
  const { flags, text } = flagsOf(line.rest);
  const { keyword, heredocs, endLine } = line;
  return {
    keyword,
    flags,
    text,
    list: listOf(text),
    heredocs,
    line: line.line,
    endLine,
    isTrigger,
  };
}

const flagsMost = 100;

/** Leading words that begin with two dashes; `--` alone ends them. */
function flagsOf(rest: string): { readonly flags: Instruction['flags']; readonly text: string } {
  const flags: { name: string; value: string }[] = [];
  let text = rest;
  while (text.startsWith('--') && flags.length < flagsMost) {
    const end = text.search(/\s/);
    const word = end === -1 ? text : text.slice(0, end);
    text = end === -1 ? '' : text.slice(end).trimStart();
    if (word === '--') break;
    const equals = word.indexOf('=');
    const name = equals === -1 ? word.slice(2) : word.slice(2, equals);
    flags.push({
      name,
      value: equals === -1 ? '' : word.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2'),
    });
  }
  return { flags, text };
}

/** A JSON list of texts; anything else, single quotes included, is the shell form. */
function listOf(text: string): readonly string[] | null {
  if (!text.startsWith('[')) return null;
  const parsed = parseJson(text);
  if (!parsed.ok || !Array.isArray(parsed.value)) return null;
  const words = stringsOf(parsed.value);
  return words.length === parsed.value.length ? words : null;
}

/** Words of the shell form as COPY, ENV and their like split them: quotes bind, a backslash escapes. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let isOpen = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word += text[at] ?? '';
      isOpen = true;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      isOpen = true;
    } else if (/\s/.test(character)) {
      if (isOpen || word !== '') words.push(word);
      word = '';
      isOpen = false;
    } else word += character;
  }
  if (isOpen || word !== '') words.push(word);
  return words;
}
