// The contract's own JSON: one object for one target, an array for several.
import type { Report } from '../model/report.ts';
import { indented, JsonLines, objectPieces } from './json-text.ts';
import type { Output } from './output.ts';

export const json: Output = {
  id: 'json',
  mediaType: 'application/json',
  *pieces(reports) {
    const [only] = reports;
    if (only !== undefined && reports.length === 1) yield* reportPieces(only, '');
    else {
      let isFirst = true;
      for (const report of reports) {
        yield isFirst ? '[\n  ' : ',\n  ';
        isFirst = false;
        yield* reportPieces(report, '  ');
      }
      yield isFirst ? '[]' : '\n]';
    }
    yield '\n';
  },
};

/** As `JSON.stringify(report, null, 2)` writes it, its lists item by item. */
function reportPieces(report: Report, indent: string): Iterable<string> {
  const members = Object.entries(report).map(([key, value]: readonly [string, unknown]) => [
    key,
    Array.isArray(value) ? new JsonLines(() => itemsOf(value, `${indent}    `)) : value,
  ]);
  return objectPieces(Object.fromEntries(members), indent);
}

function* itemsOf(items: readonly unknown[], indent: string): Generator<string> {
  for (const item of items) yield indented(item, indent);
}
