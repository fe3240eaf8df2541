// WWW-Authenticate: what a registry asks for (RFC 9110 section 11.6.1; Docker token authentication).

export type Challenge =
  | { readonly kind: 'basic' }
  | {
      readonly kind: 'bearer';
      readonly realm: string;
      readonly service: string | null;
      readonly scope: string | null;
    };

interface Scheme {
  readonly name: string;
  readonly parameters: Map<string, string>;
}

/** The best challenge of the header: Bearer before Basic; null when there is none we can meet. */
export function parseChallenge(header: string | null): Challenge | null {
  if (header === null) return null;
  const schemes = parseSchemes(header);
  const bearer = schemes.find(({ name }) => name === 'bearer');
  const realm = bearer?.parameters.get('realm');
  if (bearer !== undefined && realm !== undefined && realm !== '') {
    const service = bearer.parameters.get('service') ?? null;
    return { kind: 'bearer', realm, service, scope: bearer.parameters.get('scope') ?? null };
  }
  return schemes.some(({ name }) => name === 'basic') ? { kind: 'basic' } : null;
}

/** One pass over `Scheme key="value", key=value, Scheme2 ...`; odd text is skipped. */
function parseSchemes(header: string): readonly Scheme[] {
  const schemes: Scheme[] = [];
  let at = 0;
  while (at < header.length) {
    const start = skip(header, at, ' ,\t');
    const end = wordEnd(header, start);
    if (end === start) {
      at = start + 1;
      continue;
    }
    const word = header.slice(start, end).toLowerCase();
    const after = skip(header, end, ' \t');
    if (header[after] !== '=') {
      schemes.push({ name: word, parameters: new Map() });
      at = end;
      continue;
    }
    const value = readValue(header, skip(header, after + 1, ' \t'));
    const parameters = schemes.at(-1)?.parameters;
    if (parameters !== undefined && !parameters.has(word)) parameters.set(word, value.text);
    at = value.end;
  }
  return schemes;
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text.charAt(at))) at += 1;
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !' ,\t="'.includes(text.charAt(at))) at += 1;
  return at;
}

function readValue(text: string, from: number): { readonly text: string; readonly end: number } {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && !' ,\t'.includes(text.charAt(end))) end += 1;
    return { text: text.slice(from, end), end };
  }
  let value = '';
  let at = from + 1;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\') at += 1;
    value += text.charAt(at);
    at += 1;
  }
  return { text: value, end: at + 1 };
}
