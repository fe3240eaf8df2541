// What we know of a package beyond the fields of SBOM formats, as names and values: CycloneDX takes
// them as properties, SPDX as an annotation, and our own reader takes them back.
import type { Package } from '../model/package.ts';

/** Name without the prefix `seaworthy:`, and value; in a fixed order, only what is set. */
export function factsOf(one: Package): readonly (readonly [name: string, value: string])[] {
  const { source, broughtBy } = one;
  const facts: (readonly [string, string])[] = [['evidence', one.evidence]];
  const add = (name: string, value: string | null | undefined): void => {
    if (value !== undefined && value !== null && value !== '') facts.push([name, value]);
  };
  if (one.notPresent === true) facts.push(['notPresent', 'true']);
  add('ownedBy', one.ownedBy);
  if (source !== null) {
    add('source:name', source.name);
    add('source:version', source.version);
  }
  add('scope', one.scope);
  add('vendor', one.vendor);
  add('modularity', one.modularity);
  add('confidence', one.confidence);
  add('origin', one.origin);
  if (broughtBy !== undefined) {
    add('layer', broughtBy.layer);
    add('layer:index', String(broughtBy.index));
    add('layer:createdBy', broughtBy.createdBy);
  }
  return facts;
}
