// Walks a JAR and the archives inside it, and names every Java package on the way. Stored members are
// read in place; deflated ones are held only while their own turn lasts, within one budget.
import { limits } from '../../../base/limits.ts';
import { bytesAsFile, type RandomAccess, windowOf } from '../../../base/random-access.ts';
import { isStored, memberWindow, openZip, readMember, type ZipMember } from '../../../base/zip.ts';
import type { FoundPackage } from '../../../model/package.ts';
import type { CatalogResult, CatalogUnknown } from '../ecosystem.ts';
import { isCoordinate } from '../package-list.ts';
import { type Coordinates, isArchiveName, isSourceArchive } from './file-name.ts';
import { type Identity, identify } from './identity.ts';
import { licencesOfManifest, type Manifest, parseManifest } from './manifest.ts';
import { coordinatesOfPom } from './pom.ts';
import { isUnresolved, parsePomProperties } from './properties.ts';

export interface ArchiveLimits {
  readonly depth: number;
  /** Inflated bytes of one file in all, nested archives included. */
  readonly inflatedBytes: number;
  /** Inflated archives held in memory at one time. */
  readonly heldBytes: number;
  readonly packages: number;
}

export const archiveLimits: ArchiveLimits = {
  depth: limits.archiveDepth,
  inflatedBytes: limits.archiveInflatedBytes,
  // The largest deflated archives inside WAR and EAR files have about 100 MB.
  heldBytes: 256 * 1024 * 1024,
  packages: limits.packagesPerFile,
};

/** pom.properties, pom.xml and MANIFEST.MF; signed JARs have manifests of some MB. */
const descriptorBytes = 8 * 1024 * 1024;
/** Descriptors of one archive; the largest shaded JARs hold some hundred. */
const descriptorsLimit = 20_000;
/** Joins the paths of nested archives, as in Java's jar URLs. */
const nestedMark = '!';

interface Walk {
  readonly limits: ArchiveLimits;
  readonly packages: FoundPackage[];
  readonly unknowns: CatalogUnknown[];
  inflatedLeft: number;
  heldBytes: number;
}

/** One archive on the walk; `within` is its path inside the file, empty for the file itself. */
interface Place {
  readonly path: string;
  readonly within: string;
  readonly depth: number;
}

/** Packages of a JAR, WAR, EAR ... and of everything nested in it. Never throws on content. */
export function catalogArchive(
  file: RandomAccess,
  path: string,
  bounds: ArchiveLimits = archiveLimits,
): CatalogResult {
  const walk: Walk = {
    limits: bounds,
    packages: [],
    unknowns: [],
    inflatedLeft: bounds.inflatedBytes,
    heldBytes: 0,
  };
  readArchive(walk, file, { path, within: '', depth: 0 });
  return { packages: walk.packages, unknowns: walk.unknowns };
}

function readArchive(walk: Walk, file: RandomAccess, place: Place): void {
  const opened = openZip(file);
  if (!opened.ok) return note(walk, place.within, opened.reason);
  if (opened.problem !== null) note(walk, place.within, opened.problem);
  const sorted = sortMembers(opened.members);
  const poms = readPoms(walk, file, { place, members: sorted.poms });
  const manifest = readManifest(walk, file, { place, member: sorted.manifest });
  const { self, embedded } = identify({ path: place.path, poms, manifest });
  const licences = licencesOfManifest(manifest);
  if (self !== null) addPackage(walk, self, { within: place.within, licences });
  else if (embedded.length === 0 && sorted.archives.length === 0 && sorted.classes) {
    note(walk, place.within, 'Java archive that tells neither name nor version');
  }
  for (const pom of embedded) {
    const label = `${pom.group}:${pom.artifact}`;
    const within = place.within === '' ? label : place.within + nestedMark + label;
    addPackage(walk, { ...pom, guessed: false }, { within, licences: [] });
  }
  for (const member of sorted.archives) readNested(walk, file, { place, member });
}

interface SortedMembers {
  /** pom.properties first, each folder once. */
  readonly poms: readonly ZipMember[];
  readonly manifest: ZipMember | null;
  readonly archives: readonly ZipMember[];
  readonly classes: boolean;
}

function sortMembers(members: readonly ZipMember[]): SortedMembers {
  const properties: ZipMember[] = [];
  const models: ZipMember[] = [];
  const archives: ZipMember[] = [];
  const folders = new Set<string>();
  let manifest: ZipMember | null = null;
  let classes = false;
  for (const member of members) {
    const { name } = member;
    if (member.directory) continue;
    if (name.endsWith('.class')) classes = true;
    else if (name.endsWith('/pom.properties')) {
      properties.push(member);
      folders.add(folderOf(name));
    } else if (name.endsWith('/pom.xml') && name.includes('META-INF/maven/')) models.push(member);
    else if (isArchiveName(name)) {
      if (!isSourceArchive(name)) archives.push(member);
    } else if (name.length === 20 && name.toUpperCase() === 'META-INF/MANIFEST.MF') {
      manifest ??= member;
    }
  }
  const poms = [...properties, ...models.filter((model) => !folders.has(folderOf(model.name)))];
  return { poms, manifest, archives, classes };
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

function readPoms(
  walk: Walk,
  file: RandomAccess,
  from: { readonly place: Place; readonly members: readonly ZipMember[] },
): readonly Coordinates[] {
  const { place, members } = from;
  const poms: Coordinates[] = [];
  const seen = new Set<string>();
  if (members.length > descriptorsLimit) {
    note(walk, place.within, `more than ${descriptorsLimit} Maven descriptors`);
  }
  for (const member of members.slice(0, descriptorsLimit)) {
    const within = joined(place, member.name);
    const bytes = readBounded(walk, file, { within, member });
    if (bytes === null) continue;
    const text = new TextDecoder().decode(bytes);
    const pom = member.name.endsWith('.xml') ? coordinatesOfPom(text) : parsePomProperties(text);
    if (pom === null) note(walk, within, 'Maven descriptor without group, artifact or version');
    else if (isUnresolved(pom)) note(walk, within, 'Maven descriptor with unresolved properties');
    else {
      const key = `${pom.group}:${pom.artifact}:${pom.version}`;
      if (!seen.has(key)) poms.push(pom);
      seen.add(key);
    }
  }
  return poms;
}

function readManifest(
  walk: Walk,
  file: RandomAccess,
  from: { readonly place: Place; readonly member: ZipMember | null },
): Manifest {
  const { place, member } = from;
  if (member === null) return new Map();
  const bytes = readBounded(walk, file, { within: joined(place, member.name), member });
  return bytes === null ? new Map() : parseManifest(bytes);
}

/** A small descriptor, charged to the budget; null after the reason was noted. */
function readBounded(
  walk: Walk,
  file: RandomAccess,
  from: { readonly within: string; readonly member: ZipMember },
): Uint8Array | null {
  const { within, member } = from;
  const read = readMember(file, member, {
    limitBytes: Math.min(descriptorBytes, walk.inflatedLeft),
  });
  walk.inflatedLeft -= Math.min(member.size, walk.inflatedLeft);
  if (read.ok) return read.bytes;
  note(walk, within, read.reason);
  return null;
}

function readNested(
  walk: Walk,
  file: RandomAccess,
  from: { readonly place: Place; readonly member: ZipMember },
): void {
  const { place, member } = from;
  const within = joined(place, member.name);
  const next: Place = { path: member.name, within, depth: place.depth + 1 };
  if (next.depth > walk.limits.depth) {
    return note(walk, within, `archives nested deeper than ${walk.limits.depth} levels`);
  }
  if (isStored(member)) {
    const window = memberWindow(file, member);
    if (!window.ok) return note(walk, within, window.reason);
    return readArchive(walk, windowOf(file, window.offset, window.length), next);
  }
  const free = walk.limits.heldBytes - walk.heldBytes;
  if (member.size > Math.min(free, walk.inflatedLeft)) {
    return note(walk, within, `nested archive of ${member.size} bytes exceeds the budget`);
  }
  walk.inflatedLeft -= member.size;
  const read = readMember(file, member, { limitBytes: free });
  if (!read.ok) return note(walk, within, read.reason);
  walk.heldBytes += read.bytes.length;
  readArchive(walk, bytesAsFile(read.bytes), next);
  walk.heldBytes -= read.bytes.length;
}

function joined(place: Place, name: string): string {
  return place.within === '' ? name : place.within + nestedMark + name;
}

function addPackage(
  walk: Walk,
  identity: Identity,
  from: { readonly within: string; readonly licences: readonly string[] },
): void {
  const { group, artifact, version } = identity;
  if (![group ?? 'none', artifact, version].every(isCoordinate)) {
    return note(walk, from.within, 'Java archive whose name or version cannot be real');
  }
  if (walk.packages.length >= walk.limits.packages) {
    if (walk.packages.length === walk.limits.packages && walk.unknowns.length === 0) {
      note(walk, from.within, `more than ${walk.limits.packages} packages`);
    }
    return;
  }
  walk.packages.push({
    type: 'maven',
    namespace: group,
    name: artifact,
    version,
    licences: from.licences,
    ...(from.within === '' ? {} : { within: from.within }),
    ...(identity.guessed ? { confidence: 'low' as const } : {}),
  });
}

/** Reasons of one file; a hostile archive could make millions. */
const notesLimit = 1000;

function note(walk: Walk, within: string, reason: string): void {
  if (walk.unknowns.length > notesLimit) return;
  if (walk.unknowns.length === notesLimit) {
    walk.unknowns.push({ reason: `more than ${notesLimit} problems in this archive` });
  } else walk.unknowns.push(within === '' ? { reason } : { reason, within });
}
