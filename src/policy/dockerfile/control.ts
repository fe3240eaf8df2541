// The contract of a control on a Dockerfile.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import type { LineEdit } from '../line-patch.ts';
import { clip } from '../scalar.ts';
import type { Instruction } from './instruction.ts';
import { commandsOf, type ShellCommand } from './shell.ts';
import type { Dockerfile, Stage } from './stage.ts';

export interface DockerfileFault {
  readonly stage: number;
  readonly keyword: string;
  readonly line: number;
  readonly value: unknown;
  readonly message: string;
  readonly severity?: Severity;
  readonly secret?: true;
  /** What mends it without thought; absent where a person has to decide. */
  readonly edits?: readonly LineEdit[];
}

export interface DockerfileFacts {
  readonly file: Dockerfile;
  /** Whether a .dockerignore lies beside it; null: not known. */
  readonly hasIgnoreFile: boolean | null;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

export interface DockerfileControl {
  readonly id: string;
  /** Number in CIS Docker; null: ours alone. */
  readonly cis: string | null;
  readonly title: string;
  readonly level: 'baseline' | 'restricted' | 'hardening';
  readonly severity: Severity;
  readonly lesson: LessonId;
  /** What to do, one imperative sentence. */
  readonly fix: string;
  readonly check: (facts: DockerfileFacts) => readonly DockerfileFault[];
}

/** A fault at an instruction; its text is never shown whole, for it may hold credentials. */
export function faultAt(
  stage: Stage,
  { keyword, line }: Pick<Instruction, 'keyword' | 'line'>,
  fault: Pick<DockerfileFault, 'message' | 'severity' | 'secret' | 'edits'> & {
    readonly value?: unknown;
  },
): DockerfileFault {
  const { value = null, ...more } = fault;
  return {
    stage: stage.index,
    keyword,
    line,
    ...more,
    value: typeof value === 'string' ? clip(value, 200) : value,
  };
}

/** All instructions of stages, each with its stage. */
export function instructionsOf(
  stages: readonly Stage[],
  keyword: string,
): readonly { readonly stage: Stage; readonly instruction: Instruction }[] {
  return stages.flatMap((stage) =>
    stage.instructions
      .filter((one) => one.keyword === keyword)
      .map((instruction) => ({ stage, instruction })),
  );
}

/** The commands of all RUN instructions of stages; one fault for each instruction is enough. */
export function faultsOfCommands(
  stages: readonly Stage[],
  judge: (
    command: ShellCommand,
    all: readonly ShellCommand[],
    instruction: Instruction,
  ) => {
    readonly value?: string;
    readonly message: string;
    readonly severity?: Severity;
    readonly secret?: true;
    readonly edits?: readonly LineEdit[];
  } | null,
): DockerfileFault[] {
  return instructionsOf(stages, 'RUN').flatMap(({ stage, instruction }) => {
    const all = commandsOf(instruction);
    for (const command of all) {
      const fault = judge(command, all, instruction);
      if (fault !== null) return [faultAt(stage, instruction, fault)];
    }
    return [];
  });
}
