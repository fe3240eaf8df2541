// Relationships of an SPDX document: what it describes, what holds what, what needs what.
import type { Report } from '../../model/report.ts';
import { dependencyGraph } from '../dependency-graph.ts';
import { chained, type JsonLines, jsonLines } from '../json-text.ts';
import { documentId, systemId, targetId } from './identifier.ts';

/**
 * `ids` are those of the purls. A package that an OS package owns is held by that one, every other
 * by the target.
 */
export function relationshipsOf(
  { target, packages }: Report,
  ids: ReadonlyMap<string, string>,
): JsonLines {
  const first = [related(documentId, 'DESCRIBES', targetId)];
  if (target.os !== null) first.push(related(targetId, 'CONTAINS', systemId));
  const needs = [...dependencyGraph(packages)].flatMap(([purl, needed]) =>
    needed.map((other) => [purl, other] as const),
  );
  return chained(
    jsonLines(first),
    jsonLines(packages, ({ purl, ownedBy }) => {
      const holder = ownedBy === null ? undefined : ids.get(ownedBy);
      return related(holder ?? targetId, 'CONTAINS', ids.get(purl) ?? '');
    }),
    jsonLines(needs, ([purl, other]) =>
      related(ids.get(purl) ?? '', 'DEPENDS_ON', ids.get(other) ?? ''),
    ),
  );
}

function related(from: string, type: string, to: string): unknown {
  return { spdxElementId: from, relationshipType: type, relatedSpdxElement: to };
}
