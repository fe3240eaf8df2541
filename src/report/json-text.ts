// JSON for people and for diffs: the outer levels indented, each item of a long list on a line of
// its own.

/** A list whose items are rendered already, each as one line of JSON. */
export class JsonLines {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }
}

/** The items of a list, each as one line. */
export function jsonLines(items: readonly unknown[]): JsonLines {
  return new JsonLines(items.map((item) => JSON.stringify(item)));
}

/**
 * The text of an object: its members indented as `JSON.stringify` does, members that are
 * `JsonLines` with one line for each item. Members that are undefined are left out. No line feed at
 * the end.
 */
export function objectText(members: Readonly<Record<string, unknown>>, indent = ''): string {
  const inner = `${indent}  `;
  const parts: string[] = [];
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined) continue;
    const text =
      value instanceof JsonLines
        ? linesText(value, inner)
        : JSON.stringify(value, null, 2).replaceAll('\n', `\n${inner}`);
    parts.push(`${inner}${JSON.stringify(key)}: ${text}`);
  }
  return parts.length === 0 ? '{}' : `{\n${parts.join(',\n')}\n${indent}}`;
}

function linesText({ lines }: JsonLines, indent: string): string {
  if (lines.length === 0) return '[]';
  return `[\n${indent}  ${lines.join(`,\n${indent}  `)}\n${indent}]`;
}

/** One document as it is, several as an array of them; with a line feed at the end. */
export function documentsText(documents: readonly string[]): string {
  const [only] = documents;
  if (only !== undefined && documents.length === 1) return `${only}\n`;
  return documents.length === 0 ? '[]\n' : `[\n${documents.join(',\n')}\n]\n`;
}
