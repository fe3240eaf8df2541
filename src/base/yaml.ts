// YAML 1.2 (core schema, with merge keys) from strangers, within bounds: the only file that knows
// yaml and js-yaml. js-yaml reads first: it is six times as fast and stays linear on hostile text.
// `yaml` reads what js-yaml refuses (duplicate keys, unknown tags).
import * as jsYaml from 'js-yaml';
import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import { type Parsed, type ParseOptions, tooLong } from './json.ts';
import { limits } from './limits.ts';
import { expansionProblem } from './yaml-expansion.ts';
import { lineCounter, offsetAt, type YamlEvent, yamlRoots } from './yaml-lines.ts';

export type YamlPath = readonly (string | number)[];

export interface YamlDocument {
  readonly value: unknown;
  /** 1-based line of the node at `path`, or of its nearest ancestor that is there; null: not known. */
  lineAt(path: YamlPath): number | null;
}

export type ParsedYaml =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  | { readonly ok: false; readonly reason: string; readonly line?: number };

const schema = jsYaml.CORE_SCHEMA.withTags(jsYaml.mergeTag);

/**
 * Parses a file of exactly one document (an empty file is null). Too long, too deep, alias bombs,
 * self-references and broken text are a reason, never an exception.
 */
export function parseYaml(text: string, options: ParseOptions = {}): Parsed {
  const read = readValues(text, options.maximumLength ?? limits.documentBytes);
  if (!read.ok) return read;
  if (read.values.length > 1) {
    return { ok: false, reason: `${read.values.length} YAML documents where one is expected` };
  }
  return { ok: true, value: read.values[0] ?? null };
}

/** Parses all documents of a file; positions are worked out at the first question for one. */
export function parseYamlDocuments(text: string, options: ParseOptions = {}): ParsedYaml {
  const read = readValues(text, options.maximumLength ?? limits.documentBytes);
  if (!read.ok) return read;
  const positions = lazyPositions(text);
  return {
    ok: true,
    documents: read.values.map((value, index) => ({
      value,
      lineAt: (path) => positions(index, path),
    })),
  };
}

type Values =
  | { readonly ok: true; readonly values: readonly unknown[] }
  | { readonly ok: false; readonly reason: string; readonly line?: number };

function readValues(text: string, maximumLength: number, repairs = repairsAllowed): Values {
  if (text.length > maximumLength) {
    return tooLong('YAML', text.length, maximumLength) as Values;
  }
  try {
    const values = jsYaml.loadAll(text, {
      schema,
      maxDepth: limits.documentDepth,
      maxAliases: limits.yamlAliases,
    });
    return withinExpansion(text, values);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.bound || text.length > limits.yamlSlowBytes) return failure.values;
    const indented = indentedWhereDeficient(text, error);
    if (indented !== null && repairs > 0) return readValues(indented, maximumLength, repairs - 1);
    return readForgiving(text) ?? failure.values;
  }
}

/** Lines whose indentation may be mended in one file; each costs one more parse. */
const repairsAllowed = 32;

/**
 * The specification wants continuation lines of quoted scalars and flow collections to be indented;
 * Go and PyYAML do not insist (a published Gatekeeper template has such a line). Leading space of
 * these lines has no meaning, so it is safe to add some.
 */
function indentedWhereDeficient(text: string, error: unknown): string | null {
  if (!(error instanceof jsYaml.YAMLException)) return null;
  if (error.reason !== 'deficient indentation' || !error.mark) return null;
  let start = 0;
  for (let line = 0; line < error.mark.line; line += 1) start = text.indexOf('\n', start) + 1;
  return text.slice(0, start) + ' '.repeat(limits.documentDepth) + text.slice(start);
}

/** The second opinion: null when `yaml` refuses the text too. */
function readForgiving(text: string): Values | null {
  if (text.includes('\0')) return null;
  try {
    const documents = parseAllDocuments(text, {
      merge: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    if (!Array.isArray(documents)) return { ok: true, values: [] };
    if (documents.some((document) => document.errors.length > 0)) return null;
    const values = documents.map((document): unknown =>
      document.toJS({ maxAliasCount: aliasesOfForgiving }),
    );
    return withinExpansion(text, values);
  } catch {
    return null;
  }
}

/** `yaml` looks up each alias among all anchors (quadratic), so it gets a smaller bound. */
const aliasesOfForgiving = 1000;

function failureOf(error: unknown): { readonly bound: boolean; readonly values: Values } {
  if (!(error instanceof jsYaml.YAMLException)) {
    return { bound: false, values: { ok: false, reason: 'not valid YAML' } };
  }
  const { reason } = error;
  if (reason.includes('maxDepth'))
    return bounded(`nested deeper than ${limits.documentDepth} levels`);
  if (reason.includes('maxAliases')) return bounded(`with more than ${limits.yamlAliases} aliases`);
  if (reason.includes('maxTotalMergeKeys')) return bounded('with too many merged keys');
  const line = error.mark ? error.mark.line + 1 : null;
  if (line === null) return { bound: false, values: { ok: false, reason: 'not valid YAML' } };
  const failure = `not valid YAML (line ${line}: ${reason})`;
  return { bound: false, values: { ok: false, reason: failure, line } };
}

function bounded(what: string): { readonly bound: true; readonly values: Values } {
  return { bound: true, values: { ok: false, reason: `YAML ${what}` } };
}

/** Aliases share objects, so a bomb is small in memory and explodes in whoever walks it. */
function withinExpansion(text: string, values: readonly unknown[]): Values {
  if (!text.includes('&')) return { ok: true, values };
  const reason = expansionProblem(values);
  return reason === null ? { ok: true, values } : { ok: false, reason };
}

/** Answers questions for positions from one more parse, made at the first question. */
function lazyPositions(text: string): (document: number, path: YamlPath) => number | null {
  let positions: Positions | undefined;
  return (document, path) => {
    positions ??= positionsOf(text) ?? forgivingPositions(text) ?? (() => null);
    return positions(document, path);
  };
}

type Positions = (document: number, path: YamlPath) => number | null;

/** Of a text that js-yaml reads, from its events; null: it refuses the text. */
function positionsOf(text: string): Positions | null {
  try {
    const events = jsYaml.parseEvents(text, { maxDepth: limits.documentDepth });
    const roots = yamlRoots(eventsOf(text, events));
    const lineOf = lineCounter(text);
    return (document, path) => {
      const root = roots[document];
      if (root === undefined || root === null) return null;
      const offset = offsetAt(root, path);
      return offset === null ? null : lineOf(offset);
    };
  } catch {
    return null;
  }
}

const { EVENT_ID, SCALAR_STYLE } = jsYaml;

function* eventsOf(text: string, events: readonly jsYaml.Event[]): Generator<YamlEvent> {
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        yield { kind: 'document', start: -1 };
        break;
      case EVENT_ID.MAPPING:
        yield { kind: 'mapping', start: event.start };
        break;
      case EVENT_ID.SEQUENCE:
        yield { kind: 'sequence', start: event.start };
        break;
      case EVENT_ID.SCALAR:
        yield {
          kind: 'scalar',
          start: startOf(text, event),
          text: () => jsYaml.getScalarValue(text, event),
        };
        break;
      case EVENT_ID.ALIAS:
        yield { kind: 'scalar', start: event.anchorStart };
        break;
      case EVENT_ID.POP:
        yield { kind: 'end', start: -1 };
        break;
    }
  }
}

/** The value of a block scalar begins on the line below its mark; the mark is meant. */
function startOf(text: string, { style, valueStart }: jsYaml.ScalarEvent): number {
  const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
  return isBlock && text[valueStart - 1] === '\n' ? valueStart - 1 : valueStart;
}

/** Of a text that only `yaml` reads. */
function forgivingPositions(text: string): Positions | null {
  const parsed = text.length > limits.yamlSlowBytes ? null : withPositions(text);
  if (parsed === null) return null;
  return (document, path) => {
    const root = parsed.documents[document];
    if (root === undefined) return null;
    for (let length = path.length; length >= 0; length -= 1) {
      const node = root.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return parsed.counter.linePos(node.range[0]).line;
    }
    return null;
  };
}

function withPositions(text: string) {
  const counter = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: counter,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    return Array.isArray(documents) ? { documents, counter } : null;
  } catch {
    return null;
  }
}
