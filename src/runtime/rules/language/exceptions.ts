// Exceptions of rules: {name, fields, comps, values} become `and not (...)` behind the condition.
import { asArray, field } from '../../../base/json.ts';
import { listOperators, numberOperators, stringOperators } from './ast.ts';
import { textOf, textsOf } from './item.ts';
import { quoteItem } from './text-lists.ts';

export interface RuleException {
  readonly name: string;
  /** One field as a text, or several as a list. */
  readonly fields: string | readonly string[];
  readonly operators: string | readonly string[];
  readonly values: readonly unknown[];
}

/** A reason in words why something is no exception. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

const known = new Set<string>([...stringOperators, ...numberOperators, ...listOperators]);
const lists = new Set<string>(listOperators);

/** Reads one exception of a full definition. */
export function readException(value: unknown): Read<RuleException> {
  const name = textOf(field(value, 'name'));
  if (name === null || name === '') return refuse('an exception has no name');
  const fields = oneOrMany(field(value, 'fields'));
  if (fields === null) return refuse(`exception ${name} has no fields`);
  const given = field(value, 'comps');
  const operators = given === undefined ? defaults(fields) : oneOrMany(given);
  if (operators === null || typeof operators !== typeof fields) {
    return refuse(`fields and comps of exception ${name} must both be lists or both be texts`);
  }
  if (typeof fields !== 'string' && fields.length !== operators.length) {
    return refuse(`fields and comps of exception ${name} must have the same length`);
  }
  const strange = [operators].flat().find((one) => !known.has(one));
  if (strange !== undefined) return refuse(`exception ${name}: ${strange} is no operator`);
  const values = field(value, 'values') ?? [];
  if (!Array.isArray(values)) return refuse(`the values of exception ${name} are no list`);
  return { ok: true, value: { name, fields, operators, values } };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

function oneOrMany(value: unknown): string | readonly string[] | null {
  const text = textOf(value);
  if (text !== null) return text;
  const texts = textsOf(value);
  return texts === null || texts.length === 0 ? null : texts;
}

/** `in` for one field, `=` for each of several. */
function defaults(fields: string | readonly string[]): string | readonly string[] {
  return typeof fields === 'string' ? 'in' : fields.map(() => '=');
}

/** The condition with its exceptions; those without values change nothing. */
export function withExceptions(
  condition: string,
  exceptions: readonly RuleException[],
): Read<string> {
  const parts: string[] = [];
  for (const exception of exceptions) {
    const text = conditionOf(exception);
    if (!text.ok) return text;
    if (text.value !== '') parts.push(` and not (${text.value})`);
  }
  return { ok: true, value: parts.length === 0 ? condition : `(${condition})${parts.join('')}` };
}

function conditionOf({ name, fields, operators, values }: RuleException): Read<string> {
  if (values.length === 0) return { ok: true, value: '' };
  if (typeof fields === 'string' || typeof operators === 'string') {
    const items = values.map((value) => textOf(value));
    if (items.some((item) => item === null)) {
      return refuse(`the values of exception ${name} must be single values: it has one field`);
    }
    const list = items.map((item) => quoteItem(item ?? '')).join(', ');
    return {
      ok: true,
      value: `${[fields].flat().join('')} ${[operators].flat().join('')} (${list})`,
    };
  }
  const alternatives: string[] = [];
  for (const value of values) {
    const tuple = asArray(value);
    if (tuple.length !== fields.length) {
      return refuse(`each value of exception ${name} must be a list of ${fields.length}`);
    }
    const checks: string[] = [];
    for (const [index, one] of fields.entries()) {
      const right = rightSide(operators[index] ?? '=', tuple[index]);
      if (right === null) return refuse(`exception ${name} has a value that is none`);
      checks.push(`${one} ${operators[index]} ${right}`);
    }
    alternatives.push(`(${checks.join(' and ')})`);
  }
  return { ok: true, value: alternatives.join(' or ') };
}

function rightSide(operator: string, value: unknown): string | null {
  const text = textOf(value);
  if (text !== null) {
    if (!lists.has(operator)) return quoteItem(text);
    return text.startsWith('(') ? text : `(${quoteItem(text)})`;
  }
  const items = textsOf(value);
  return items === null ? null : `(${items.map((item) => quoteItem(item)).join(', ')})`;
}
