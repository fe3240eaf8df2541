// Where advisories can be read on the web, by the form of their ids.

const places: readonly (readonly [start: string, name: string, address: string])[] = [
  ['CVE-', 'NVD', 'https://nvd.nist.gov/vuln/detail/'],
  ['GHSA-', 'GitHub Advisory Database', 'https://github.com/advisories/'],
];

export interface AdvisoryPlace {
  /** Whose record it is. */
  readonly name: string;
  readonly url: string;
}

/** The page of an id: NVD for CVE, GitHub for GHSA, OSV for all others. */
export function placeOf(id: string): AdvisoryPlace {
  const found = places.find(([start]) => id.startsWith(start));
  const [, name, address] = found ?? ['', 'OSV', 'https://osv.dev/vulnerability/'];
  return { name, url: `${address}${encodeURIComponent(id)}` };
}

/** Those of the references that are addresses of the web. */
export function webAddresses(references: readonly string[]): readonly string[] {
  return references.filter((reference) => URL.canParse(reference) && /^https?:/.test(reference));
}
