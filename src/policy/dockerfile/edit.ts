// Fixes of Dockerfiles that need no thought: only where the place of the change is beyond doubt.
import type { LineEdit } from '../line-patch.ts';
import type { Instruction } from './instruction.ts';
import type { Dockerfile } from './stage.ts';

/** The number of the user that is named where there is none: no account of any base has it. */
const otherUser = '10001';

/**
 * Replaces the one place in the lines of an instruction where `pattern` is found. None where there is no
 * such place, or more than one: comments between its lines do not count.
 */
export function wordEdit(
  file: Dockerfile,
  { line, endLine }: Pick<Instruction, 'line' | 'endLine'>,
  pattern: RegExp,
  put: string,
): readonly LineEdit[] {
  const places: LineEdit[] = [];
  for (let at = line; at <= endLine; at += 1) {
    const text = file.lines[at - 1] ?? '';
    if (/^\s*#/.test(text)) continue;
    for (const [find] of text.matchAll(pattern)) places.push({ kind: 'word', line: at, find, put });
  }
  const [only] = places;
  return places.length === 1 && only !== undefined ? [only] : [];
}

/** `USER 10001` behind all that builds the last stage. */
export function userEdit(file: Dockerfile): readonly LineEdit[] {
  const last = file.stages.at(-1);
  if (last === undefined) return [];
  const after = Math.max(last.line, ...last.instructions.map(({ endLine }) => endLine));
  // A line that goes on is the head of a FROM, whose end is not known here.
  if (/[\\`]\s*$/.test(file.lines[after - 1] ?? '')) return [];
  return [{ kind: 'insert', after, text: `USER ${otherUser}` }];
}

/** Ends the step of a RUN in shell form with one more command. */
export function commandEdit(
  file: Dockerfile,
  { endLine, list, heredocs }: Instruction,
  command: string,
): readonly LineEdit[] {
  const last = (file.lines[endLine - 1] ?? '').replace(/\r$/, '');
  const isPlain = list === null && heredocs.length === 0 && /[\w"')\]}*]$/.test(last.trimEnd());
  if (!isPlain || last.includes('#')) return [];
  const text = last.trimEnd();
  return [{ kind: 'word', line: endLine, find: text, put: `${text} && ${command}` }];
}
