// What we know of a package beyond the fields of SBOM formats, as names and values: CycloneDX takes
// them as properties, SPDX as an annotation, and our own reader takes them back.
import type { Package } from '../model/package.ts';

/** Name without the prefix `seaworthy:`, and value; in a fixed order, only what is set. */
export function factsOf(one: Package): readonly (readonly [name: string, value: string])[] {
  const facts: [string, string | undefined][] = [
    ['evidence', one.evidence],
    ['notPresent', one.notPresent === true ? 'true' : undefined],
    ['ownedBy', one.ownedBy ?? undefined],
    ['source:name', one.source?.name],
    ['source:version', one.source?.version],
    ['scope', one.scope],
    ['vendor', one.vendor],
    ['modularity', one.modularity],
    ['confidence', one.confidence],
    ['origin', one.origin],
    ['layer', one.broughtBy?.layer],
    ['layer:index', one.broughtBy === undefined ? undefined : String(one.broughtBy.index)],
    ['layer:createdBy', one.broughtBy?.createdBy ?? undefined],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
}
