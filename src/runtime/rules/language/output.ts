// The output of a rule: text with fields, `%proc.name`, `%proc.aname[2]`, `%tolower(proc.name)`.
import type { LeftOperand } from './ast.ts';
import { parseOperand } from './parser.ts';
import { ConditionError } from './scanner.ts';

export interface OutputField {
  /** As written, without the percent sign: the key among `output_fields`. */
  readonly key: string;
  readonly operand: LeftOperand;
}

export type OutputPart = string | OutputField;

/** Characters of one output; the longest official one has 900. */
const outputLength = 65_536;

/**
 * The parts of an output. `%%` is a percent sign; a percent sign before anything that is no field is
 * an error. A leading `*` is ignored. Throws `ConditionError`.
 */
export function parseOutput(text: string): readonly OutputPart[] {
  if (text.length > outputLength) {
    throw new ConditionError(`the output has more than ${outputLength} characters`, 0);
  }
  return partsOf(text.replaceAll('%container.info', containerInfo));
}

/** An old shorthand. */
const containerInfo = 'container_id=%container.id container_name=%container.name';

function partsOf(text: string): readonly OutputPart[] {
  const start = text.startsWith('*') ? 1 : 0;
  const parts: OutputPart[] = [];
  let kept = start;
  let at = text.indexOf('%', start);
  while (at !== -1) {
    if (at > kept) parts.push(text.slice(kept, at));
    if (text.charAt(at + 1) === '%') {
      parts.push('%');
      kept = at + 2;
    } else {
      const { operand, end } = parseOperand(text, at + 1);
      parts.push({ key: text.slice(at + 1, end), operand });
      kept = end;
    }
    at = text.indexOf('%', kept);
  }
  if (kept < text.length) parts.push(text.slice(kept));
  return parts;
}
