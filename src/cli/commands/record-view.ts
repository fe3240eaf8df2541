// How answers from the record are shown on this terminal.
import type { CommonOptions } from '../options.ts';
import { viewOf } from '../stdout.ts';

export interface RecordViewOptions {
  readonly columns: number;
  readonly colour: boolean;
  readonly now: Date;
}

/** Width and colour of the terminal, plain text for files and pipes. */
export function recordView({ output }: Pick<CommonOptions, 'output'>): RecordViewOptions {
  return { ...viewOf(output), now: new Date() };
}
