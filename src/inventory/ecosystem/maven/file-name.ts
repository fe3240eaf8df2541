// What the name and the place of a JAR tell: artifact, version, and in a Maven repository the group.

export interface FileNameIdentity {
  readonly artifact: string;
  /** Null when the name carries none. */
  readonly version: string | null;
}

const archiveSuffixes: readonly string[] = [
  '.jar',
  '.war',
  '.ear',
  '.par',
  '.sar',
  '.jpi',
  '.hpi',
  '.aar',
  '.nar',
  '.kar',
];

/** Glob patterns of all archives that hold Java packages. */
export const archiveGlobs: readonly string[] = archiveSuffixes.map((suffix) => `**/*${suffix}`);

/** True for `.jar`, `.war` and their kin, in any case. */
export function isArchiveName(name: string): boolean {
  return name.length > 4 && archiveSuffixes.includes(name.slice(-4).toLowerCase());
}

/** Archives of sources and documentation hold no code that runs. */
export function isSourceArchive(path: string): boolean {
  return path.endsWith('-sources.jar') || path.endsWith('-javadoc.jar');
}

/** Words that continue a version after a hyphen; any other word there is the artifact's or a classifier. */
const versionWords: ReadonlySet<string> = new Set(
  (
    'alpha beta milestone m rc cr snapshot final ga release sp pre preview dev incubating jre android ' +
    'redhat fuse jbossorg patch hotfix build b r rev java jdk atlassian hal cloudera hadoop incubator'
  ).split(' '),
);

/** Words that start a classifier: the version ends before them. */
const classifierWords: ReadonlySet<string> = new Set(
  (
    'linux osx macos mac windows win natives native shaded all exec uber fat tests test jar standalone ' +
    'bundle bin dist classes runtime client nohive lib complete full minimal aarch64 x86 x86_64 arm64'
  ).split(' '),
);

/** Words that never follow a version: the number before them belongs to the name (`log4j-1.2-api`). */
const nameWords: ReadonlySet<string> = new Set(
  'api spec impl core bridge compat adapter'.split(' '),
);

/** Names of files are below 255 bytes; more is hostile. */
const nameLimit = 512;

/**
 * Splits `log4j-1.2-api-2.17.1.jar` into `log4j-1.2-api` and `2.17.1`: the version starts at the first
 * `-digit` behind which no further word and number pair begins. A classifier is cut off.
 */
export function parseFileName(path: string): FileNameIdentity {
  const stem = stemOf(path);
  const parts = stem.split('-');
  for (let start = 1; start < parts.length; start++) {
    // `-3.x` names a line of releases, not a release.
    if (!startsWithDigit(parts[start] ?? '') || parts[start]?.endsWith('.x')) continue;
    const end = versionEnd(parts, start);
    if (end === null) continue;
    return {
      artifact: parts.slice(0, start).join('-'),
      version: parts.slice(start, end).join('-'),
    };
  }
  return { artifact: stem, version: null };
}

/** The file's name without folders and extension, bounded. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).slice(-nameLimit);
  return isArchiveName(name) ? name.slice(0, -4) : name;
}

/** Index behind the version that starts at `start`; null when the number belongs to the name. */
function versionEnd(parts: readonly string[], start: number): number | null {
  for (let index = start + 1; index < parts.length; index++) {
    const part = parts[index] ?? '';
    if (startsWithDigit(part) || versionWords.has(leadingWord(part))) continue;
    if (classifierWords.has(leadingWord(part))) return index;
    if (nameWords.has(leadingWord(part))) return null;
    // Another word: a number behind it starts the real version (`log4j-1.2-api-2.17.1`).
    if (parts.slice(index + 1).some(startsWithDigit)) return null;
  }
  return parts.length;
}

function leadingWord(part: string): string {
  const end = part.search(/[^A-Za-z]/);
  return (end < 0 ? part : part.slice(0, end)).toLowerCase();
}

function startsWithDigit(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 0x30 && code <= 0x39;
}

export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/**
 * Coordinates from a repository's layout: `.../repository/<group as folders>/<artifact>/<version>/` of
 * Maven (`maven-repo` in Debian) or `modules-2/files-2.1/<group>/<artifact>/<version>/<sha1>/` of Gradle.
 */
export function coordinatesOfPath(path: string): Coordinates | null {
  const parts = path.split('/');
  const stem = stemOf(path);
  const gradle = parts.lastIndexOf('files-2.1');
  if (gradle >= 0 && parts.length === gradle + 6) {
    const [group = '', artifact = '', version = ''] = parts.slice(gradle + 1);
    return stem.startsWith(`${artifact}-${version}`) ? { group, artifact, version } : null;
  }
  const root = Math.max(parts.lastIndexOf('repository'), parts.lastIndexOf('maven-repo'));
  if (root < 0 || parts.length < root + 5) return null;
  const version = parts.at(-2) ?? '';
  const artifact = parts.at(-3) ?? '';
  if (!stem.startsWith(`${artifact}-${version}`)) return null;
  return { group: parts.slice(root + 1, -3).join('.'), artifact, version };
}
