// Stages of a Dockerfile: their base with the values of arguments, their variables, which one is built.
import { interpolate } from '../container/index.ts';
import { type Instruction, type Instructions, readInstructions, wordsOf } from './instruction.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly line: number;
  readonly kind: 'ARG' | 'ENV';
}

export interface Stage {
  readonly index: number;
  /** Lower case, as builders compare it; null: it has none. */
  readonly name: string | null;
  /** Base with its variables replaced; another stage's name, `scratch`, or a reference. */
  readonly base: string;
  /** Variables of the base that have no value. */
  readonly missing: readonly string[];
  /** The stage that it is built on; null: an image. */
  readonly from: number | null;
  readonly line: number;
  readonly instructions: readonly Instruction[];
  readonly variables: readonly Variable[];
}

export interface Dockerfile {
  /** As written, without line feeds. */
  readonly lines: readonly string[];
  readonly directives: Instructions['directives'];
  readonly stages: readonly Stage[];
  /** Stages that the last one is made of: itself and those that it is built on. */
  readonly final: readonly Stage[];
  readonly problems: Instructions['problems'];
}

/** Reads a Dockerfile; never throws. */
export function readDockerfile(text: string): Dockerfile {
  const { directives, instructions, problems } = readInstructions(text);
  const globals = new Map<string, string>();
  const stages: Stage[] = [];
  let open: { head: Omit<Stage, 'instructions' | 'variables'>; inside: Instruction[] } | null =
    null;
  const close = (): void => {
    if (open === null) return;
    stages.push({ ...open.head, instructions: open.inside, variables: variablesOf(open.inside) });
  };
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      close();
      open = { head: headOf(instruction, stages, globals), inside: [] };
    } else if (open === null) {
      for (const { name, value } of argumentsOf(instruction))
        globals.set(name, expand(value, globals).text);
    } else open.inside.push(instruction);
  }
  close();
  const lines = text.split('\n');
  return { lines, directives, stages, final: finalStages(stages), problems };
}

function headOf(
  instruction: Instruction,
  stages: readonly Stage[],
  globals: ReadonlyMap<string, string>,
): Omit<Stage, 'instructions' | 'variables'> {
  const words = wordsOf(instruction.text);
  const { text: base, missing } = expand(words[0] ?? '', globals);
  const name = words[1]?.toLowerCase() === 'as' ? (words[2]?.toLowerCase() ?? null) : null;
  const from = stages.findLast((stage) => stage.name !== null && stage.name === base.toLowerCase());
  return {
    index: stages.length,
    name,
    base,
    missing,
    from: from?.index ?? null,
    line: instruction.line,
  };
}

/** Names of arguments with their defaults; those without one are left out. */
function argumentsOf({ keyword, text }: Instruction): { name: string; value: string }[] {
  if (keyword !== 'ARG') return [];
  return wordsOf(text).flatMap((word) => {
    const equals = word.indexOf('=');
    return equals <= 0 ? [] : [{ name: word.slice(0, equals), value: word.slice(equals + 1) }];
  });
}

/** ARG and ENV of a stage; `ENV NAME value` is the old form of one. */
function variablesOf(instructions: readonly Instruction[]): Variable[] {
  return instructions.flatMap((instruction): Variable[] => {
    const { keyword, text, line } = instruction;
    if (keyword === 'ARG') {
      return argumentsOf(instruction).map((one) => ({ ...one, line, kind: 'ARG' }));
    }
    if (keyword !== 'ENV') return [];
    const old = /^([A-Za-z_][\w.-]*)\s+(?!=)(.+)$/s.exec(text);
    if (old !== null && !/^\S*=/.test(text)) {
      return [{ name: old[1] ?? '', value: (old[2] ?? '').trim(), line, kind: 'ENV' }];
    }
    return wordsOf(text).flatMap((word): Variable[] => {
      const equals = word.indexOf('=');
      if (equals <= 0) return [];
      return [{ name: word.slice(0, equals), value: word.slice(equals + 1), line, kind: 'ENV' }];
    });
  });
}

/** The last stage and what it is built on, the lowest first. */
function finalStages(stages: readonly Stage[]): Stage[] {
  const chain: Stage[] = [];
  for (let stage = stages.at(-1); stage !== undefined; ) {
    chain.unshift(stage);
    // Only earlier stages can be named, so that the chain ends.
    stage = stage.from === null ? undefined : stages[stage.from];
  }
  return chain;
}

/** Arguments that builders set themselves: their value is no question to the file. */
const predefined = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;

/** Replaces variables of the builder; names without a value are told. */
function expand(
  text: string,
  values: ReadonlyMap<string, string>,
): { readonly text: string; readonly missing: readonly string[] } {
  const { text: replaced, missing } = interpolate(text, values);
  const unknown = missing.filter((name) => !predefined.test(name));
  return { text: replaced, missing: unknown.map((name) => name.slice(0, 100)) };
}
