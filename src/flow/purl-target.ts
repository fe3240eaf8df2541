// A package URL as a target: the question "is this one package safe?".
import { SeaworthyError } from '../base/error.ts';
import { parsePurl } from '../model/purl.ts';
import type { Inventory } from '../model/report.ts';

/** An inventory of just this package. Throws `SeaworthyError` `usage` when it is no purl with a version. */
export function inventoryOfPurl(text: string): Inventory {
  const parts = parsePurl(text);
  if (parts === null || parts.version === null) {
    throw new SeaworthyError('usage', `${text} is no package URL with a version`, {
      advice: 'write it like pkg:npm/lodash@4.17.4',
    });
  }
  const { type, namespace, name, version, qualifiers } = parts;
  return {
    target: { kind: 'pkg', name: text, digest: null, platform: null, os: null, layers: [] },
    packages: [
      {
        purl: text,
        type,
        namespace,
        name,
        version,
        source: null,
        licences: [],
        locations: [],
        ownedBy: null,
        evidence: 'declared',
        ...(qualifiers === undefined ? {} : { qualifiers }),
      },
    ],
    unknowns: [],
    distribution: null,
  };
}
