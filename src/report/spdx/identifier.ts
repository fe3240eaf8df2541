// Identifiers of elements in an SPDX document: letters, digits, dots and hyphens only (SPDX 2.3,
// 7.2).
import { digestOf } from '../identifier.ts';

export const documentId = 'SPDXRef-DOCUMENT';
export const targetId = 'SPDXRef-Target';
export const systemId = 'SPDXRef-OperatingSystem';

/** Stable for one purl, whatever else is in the document. */
export function packageId(purl: string): string {
  return `SPDXRef-Package-${digestOf(purl).slice(0, 20)}`;
}
