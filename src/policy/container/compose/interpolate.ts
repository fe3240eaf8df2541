// Variables of Compose files (Compose specification, interpolation): `$A`, `${A:-default}`,
// `${A:?message}`, `${A:+other}`, nested, `$$` for a dollar.

export interface Interpolated {
  readonly text: string;
  /** Names without a value and without a default, in their order. */
  readonly missing: readonly string[];
}

/** Defaults inside of defaults; people write two. */
const depthMost = 10;
const longestText = 64 * 1024;

const name = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Replaces the variables of `text`; names without a value are left as they are and told. */
export function interpolate(
  text: string,
  values: ReadonlyMap<string, string>,
  depth: number = 0,
): Interpolated {
  if (!text.includes('$') || text.length > longestText) return { text, missing: [] };
  const missing: string[] = [];
  const braces = closingBraces(text);
  let result = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1) break;
    result += text.slice(at, dollar);
    const found = variableAt(text, dollar, braces);
    if (found === null) {
      // `$$` is a dollar; a lone one means nothing and stays.
      result += '$';
      at = dollar + (text[dollar + 1] === '$' ? 2 : 1);
      continue;
    }
    const own = valueOf(found, { values, depth });
    missing.push(...own.missing);
    result += own.missing.length > 0 ? text.slice(dollar, found.end) : own.text;
    at = found.end;
  }
  return { text: result + text.slice(at), missing };
}

interface Variable {
  readonly name: string;
  /** `:-`, `-`, `:?`, `?`, `:+`, `+`, or empty. */
  readonly operator: string;
  readonly argument: string;
  readonly end: number;
}

function variableAt(
  text: string,
  dollar: number,
  braces: ReadonlyMap<number, number>,
): Variable | null {
  const isBraced = text[dollar + 1] === '{';
  name.lastIndex = dollar + (isBraced ? 2 : 1);
  const found = name.exec(text)?.[0];
  if (found === undefined) return null;
  const behind = name.lastIndex;
  if (!isBraced) return { name: found, operator: '', argument: '', end: behind };
  const close = braces.get(dollar);
  if (close === undefined) return null;
  const inner = text.slice(behind, close);
  const operator = /^:?[-?+]/.exec(inner)?.[0] ?? '';
  if (operator === '' && inner !== '') return null;
  return { name: found, operator, argument: inner.slice(operator.length), end: close + 1 };
}

/** For each `${` the brace that closes it, in one pass: many that stay open cost nothing more. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '$' && text[at + 1] === '{') open.push(at);
    else if (text[at] === '}') {
      const start = open.pop();
      if (start !== undefined) closing.set(start, at);
    }
  }
  return closing;
}

interface Lookup {
  readonly values: ReadonlyMap<string, string>;
  readonly depth: number;
}

function valueOf({ name: wanted, operator, argument }: Variable, lookup: Lookup): Interpolated {
  const value = lookup.values.get(wanted);
  const isSet = operator.startsWith(':')
    ? value !== undefined && value !== ''
    : value !== undefined;
  const kind = operator.at(-1);
  if (kind === '+') return isSet ? inner(argument, lookup) : { text: '', missing: [] };
  if (isSet) return { text: value ?? '', missing: [] };
  if (kind === '-') return inner(argument, lookup);
  return { text: '', missing: [wanted] };
}

function inner(argument: string, { values, depth }: Lookup): Interpolated {
  return depth >= depthMost
    ? { text: argument, missing: [] }
    : interpolate(argument, values, depth + 1);
}

/** The variables of an environment file: `NAME=value`, quotes, comments, `export`. */
export function readEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:](.*)$/.exec(line);
    const [, key, raw] = found ?? [];
    if (key === undefined || raw === undefined) continue;
    values.set(key, bareValue(raw.trim()));
  }
  return values;
}

function bareValue(raw: string): string {
  const quote = raw[0];
  if (quote === "'" || quote === '"') {
    const end = raw.indexOf(quote, 1);
    if (end !== -1) return raw.slice(1, end);
  }
  const comment = raw.search(/\s#/);
  return comment === -1 ? raw : raw.slice(0, comment).trimEnd();
}
