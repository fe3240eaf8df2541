// Values of queries: texts become what their schemas say, times and cursors what they mean.
import { SeaworthyError } from '../../base/error.ts';
import { asArray, parseJson } from '../../base/json.ts';
import type { QueryValues } from './route.ts';
import { problemOf, type Schema } from './schema.ts';

/** Throws `SeaworthyError` `usage` for what the schemas do not allow. */
export function queryValues(
  search: URLSearchParams,
  schemas: Readonly<Record<string, Schema>>,
): QueryValues {
  const values = new Map<string, string | number | boolean>();
  for (const [name, text] of search) {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema === undefined) {
      const known = Object.keys(schemas).join(', ') || 'none';
      throw wrong(
        `the parameter ${JSON.stringify(name.slice(0, 40))} is not known`,
        `known: ${known}`,
      );
    }
    if (values.has(name)) throw wrong(`${name} is given twice`, 'give it once');
    const value = valueOf(text, schema);
    const problem = problemOf(value, schema, name);
    if (problem !== null) throw wrong(problem, schema.description ?? 'see /api/v1/openapi.json');
    values.set(name, value);
  }
  for (const [name, schema] of Object.entries(schemas)) {
    if (!values.has(name) && schema.default !== undefined) values.set(name, schema.default);
  }
  return values;
}

function valueOf(text: string, { type }: Schema): string | number | boolean {
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function wrong(message: string, advice: string): SeaworthyError {
  return new SeaworthyError('usage', message, { advice });
}

/** The value as text; undefined when it was not given. */
export function textValue(query: QueryValues, name: string): string | undefined {
  const value = query.get(name);
  // PostgreSQL holds no NUL in a text, and no name has one.
  return typeof value === 'string' ? value.replaceAll('\0', '') : undefined;
}

export function numberValue(query: QueryValues, name: string): number {
  const value = query.get(name);
  return typeof value === 'number' ? value : 0;
}

export const timeSchema: Schema = {
  type: 'string',
  pattern: '^(?:\\d{1,6}[smhd]|\\d{4}-\\d{2}-\\d{2}(?:T[0-9:.]{5,18}(?:Z|[+-]\\d{2}:\\d{2})?)?)$',
  maxLength: 40,
  description: '10m, 2h, 7d, or RFC 3339',
};

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time in nanoseconds since 1970; undefined when it was not given. Throws `usage`. */
export function timeValue(query: QueryValues, name: string, now: Date): bigint | undefined {
  const text = textValue(query, name);
  if (text === undefined) return undefined;
  const unit = unitsMs[text.at(-1) ?? ''];
  const isAge = /^\d{1,6}[smhd]$/.test(text) && unit !== undefined;
  const atMs = isAge ? now.getTime() - Number.parseInt(text, 10) * unit : Date.parse(text);
  if (Number.isNaN(atMs)) throw wrong(`${name} is no time`, timeSchema.description ?? '');
  return BigInt(Math.round(atMs)) * 1_000_000n;
}

export const cursorSchema: Schema = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,2000}$',
  maxLength: 2000,
  description: '`next` of the page before',
};

export function limitSchema(usual: number, most: number): Schema {
  return { type: 'integer', minimum: 1, maximum: most, default: usual, description: 'how many' };
}

/** A place in a list as text that says nothing to others. */
export function cursorOf(...place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place again; undefined when none was given. Throws `usage` for what is none of ours. */
export function placeOf(query: QueryValues, parts: number): readonly string[] | undefined {
  const cursor = textValue(query, 'cursor');
  if (cursor === undefined) return undefined;
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'));
  const place = parsed.ok ? asArray(parsed.value).map(String) : [];
  if (place.length !== parts) throw wrong('the cursor is none of ours', 'begin without a cursor');
  return place;
}

/** A whole number of a cursor. Throws `usage`. */
export function placeNumber(text: string | undefined): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text ?? '') && Number.isSafeInteger(value)) return value;
  throw wrong('the cursor is none of ours', 'begin without a cursor');
}
