// Relationships of an SPDX document: what it describes, what holds what, what needs what.
import type { Report } from '../../model/report.ts';
import { dependencyGraph } from '../dependency-graph.ts';
import { documentId, systemId, targetId } from './identifier.ts';

/**
 * `ids` are those of the purls. A package that an OS package owns is held by that one, every other
 * by the target.
 */
export function relationshipsOf(
  { target, packages }: Report,
  ids: ReadonlyMap<string, string>,
): readonly unknown[] {
  const relationships = [related(documentId, 'DESCRIBES', targetId)];
  if (target.os !== null) relationships.push(related(targetId, 'CONTAINS', systemId));
  for (const { purl, ownedBy } of packages) {
    const holder = ownedBy === null ? undefined : ids.get(ownedBy);
    relationships.push(related(holder ?? targetId, 'CONTAINS', ids.get(purl) ?? ''));
  }
  const graph = dependencyGraph(packages);
  for (const [purl, needed] of graph) {
    for (const other of needed) {
      relationships.push(related(ids.get(purl) ?? '', 'DEPENDS_ON', ids.get(other) ?? ''));
    }
  }
  return relationships;
}

function related(from: string, type: string, to: string): unknown {
  return { spdxElementId: from, relationshipType: type, relatedSpdxElement: to };
}
