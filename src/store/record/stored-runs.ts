// Runs as they are read back, with their facets.
import type { StoredRun } from './record-store.ts';
import { decodeRun, type RunRow, unpackFacet } from './run-row.ts';
import type { Statements } from './statements.ts';

/** The run of a row; thousands share a facet, so the last ones stay decoded. */
export function storedRun(statements: Statements, row: RunRow): StoredRun {
  return decodeRun(row, facetOf(statements, row.facet));
}

type Facet = ReturnType<typeof unpackFacet>;
/** Some 2 KB each. A page of detections or flows names thousands of runs, of as many images. */
const heldFacets = 4000;
const held = new WeakMap<Statements, Map<number, Facet>>();

function facetOf(statements: Statements, id: number): Facet {
  let facets = held.get(statements);
  if (facets === undefined) {
    facets = new Map();
    held.set(statements, facets);
  }
  const known = facets.get(id);
  if (known !== undefined) return known;
  const row = statements.of('SELECT value FROM facet WHERE id = ?').get(id) as
    | { value: Uint8Array }
    | undefined;
  const facet = row === undefined ? null : unpackFacet(row.value);
  if (facets.size >= heldFacets) facets.clear();
  facets.set(id, facet);
  return facet;
}
