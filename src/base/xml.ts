// XML from strangers as a tree, within bounds: no DTD, no entity but the five of XML 1.0 and character
// references, no network. Small on purpose: what it does not understand is a reason, never expanded.
import { lineAt } from './json.ts';
import { limits } from './limits.ts';

export interface XmlElement {
  /** Local name: a namespace prefix is dropped. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data directly inside, joined and trimmed. */
  readonly text: string;
  /** Line of the start tag, from 1. */
  readonly line: number;
}

export type ParsedXml =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly reason: string; readonly line?: number };

/** Elements of one document; a large pom.xml has some thousands. */
const elementsLimit = 500_000;

interface Open {
  readonly element: {
    name: string;
    attributes: ReadonlyMap<string, string>;
    children: XmlElement[];
    text: string;
    line: number;
  };
  readonly tag: string;
}

const noAttributes: ReadonlyMap<string, string> = new Map();

/**
 * Parses XML 1.0 (fifth edition) without validation. Never throws; a document type declaration is
 * passed over, so that its entities stay as they are written.
 */
export function parseXml(text: string): ParsedXml {
  if (text.length > limits.documentBytes) {
    return { ok: false, reason: `XML text of ${text.length} characters is too long` };
  }
  const state: State = {
    text,
    at: 0,
    elements: 0,
    line: 1,
    nextFeed: feedAfter(text, 0),
    stack: [],
    root: null,
  };
  while (state.at < text.length) {
    const open = text.indexOf('<', state.at);
    const end = open < 0 ? text.length : open;
    addText(state, decodeEntities(text.slice(state.at, end)));
    if (open < 0) break;
    state.at = open;
    const reason = readMarkup(state);
    if (reason !== null) return { ok: false, reason, line: lineAt(text, open) };
  }
  if (state.stack.length > 0) return { ok: false, reason: 'XML ends inside an element' };
  if (state.root === null) return { ok: false, reason: 'XML without an element' };
  return { ok: true, root: state.root };
}

/** The first child of that name, or null. */
export function childElement(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((child) => child.name === name) ?? null;
}

/** The text of the first child of that name, or null when it is absent or empty. */
export function childText(element: XmlElement | null, name: string): string | null {
  const text = childElement(element, name)?.text ?? '';
  return text === '' ? null : text;
}

/** Children `item` of the child `list` (`dependencies` / `dependency`). */
export function listedElements(
  element: XmlElement | null,
  list: string,
  item: string,
): readonly XmlElement[] {
  const parent = childElement(element, list);
  return parent === null ? [] : parent.children.filter((child) => child.name === item);
}

interface State {
  readonly text: string;
  at: number;
  elements: number;
  line: number;
  /** Offset of the line feed that ends `line`. */
  nextFeed: number;
  readonly stack: Open[];
  root: XmlElement | null;
}

function addText(state: State, text: string): void {
  const top = state.stack.at(-1);
  if (top !== undefined && text !== '') top.element.text += text;
}

/** Reads what starts with `<` at `state.at`; a reason when it is not sound. */
function readMarkup(state: State): string | null {
  const { text, at } = state;
  const second = text[at + 1];
  if (second === '/') return closeElement(state);
  if (second === '?') return skipTo(state, '?>');
  if (second !== '!') return openElement(state);
  if (text.startsWith('<!--', at)) return skipTo(state, '-->', 4);
  if (text.startsWith('<![CDATA[', at)) {
    const end = text.indexOf(']]>', at + 9);
    if (end < 0) return 'XML ends inside a CDATA section';
    addText(state, text.slice(at + 9, end));
    state.at = end + 3;
    return null;
  }
  return skipDeclaration(state);
}

function skipTo(state: State, mark: string, from = 2): string | null {
  const end = state.text.indexOf(mark, state.at + from);
  if (end < 0) return 'XML ends inside a comment or instruction';
  state.at = end + mark.length;
  return null;
}

/** `<!DOCTYPE ...>` with its internal subset: brackets and quoted strings are respected, not read. */
function skipDeclaration(state: State): string | null {
  const { text } = state;
  let brackets = 0;
  for (let at = state.at + 2; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      at = text.indexOf(character, at + 1);
      if (at < 0) break;
    } else if (character === '[') brackets += 1;
    else if (character === ']') brackets -= 1;
    else if (character === '<' && text.startsWith('<!--', at)) {
      at = text.indexOf('-->', at + 4);
      if (at < 0) break;
    } else if (character === '>' && brackets <= 0) {
      state.at = at + 1;
      return null;
    }
  }
  return 'XML ends inside a declaration';
}

function closeElement(state: State): string | null {
  const { text, stack } = state;
  const end = text.indexOf('>', state.at);
  if (end < 0) return 'XML ends inside a tag';
  const tag = text.slice(state.at + 2, end).trimEnd();
  const open = stack.pop();
  if (open === undefined || open.tag !== tag) return 'XML tags do not match';
  open.element.text = open.element.text.trim();
  state.at = end + 1;
  return null;
}

function openElement(state: State): string | null {
  const { text, stack } = state;
  const offset = state.at;
  const nameEnd = endOfName(text, offset + 1);
  const tag = text.slice(offset + 1, nameEnd);
  if (tag === '') return 'XML tag without a name';
  if (stack.length >= limits.documentDepth) {
    return `XML nested deeper than ${limits.documentDepth} levels`;
  }
  state.elements += 1;
  if (state.elements > elementsLimit) return `XML of more than ${elementsLimit} elements`;
  const attributes = readAttributes(text, nameEnd);
  if (attributes === null) return 'XML tag that does not end';
  const element = {
    name: tag.slice(tag.indexOf(':') + 1),
    attributes: attributes.values,
    children: [],
    text: '',
    line: lineOf(state, offset),
  };
  const parent = stack.at(-1);
  if (parent !== undefined) parent.element.children.push(element);
  else if (state.root === null) state.root = element;
  else return 'XML with two roots';
  if (!attributes.closed) stack.push({ element, tag });
  state.at = attributes.end;
  return null;
}

/** The line of an offset; offsets come in rising order, so that all calls together are one pass. */
function lineOf(state: State, offset: number): number {
  while (state.nextFeed < offset) {
    state.line += 1;
    state.nextFeed = feedAfter(state.text, state.nextFeed + 1);
  }
  return state.line;
}

function feedAfter(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? Infinity : at;
}

interface Attributes {
  readonly values: ReadonlyMap<string, string>;
  /** Offset behind `>`. */
  readonly end: number;
  /** True for `<empty/>`. */
  readonly closed: boolean;
}

function readAttributes(text: string, start: number): Attributes | null {
  let values: Map<string, string> | null = null;
  let at = start;
  for (;;) {
    at = skipSpace(text, at);
    const character = text[at];
    if (character === undefined) return null;
    if (character === '>') return { values: values ?? noAttributes, end: at + 1, closed: false };
    if (character === '/') {
      if (text[at + 1] !== '>') return null;
      return { values: values ?? noAttributes, end: at + 2, closed: true };
    }
    const nameEnd = endOfName(text, at);
    const equals = skipSpace(text, nameEnd);
    const quoteAt = skipSpace(text, equals + 1);
    const quote = text[quoteAt];
    if (nameEnd === at || text[equals] !== '=' || (quote !== '"' && quote !== "'")) return null;
    const end = text.indexOf(quote, quoteAt + 1);
    if (end < 0) return null;
    const name = text.slice(at, nameEnd);
    values ??= new Map();
    values.set(name.slice(name.indexOf(':') + 1), decodeEntities(text.slice(quoteAt + 1, end)));
    at = end + 1;
  }
}

function endOfName(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Space, `/`, `=`, `>`, `<` and quotes end a name; every other character is let through.
    if (code <= 0x20 || code === 0x2f || (code >= 0x3c && code <= 0x3e)) break;
    if (code === 0x22 || code === 0x27) break;
  }
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

const namedEntities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]{2,4});/g,
    (whole, body: string) => {
      if (!body.startsWith('#')) return namedEntities.get(body) ?? whole;
      const code = body[1] === 'x' ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1));
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
