// Licence statements as packages write them, brought to SPDX licence expressions (SPDX 2.3, annex
// D). Only what is certain is translated; every other word stays what it is.
import { spdxExceptionId, spdxLicenceId } from '../../model/spdx-licence-ids.ts';

/**
 * What stands for a name that the SPDX list does not have; null: the statement is no expression.
 */
export type ForUnknown = (name: string) => string | null;

/** Longer statements and deeper brackets are no expressions that anybody wrote. */
const longestStatement = 4096;
const deepestBracket = 32;

/**
 * The SPDX expression of a statement: identifiers in the spelling of the list, `or`, `and` and
 * `with` in capitals, the short names of Debian and Fedora translated. Null when a part is unknown
 * and `forUnknown` has nothing for it.
 */
export function expressionOf(statement: string, forUnknown: ForUnknown): string | null {
  const text = statement.trim();
  if (text === '') return null;
  const direct = identifierOf(text);
  if (direct !== null) return direct;
  const tokens = text.length > longestStatement ? null : tokensOf(text);
  const parser = { tokens: tokens ?? [], at: 0, forUnknown, depth: 0 };
  const node = tokens === null ? null : parseOr(parser);
  if (node === null || parser.at < parser.tokens.length) return forUnknown(text);
  return node.text;
}

interface Node {
  readonly text: string;
  readonly operator: 'OR' | 'AND' | null;
}

interface Parser {
  readonly tokens: readonly string[];
  at: number;
  readonly forUnknown: ForUnknown;
  depth: number;
}

const operators: ReadonlyMap<string, string> = new Map([
  ['or', 'OR'],
  ['and', 'AND'],
  ['with', 'WITH'],
]);

/** Brackets, operators in capitals, and names whose words are joined; null without any name. */
function tokensOf(text: string): readonly string[] | null {
  const tokens: string[] = [];
  let name: string[] = [];
  const endName = (): void => {
    if (name.length > 0) tokens.push(name.join(' '));
    name = [];
  };
  for (const [word] of text.matchAll(/[()]|[^\s()]+/g)) {
    const operator = operators.get(word.toLowerCase());
    if (operator === undefined && word !== '(' && word !== ')') {
      name.push(word);
      continue;
    }
    endName();
    tokens.push(operator ?? word);
  }
  endName();
  return tokens.length === 0 ? null : tokens;
}

function parseOr(parser: Parser): Node | null {
  return parseList(parser, 'OR', parseAnd);
}

function parseAnd(parser: Parser): Node | null {
  return parseList(parser, 'AND', parseWith);
}

function parseList(
  parser: Parser,
  operator: 'OR' | 'AND',
  item: (parser: Parser) => Node | null,
): Node | null {
  const nodes: Node[] = [];
  for (;;) {
    const node = item(parser);
    if (node === null) return null;
    nodes.push(node);
    if (parser.tokens[parser.at] !== operator) break;
    parser.at += 1;
  }
  const [only] = nodes;
  if (only !== undefined && nodes.length === 1) return only;
  const texts = nodes.map((node) =>
    operator === 'AND' && node.operator === 'OR' ? `(${node.text})` : node.text,
  );
  return { text: texts.join(` ${operator} `), operator };
}

function parseWith(parser: Parser): Node | null {
  const token = parser.tokens[parser.at];
  if (token === undefined) return null;
  parser.at += 1;
  if (token === '(') return parseBracket(parser);
  if (token === ')' || token === 'OR' || token === 'AND' || token === 'WITH') return null;
  if (parser.tokens[parser.at] !== 'WITH') return nameNode(parser, token);
  const exception = parser.tokens[parser.at + 1] ?? '';
  parser.at += 2;
  const id = identifierOf(token);
  const known = spdxExceptionId(exception);
  if (id !== null && known !== null) return { text: `${id} WITH ${known}`, operator: null };
  return nameNode(parser, `${token} with ${exception}`);
}

function parseBracket(parser: Parser): Node | null {
  parser.depth += 1;
  if (parser.depth > deepestBracket) return null;
  const node = parseOr(parser);
  parser.depth -= 1;
  if (node === null || parser.tokens[parser.at] !== ')') return null;
  parser.at += 1;
  return node;
}

function nameNode(parser: Parser, name: string): Node | null {
  const text = identifierOf(name) ?? parser.forUnknown(name);
  return text === null ? null : { text, operator: null };
}

/** Names that mean one licence of the list and nothing else, in lower case. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['expat', 'MIT'],
  ['mit license', 'MIT'],
  ['the mit license', 'MIT'],
  ['the mit license (mit)', 'MIT'],
  ['mit/x11 (expat)', 'MIT'],
  ['apache-2', 'Apache-2.0'],
  ['apache 2', 'Apache-2.0'],
  ['apache 2.0', 'Apache-2.0'],
  ['asl 2.0', 'Apache-2.0'],
  ['apache license 2.0', 'Apache-2.0'],
  ['apache license, version 2.0', 'Apache-2.0'],
  ['apache license version 2.0', 'Apache-2.0'],
  ['the apache license, version 2.0', 'Apache-2.0'],
  ['the apache software license, version 2.0', 'Apache-2.0'],
  ['apache software license - version 2.0', 'Apache-2.0'],
  ['bsd 2-clause', 'BSD-2-Clause'],
  ['bsd 3-clause', 'BSD-3-Clause'],
  ['bsd 2-clause license', 'BSD-2-Clause'],
  ['bsd 3-clause license', 'BSD-3-Clause'],
  ['isc license', 'ISC'],
  ['isc license (iscl)', 'ISC'],
  ['mpl 2.0', 'MPL-2.0'],
  ['mplv1.1', 'MPL-1.1'],
  ['mplv2.0', 'MPL-2.0'],
  ['mozilla public license 2.0 (mpl 2.0)', 'MPL-2.0'],
  ['cc0', 'CC0-1.0'],
  ['the unlicense (unlicense)', 'Unlicense'],
  ['eclipse public license 1.0', 'EPL-1.0'],
  ['eclipse public license 2.0', 'EPL-2.0'],
  ['eclipse public license - v 1.0', 'EPL-1.0'],
  ['eclipse public license - v 2.0', 'EPL-2.0'],
]);

/**
 * Debian's `GPL-2+` and `LGPL-2.1`, Fedora's `GPLv3+`; not `LGPLv2`, which leaves 2.0 or 2.1 open.
 */
const gnuName = /^(GPL|LGPL|AGPL|GFDL)(-|v)(\d)(?:\.(\d))?(?:\.0)?(\+)?$/;

/** The identifier that a name certainly means, a trailing `+` kept; null for any other name. */
function identifierOf(name: string): string | null {
  // Before the list: it still has the deprecated `GPL-2.0` and `GPL-2.0+`.
  const gnu = gnuName.exec(name);
  if (gnu !== null) return gnuIdentifier(gnu);
  const id = spdxLicenceId(name) ?? synonyms.get(name.toLowerCase());
  if (id !== undefined) return id;
  if (/^LicenseRef-[A-Za-z0-9.-]+$/.test(name)) return name;
  const bare = name.endsWith('+') ? spdxLicenceId(name.slice(0, -1)) : null;
  return bare === null ? null : `${bare}+`;
}

function gnuIdentifier(match: RegExpExecArray): string | null {
  const [, family = '', joint = '', major = '', minor = '0', later = ''] = match;
  if (family === 'LGPL' && joint === 'v' && major === '2') return null;
  return spdxLicenceId(`${family}-${major}.${minor}-${later === '' ? 'only' : 'or-later'}`);
}
