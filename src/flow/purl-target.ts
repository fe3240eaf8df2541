// A package URL as a target: the question "is this one package safe?".
import { SeaworthyError } from '../base/error.ts';
import { readPurls } from '../inventory/sbom/index.ts';
import { parsePurl } from '../model/purl.ts';
import type { Inventory } from '../model/report.ts';

/**
 * An inventory of just this package; the release of an OS package is that of its qualifier `distro`
 * (`pkg:deb/debian/openssl@3.0.11-1?distro=debian-12`). Throws `SeaworthyError` `usage` when it is no
 * package URL with a version.
 */
export function inventoryOfPurl(text: string): Inventory {
  if ((parsePurl(text)?.version ?? null) === null) {
    throw new SeaworthyError('usage', `${text} is no package URL with a version`, {
      advice: 'write it like pkg:npm/lodash@4.17.4 or pkg:deb/debian/bash@5.2?distro=debian-12',
    });
  }
  return readPurls(text, [text]);
}
