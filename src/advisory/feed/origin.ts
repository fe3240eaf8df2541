// Who wrote an advisory: told from its id (OSV schema, "id, modified fields"), with the licence of
// that database, which the built file carries along.

export interface Origin {
  /** Short name for reports and for `AdvisoryMatch.source`. */
  readonly name: string;
  /** SPDX id or the owner's own word; null where no licence is stated. */
  readonly licence: string | null;
  /** The credit that the licence asks for, or null. */
  readonly attribution: string | null;
}

type Row = readonly [prefixes: string, name: string, licence: string | null, credit: string | null];

const rows: readonly Row[] = [
  ['GHSA-', 'ghsa', 'CC-BY-4.0', 'GitHub Advisory Database'],
  ['GO-', 'go', 'CC-BY-4.0', 'The Go Vulnerability Database'],
  ['PYSEC-', 'pypa', 'CC-BY-4.0', 'Python Packaging Advisory Database'],
  ['RUSTSEC-', 'rustsec', 'CC0-1.0', null],
  ['RUBYSEC-', 'rubysec', null, 'Ruby Advisory Database'],
  ['MAL-', 'malicious-packages', 'Apache-2.0', 'OpenSSF Malicious Packages'],
  ['NSWG-', 'nodejs', 'MIT', 'Node.js Security Working Group'],
  ['DEBIAN- DSA- DLA- DTSA-', 'debian', null, 'Debian Security Tracker'],
  ['UBUNTU- USN- LSN-', 'ubuntu', 'CC-BY-SA-4.0', 'Ubuntu Security Team, Canonical'],
  ['ALPINE-', 'alpine', null, 'Alpine Linux Security Database'],
  ['ALSA- ALBA- ALEA-', 'almalinux', 'MIT', 'AlmaLinux OS Foundation'],
  ['RLSA- RXSA- RLBA- RLEA-', 'rocky', 'BSD-3-Clause', 'Rocky Enterprise Software Foundation'],
  ['RHSA- RHBA- RHEA-', 'redhat', 'CC-BY-4.0', 'Red Hat Security Data'],
  ['SUSE- openSUSE-', 'suse', 'CC-BY-4.0', 'SUSE Security Team'],
  ['ELSA- ELBA-', 'oracle', null, 'Oracle Linux Security'],
  ['ALAS', 'amazon', null, 'Amazon Linux Security Center'],
  ['MGASA-', 'mageia', 'CC-BY-SA-4.0', 'Mageia Advisories'],
  ['OESA-', 'openeuler', null, 'openEuler Security Committee'],
  ['CGA-', 'chainguard', null, 'Chainguard Security Advisories'],
  ['WOLFI-', 'wolfi', 'CC-BY-NC-ND-4.0', 'Wolfi Advisories'],
  ['AZL-', 'azurelinux', null, 'Azure Linux'],
  ['BIT-', 'bitnami', 'Apache-2.0', 'Bitnami Vulnerability Database'],
  ['BELL-', 'bellsoft', null, 'BellSoft'],
  ['ECHO-', 'echo', null, 'Echo'],
  ['MINI-', 'minimos', null, 'MinimOS'],
  ['PSF-', 'psf', 'CC-BY-4.0', 'Python Software Foundation'],
  ['HSEC-', 'haskell', 'CC0-1.0', null],
  ['RSEC-', 'cran', 'Apache-2.0', 'R Consortium Advisory Database'],
  ['EEF-', 'erlang', null, 'Erlang Ecosystem Foundation'],
  ['JLSEC-', 'julia', null, 'Julia Security Advisories'],
  ['DRUPAL-', 'drupal', null, 'Drupal Security Team'],
  ['OSV-', 'oss-fuzz', 'CC-BY-4.0', 'OSS-Fuzz'],
  ['CVE-', 'cve', 'CC0-1.0', 'OSV conversion of CVE records'],
  ['CURL-', 'curl', null, 'curl'],
  ['ASB- PUB-', 'android', null, 'Android Security Bulletins'],
];

/** Feeds that are no advisory database and give out no ids of their own. */
const sideFeeds: readonly Origin[] = [
  { name: 'kev', licence: 'CC0-1.0', attribution: 'CISA Known Exploited Vulnerabilities Catalog' },
  { name: 'epss', licence: null, attribution: 'FIRST Exploit Prediction Scoring System' },
  {
    name: 'nvd',
    licence: null,
    attribution:
      'This product uses data from the NVD API but is not endorsed or certified by the NVD',
  },
];

const origins = new Map<string, Origin>();
for (const [prefixes, name, licence, attribution] of rows) {
  for (const prefix of prefixes.split(' ')) origins.set(prefix, { name, licence, attribution });
}

const amazon = origins.get('ALAS');
const unknownOrigin: Origin = { name: 'other', licence: null, attribution: null };

/** The database that gave out this id; `other` for prefixes that OSV does not list. */
export function originOf(id: string): Origin {
  const known = origins.get(id.slice(0, id.indexOf('-') + 1));
  if (known !== undefined) return known;
  // ALAS-2023-1, ALAS2-2023-1, ALAS2023-2023-1
  return amazon !== undefined && id.startsWith('ALAS') ? amazon : unknownOrigin;
}

const byName = new Map([...origins.values(), ...sideFeeds].map((origin) => [origin.name, origin]));

/** Licence and credit of a source by its short name. */
export function originNamed(name: string): Origin {
  return byName.get(name) ?? { ...unknownOrigin, name };
}
