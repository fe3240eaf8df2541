// How answers from the record are shown on this terminal.
import type { CommonOptions } from '../options.ts';

export interface RecordViewOptions {
  readonly columns: number;
  readonly colour: boolean;
  readonly now: Date;
}

/** Width and colour of the terminal, plain text for files and pipes. */
export function recordView({ output }: Pick<CommonOptions, 'output'>): RecordViewOptions {
  const isTerminal = output === undefined && process.stdout.isTTY;
  return {
    columns: isTerminal ? process.stdout.columns : 80,
    colour: isTerminal && (process.env['NO_COLOR'] ?? '') === '',
    now: new Date(),
  };
}
