// JSON Schemas as the API uses them: one source that checks queries and bodies and describes answers.

/** The part of JSON Schema 2020-12 that is used here. */
export interface Schema {
  readonly type?: SchemaType | readonly SchemaType[];
  readonly description?: string;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

export type SchemaType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';

export const text: Schema = { type: 'string' };
export const textOrNull: Schema = { type: ['string', 'null'] };
export const count: Schema = { type: 'integer', minimum: 0 };
export const countOrNull: Schema = { type: ['integer', 'null'], minimum: 0 };
export const yesOrNo: Schema = { type: 'boolean' };
export const moment: Schema = { type: 'string', description: 'RFC 3339, UTC' };
export const momentOrNull: Schema = { type: ['string', 'null'], description: 'RFC 3339, UTC' };
/** Whatever the named contract of the command line says. */
export const open: Schema = { type: 'object', additionalProperties: true };

/** An object with exactly these properties, all of them there. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** The same object with properties that may be left out. */
export function withOptional(schema: Schema, properties: Readonly<Record<string, Schema>>): Schema {
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

export function orNull(schema: Schema): Schema {
  const { type = [] } = schema;
  return { ...schema, type: [...(typeof type === 'string' ? [type] : type), 'null'] };
}

/** A page of a list, with what asks for the next one. */
export function pageOf(items: Schema): Schema {
  return object({ items: list(items), next: textOrNull });
}

/** What is wrong with a value; null when nothing is. Only scalars, and objects and arrays of them. */
export function problemOf(value: unknown, schema: Schema, name: string): string | null {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length > 0 && !types.some((type) => isOf(value, type))) {
    return `${name} is no ${types.join(' or ')}`;
  }
  if (schema.enum !== undefined && !schema.enum.some((one) => one === value)) {
    return `${name} is none of ${schema.enum.join(', ')}`;
  }
  if (typeof value === 'string') return textProblem(value, schema, name);
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    const isInside = value >= minimum && value <= maximum;
    return isInside ? null : `${name} is not within ${minimum} and ${maximum}`;
  }
  if (Array.isArray(value)) return arrayProblem(value, schema, name);
  return typeof value === 'object' && value !== null ? objectProblem(value, schema, name) : null;
}

function textProblem(value: string, schema: Schema, name: string): string | null {
  const { minLength = 0, maxLength = 1000, pattern } = schema;
  if (value.length < minLength) return `${name} is too short`;
  if (value.length > maxLength) return `${name} is longer than ${maxLength} characters`;
  if (pattern === undefined || new RegExp(pattern).test(value)) return null;
  return `${name} is not of the form ${schema.description ?? pattern}`;
}

function arrayProblem(value: readonly unknown[], schema: Schema, name: string): string | null {
  const { maxItems = 100, items = {} } = schema;
  if (value.length > maxItems) return `${name} has more than ${maxItems} items`;
  for (const [at, item] of value.entries()) {
    const problem = problemOf(item, items, `${name}[${at}]`);
    if (problem !== null) return problem;
  }
  return null;
}

function objectProblem(value: object, schema: Schema, name: string): string | null {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${name}.${missing} is missing`;
  for (const [key, one] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known === undefined && additionalProperties === false) {
      return `${name}.${key.slice(0, 40)} is not known; there are ${Object.keys(properties).join(', ')}`;
    }
    const problem = known === undefined ? null : problemOf(one, known, `${name}.${key}`);
    if (problem !== null) return problem;
  }
  return null;
}

function isOf(value: unknown, type: SchemaType): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}
