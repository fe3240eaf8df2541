// JSON for people and for diffs, piece by piece: the outer levels indented, each item of a long list on
// a line of its own. A document of 50,000 packages is never in memory as a whole.

/** Items of longer lists are rendered when their line is written, and forgotten. */
const keptItems = 5000;

/** A list whose items are rendered one by one, each as one line of JSON; may be walked twice. */
export class JsonLines implements Iterable<string> {
  readonly #make: () => Iterable<string>;

  constructor(make: () => Iterable<string>) {
    this.#make = make;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#make()[Symbol.iterator]();
  }
}

/** The items of a list, each as one line. `render` must answer the same when it is asked again. */
export function jsonLines<T>(
  items: readonly T[],
  render: (item: T) => unknown = (item) => item,
): JsonLines {
  const line = (item: T): string => JSON.stringify(render(item));
  if (items.length > keptItems) return new JsonLines(() => mapped(items, line));
  const lines = items.map(line);
  return new JsonLines(() => lines);
}

/** One list behind the other. */
export function chained(...lists: readonly JsonLines[]): JsonLines {
  return new JsonLines(function* () {
    for (const list of lists) yield* list;
  });
}

function* mapped<T>(items: Iterable<T>, line: (item: T) => string): Generator<string> {
  for (const item of items) yield line(item);
}

/**
 * The text of an object: its members indented as `JSON.stringify` does, members that are
 * `JsonLines` with one line for each item. Members that are undefined are left out. No line feed at
 * the end.
 */
export function* objectPieces(
  members: Readonly<Record<string, unknown>>,
  indent = '',
): Generator<string> {
  const inner = `${indent}  `;
  let isFirst = true;
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined) continue;
    yield `${isFirst ? '{' : ','}\n${inner}${JSON.stringify(key)}: `;
    isFirst = false;
    if (value instanceof JsonLines) yield* listPieces(value, inner);
    else yield indented(value, inner);
  }
  yield isFirst ? '{}' : `\n${indent}}`;
}

/** A value as `JSON.stringify(value, null, 2)` writes it, behind `indent`. */
export function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}

/** A list, each item behind two spaces more. */
function* listPieces(items: Iterable<string>, indent: string): Generator<string> {
  let isFirst = true;
  for (const item of items) {
    yield `${isFirst ? '[' : ','}\n${indent}  `;
    yield item;
    isFirst = false;
  }
  yield isFirst ? '[]' : `\n${indent}]`;
}

/** One document as it is, several as an array of them; with a line feed at the end. */
export function* documentsPieces(
  documents: readonly (() => Iterable<string>)[],
): Generator<string> {
  const [only] = documents;
  if (only !== undefined && documents.length === 1) {
    yield* only();
    yield '\n';
    return;
  }
  let isFirst = true;
  for (const document of documents) {
    yield isFirst ? '[\n' : ',\n';
    isFirst = false;
    yield* document();
  }
  yield isFirst ? '[]\n' : '\n]\n';
}
