// Left sides of checks: fields and transformers become functions that read an event.
import type { FieldOperand, LeftOperand, Operand, Problem } from '../language/index.ts';
import type { FieldRegistry, FieldShape, FieldValue } from './field.ts';

export type Reader<Event> = (event: Event) => FieldValue;

export interface CompiledOperand<Event> {
  readonly shape: FieldShape;
  readonly read: Reader<Event>;
  /** See `FieldDefinition.words`. */
  readonly words: ((event: Event) => readonly string[] | null) | null;
}

/** What makes a check impossible; becomes a `Problem` of its rule. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly kind: Problem['kind'];

  constructor(kind: Problem['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const text: FieldShape = { type: 'text', many: 'one' };
const number: FieldShape = { type: 'number', many: 'one' };
const list: FieldShape = { type: 'text', many: 'list' };

/** Compiles a field or transformer. Throws `CheckError`. */
export function compileOperand<Event>(
  operand: LeftOperand,
  registry: FieldRegistry<Event>,
): CompiledOperand<Event> {
  return operand.kind === 'field'
    ? compileField(operand, registry)
    : compileTransform(operand, registry);
}

function compileField<Event>(
  { name, argument }: FieldOperand,
  registry: FieldRegistry<Event>,
): CompiledOperand<Event> {
  const field = registry.find(name);
  if (field === null) throw new CheckError('unknown-field', `${name} is no known field`);
  if (argument === null && field.argument === 'required') {
    throw new CheckError('invalid', `${name} needs an argument: ${name}[...]`);
  }
  if (argument !== null && field.argument === 'none') {
    throw new CheckError('invalid', `${name} takes no argument`);
  }
  const read = field.reader(argument);
  if (read === null) throw new CheckError('invalid', `${argument} is no argument of ${name}`);
  return { shape: field.shape(argument), read, words: argument === null ? field.words : null };
}

function compileTransform<Event>(
  { transformer, operands, argument }: Extract<LeftOperand, { kind: 'transform' }>,
  registry: FieldRegistry<Event>,
): CompiledOperand<Event> {
  switch (transformer) {
    case 'join':
    case 'concat': {
      if (transformer === 'concat') return textOperand(joinReader(operands, '', registry));
      const [separator, ...joined] = operands;
      if (separator?.kind !== 'text' || joined.length === 0) {
        throw new CheckError('invalid', 'join() takes a separator in quotes, then fields');
      }
      return textOperand(joinReader(joined, separator.text, registry));
    }
    case 'getopt':
      return compileGetopt(operands, argument, registry);
    case 'len':
    case 'tolower':
    case 'toupper':
    case 'b64':
    case 'basename': {
      const inner = onlyOperand(transformer, operands, registry);
      if (transformer === 'len') return { shape: number, read: lengthReader(inner), words: null };
      if (inner.shape.many === 'list') {
        throw new CheckError('invalid', `${transformer}() does not take a list`);
      }
      const read = mapText(inner.read, textMaps[transformer]);
      return { shape: { type: 'text', many: inner.shape.many }, read, words: null };
    }
  }
}

const textMaps = {
  tolower: (value: string) => value.toLowerCase(),
  toupper: (value: string) => value.toUpperCase(),
  b64: (value: string) =>
    /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? Buffer.from(value, 'base64').toString('utf8') : null,
  basename: (value: string) => value.slice(value.lastIndexOf('/') + 1),
} as const;

function textOperand<Event>(read: Reader<Event>): CompiledOperand<Event> {
  return { shape: text, read, words: null };
}

function onlyOperand<Event>(
  transformer: string,
  operands: readonly Operand[],
  registry: FieldRegistry<Event>,
): CompiledOperand<Event> {
  const [only] = operands;
  if (
    operands.length !== 1 ||
    only === undefined ||
    only.kind === 'text' ||
    only.kind === 'tuple'
  ) {
    throw new CheckError('invalid', `${transformer}() takes one field`);
  }
  return compileOperand(only, registry);
}

function mapText<Event>(read: Reader<Event>, map: (value: string) => string | null): Reader<Event> {
  return (event) => {
    const value = read(event);
    if (value === null) return null;
    if (Array.isArray(value)) return value.flatMap((one) => map(one) ?? []);
    return map(showValue(value));
  };
}

function lengthReader<Event>({ read, words }: CompiledOperand<Event>): Reader<Event> {
  return (event) => {
    const value = words === null ? read(event) : words(event);
    if (value === null) return null;
    if (typeof value === 'object') return value.length;
    return showValue(value).length;
  };
}

/** Every part must be there: a text with a hole would say something else. */
function joinReader<Event>(
  operands: readonly Operand[],
  separator: string,
  registry: FieldRegistry<Event>,
): Reader<Event> {
  const parts = operands.map((operand) => partReader(operand, registry));
  return (event) => {
    const texts: string[] = [];
    for (const part of parts) {
      const value = part(event);
      if (value === null) return null;
      if (Array.isArray(value)) texts.push(...value);
      else texts.push(showValue(value));
    }
    return texts.join(separator);
  };
}

function partReader<Event>(operand: Operand, registry: FieldRegistry<Event>): Reader<Event> {
  if (operand.kind === 'text') return () => operand.text;
  if (operand.kind === 'tuple') {
    const readers = operand.operands.map((one) => partReader(one, registry));
    return (event) => {
      const values = readers.map((read) => read(event));
      if (values.some((value) => value === null)) return null;
      return values.flatMap((value) => (Array.isArray(value) ? value : [showValue(value)]));
    };
  }
  const { read, words } = compileOperand(operand, registry);
  return words ?? read;
}

function compileGetopt<Event>(
  operands: readonly Operand[],
  option: string | null,
  registry: FieldRegistry<Event>,
): CompiledOperand<Event> {
  const [source, specification] = operands;
  if (operands.length !== 2 || specification?.kind !== 'text' || source?.kind !== 'field') {
    throw new CheckError('invalid', 'getopt() takes a field and the options in quotes');
  }
  if (option !== null && (option.length !== 1 || !specification.text.includes(option))) {
    throw new CheckError('invalid', `getopt() is not told of the option ${option}`);
  }
  const { words } = compileOperand(source, registry);
  if (words === null) throw new CheckError('invalid', `${source.name} is no list of words`);
  const options = (event: Event): ReadonlyMap<string, string> | null => {
    const given = words(event);
    return given === null ? null : readOptions(given, specification.text);
  };
  if (option !== null) return textOperand((event) => options(event)?.get(option) ?? null);
  const read: Reader<Event> = (event) => {
    const found = options(event);
    return found === null ? null : [...found.keys()];
  };
  return { shape: list, read, words: null };
}

/** Short options as POSIX getopt reads them; an option without a value has the empty text. */
function readOptions(words: readonly string[], specification: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-') || word.startsWith('--') || word === '-') continue;
    for (let at = 1; at < word.length; at += 1) {
      const letter = word.charAt(at);
      const known = letter === ':' ? -1 : specification.indexOf(letter);
      if (known === -1) continue;
      if (specification.charAt(known + 1) !== ':') {
        found.set(letter, '');
        continue;
      }
      const rest = word.slice(at + 1);
      if (rest === '') index += 1;
      found.set(letter, rest === '' ? (words[index] ?? '') : rest);
      break;
    }
  }
  return found;
}

/** A value as outputs and text comparisons see it; missing is `<NA>`. */
export function showValue(value: FieldValue): string {
  if (value === null) return '<NA>';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
  }
  return typeof value === 'object' ? value.join(',') : String(value);
}
