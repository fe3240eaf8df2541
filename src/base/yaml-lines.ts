// Lines of places in YAML, from the events of the parser: no second parse by the slow library. Knows no
// package: src/base/yaml.ts hands the events over.

/** A node of a document: where it begins, and what is in it. */
export interface YamlNode {
  /** Offset into the text; -1: nothing stands there (an empty value). */
  start: number;
  readonly kind: 'mapping' | 'sequence' | 'scalar';
  /** Of a mapping, by the text of the key; the last of two counts. Of a sequence, by its index. */
  readonly children: Map<string | number, YamlNode>;
}

/** What happens in a document, in order; the end of a mapping, sequence or document is `end`. */
export interface YamlEvent {
  readonly kind: 'document' | 'mapping' | 'sequence' | 'scalar' | 'end';
  readonly start: number;
  /** The text of a scalar, asked only where it is a key. */
  readonly text?: () => string;
}

interface Frame {
  readonly node: YamlNode;
  /** Of a mapping: the node of the key that waits for its value. */
  key: { readonly text: string | null; readonly start: number } | null;
}

/** The root of each document. Keeps its own stack: depth costs no stack of the machine. */
export function yamlRoots(events: Iterable<YamlEvent>): readonly (YamlNode | null)[] {
  const roots: (YamlNode | null)[] = [];
  const stack: Frame[] = [];
  for (const event of events) {
    if (event.kind === 'document') {
      roots.push(null);
      stack.length = 0;
      continue;
    }
    if (event.kind === 'end') {
      const closed = stack.pop();
      // A mapping or sequence that is a key has taken the place of one.
      const parent = stack.at(-1);
      if (closed !== undefined && parent?.node.kind === 'mapping') ended(parent, closed.node);
      continue;
    }
    const node: YamlNode = { start: event.start, kind: event.kind, children: new Map() };
    const parent = stack.at(-1);
    if (parent === undefined) {
      if (roots.length > 0) roots[roots.length - 1] ??= node;
    } else {
      place(parent, node, event);
    }
    if (event.kind !== 'scalar') stack.push({ node, key: null });
  }
  return roots;
}

function place(parent: Frame, node: YamlNode, event: YamlEvent): void {
  const { children, kind } = parent.node;
  if (kind === 'sequence') {
    children.set(children.size, node);
    return;
  }
  if (parent.key === null) {
    if (event.kind === 'scalar') parent.key = { text: event.text?.() ?? null, start: event.start };
    return;
  }
  const { text, start } = parent.key;
  // An empty value has no place of its own: that of its key tells where it would be.
  if (node.start === -1) node.start = start;
  if (text !== null) children.set(text, node);
  if (event.kind === 'scalar') parent.key = null;
}

function ended(parent: Frame, closed: YamlNode): void {
  parent.key = parent.key === null ? { text: null, start: closed.start } : null;
}

/** The offset of the node at `path`, or of its nearest ancestor that is there; null: no such. */
export function offsetAt(root: YamlNode, path: readonly (string | number)[]): number | null {
  let offset = root.start;
  let node: YamlNode | undefined = root;
  for (const part of path) {
    node = node.children.get(node.kind === 'sequence' ? Number(part) : String(part));
    if (node === undefined) break;
    if (node.start !== -1) offset = node.start;
  }
  return offset === -1 ? null : offset;
}

/** Answers 1-based lines of offsets; the ends of lines are counted once. */
export function lineCounter(text: string): (offset: number) => number {
  let ends: number[] | undefined;
  return (offset) => {
    ends ??= endsOf(text);
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

function endsOf(text: string): number[] {
  const ends: number[] = [];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) ends.push(at);
  return ends;
}
