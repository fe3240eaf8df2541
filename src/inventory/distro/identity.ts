// Distributions by the few words that an SBOM or a package URL has of them, where no release file
// is.
import type { PurlParts } from '../../model/purl.ts';
import { debianCodenames } from './debian.ts';
import { type Detection, detectDistribution } from './detect.ts';
import { ubuntuCodenames } from './ubuntu.ts';

export interface SystemIdentity {
  /** As the document writes it: `debian`, but also `redhat` or `alma`. */
  readonly id: string;
  readonly versionId: string | null;
  /** Human name, or null. */
  readonly name: string | null;
  readonly codename?: string | null;
}

/** Other scanners' names of distributions and namespaces of package URLs -> os-release ID. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['redhat', 'rhel'],
  ['red hat enterprise linux', 'rhel'],
  ['alma', 'almalinux'],
  ['oracle', 'ol'],
  ['oraclelinux', 'ol'],
  ['amazon', 'amzn'],
  ['amazonlinux', 'amzn'],
  ['rockylinux', 'rocky'],
  ['suse linux enterprise server', 'sles'],
  ['opensuse.leap', 'opensuse-leap'],
  ['opensuse leap', 'opensuse-leap'],
  ['opensuse.tumbleweed', 'opensuse-tumbleweed'],
  ['cbl-mariner', 'mariner'],
]);

/** Names as their os-release writes them, where the document has none. */
const properNames: ReadonlyMap<string, string> = new Map([
  ['debian', 'Debian GNU/Linux'],
  ['ubuntu', 'Ubuntu'],
  ['alpine', 'Alpine Linux'],
  ['wolfi', 'Wolfi'],
  ['chainguard', 'Chainguard'],
  ['rhel', 'Red Hat Enterprise Linux'],
  ['centos', 'CentOS'],
  ['rocky', 'Rocky Linux'],
  ['almalinux', 'AlmaLinux'],
  ['ol', 'Oracle Linux'],
  ['amzn', 'Amazon Linux'],
  ['fedora', 'Fedora Linux'],
  ['sles', 'SUSE Linux Enterprise Server'],
  ['opensuse-leap', 'openSUSE Leap'],
  ['opensuse-tumbleweed', 'openSUSE Tumbleweed'],
  ['photon', 'VMware Photon OS'],
  ['azurelinux', 'Azure Linux'],
  ['mariner', 'CBL-Mariner'],
]);

/** Distributions without releases: the name alone tells their feed. */
const rolling = new Set([
  'wolfi',
  'chainguard',
  'minimos',
  'arch',
  'echo',
  'opensuse-tumbleweed',
  'alpaquita',
]);

/**
 * The distribution that these words name, as if they stood in its os-release. Paths of the unknowns
 * are empty. A release that is only named by its code name (`bookworm`, `jammy`) is understood for
 * Debian and Ubuntu.
 */
export function distributionOf(identity: SystemIdentity): Detection {
  const lower = identity.id.trim().toLowerCase();
  const id = otherNames.get(lower) ?? lower;
  const named = releaseOf(id, identity);
  const fields = [
    ['ID', id],
    ['NAME', properNames.get(id) ?? null],
    ['VERSION_ID', named.versionId],
    ['VERSION_CODENAME', named.codename],
    ['PRETTY_NAME', tellingName(identity, id)],
  ];
  const lines = fields.flatMap(([key, value]) => (value ? [`${key}=${quoted(value)}`] : []));
  const { distribution, unknowns } = detectDistribution(
    new Map([['etc/os-release', lines.join('\n')]]),
  );
  return { distribution, unknowns: unknowns.map(({ reason }) => ({ path: '', reason })) };
}

/**
 * What the qualifier `distro` (and the namespace) of a package of an operating system says; null
 * for other packages, and where no release is named of a distribution that has some.
 */
export function identityOfPurl(parts: PurlParts): SystemIdentity | null {
  if (!['deb', 'apk', 'rpm', 'alpm'].includes(parts.type)) return null;
  const namespace = parts.namespace ?? '';
  const qualifier = parts.qualifiers?.['distro'] ?? '';
  if (qualifier === '') {
    return rolling.has(namespace) ? { id: namespace, versionId: null, name: null } : null;
  }
  // `3.15.0` and `bookworm` stand there without the name of the distribution.
  if (/^\d/.test(qualifier)) return { id: namespace, versionId: qualifier, name: null };
  const words = /^(.+?)-(\d.*|sid|edge|stream)$/.exec(qualifier.slice(0, longestQualifier));
  if (words !== null) return { id: words[1] ?? '', versionId: words[2] ?? null, name: null };
  const owner = codenames.find(([, names]) => [...names.values()].includes(qualifier))?.[0];
  if (owner !== undefined) return { id: owner, versionId: null, name: null, codename: qualifier };
  const dash = qualifier.lastIndexOf('-');
  const codename = qualifier.slice(dash + 1);
  if (codenames.some(([id]) => id === qualifier.slice(0, dash))) {
    return { id: qualifier.slice(0, dash), versionId: null, name: null, codename };
  }
  return { id: qualifier, versionId: null, name: null };
}

/** Documents often repeat the id as the name. */
function tellingName({ name, id }: SystemIdentity, own: string): string | null {
  return name === null || name === id || name.toLowerCase() === own ? null : name;
}

const longestQualifier = 128;
const codenames: readonly (readonly [string, ReadonlyMap<string, string>])[] = [
  ['debian', debianCodenames],
  ['ubuntu', ubuntuCodenames],
];

interface Release {
  readonly versionId: string | null;
  readonly codename: string | null;
}

/** Numbers for code names; `sid` is no VERSION_ID, an os-release of Debian unstable has none. */
function releaseOf(id: string, { versionId, codename = null }: SystemIdentity): Release {
  const unreleased = versionId === 'sid' || versionId === '';
  const version = unreleased ? null : versionId;
  const names = codenames.find(([owner]) => owner === id)?.[1];
  if (names === undefined) return { versionId: version, codename };
  const word = version !== null && /^[a-z]+$/.test(version) ? version : codename;
  for (const [release, name] of names) {
    if (name === word && !unreleased) return { versionId: release, codename: name };
  }
  return { versionId: word === version ? null : version, codename: word };
}

/** A value of os-release(5) on one line. */
function quoted(value: string): string {
  const line = value.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return `"${line.replaceAll(/[$"\\`]/g, '\\$&')}"`;
}
