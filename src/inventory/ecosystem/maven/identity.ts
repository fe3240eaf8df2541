// Who a JAR is: evidence inside it weighed in order - pom.properties, repository path, manifest, file name.
import {
  type Coordinates,
  coordinatesOfPath,
  type FileNameIdentity,
  parseFileName,
  stemOf,
} from './file-name.ts';
import { knownGroup } from './known-groups.ts';
import { type Manifest, symbolicName, versionOfManifest } from './manifest.ts';

export interface Identity {
  readonly group: string | null;
  readonly artifact: string;
  readonly version: string;
  /** The group is missing or taken from a list of names. */
  readonly guessed: boolean;
}

export interface ArchiveEvidence {
  /** Path of the archive (inside another one: the member's name). */
  readonly path: string;
  /** Coordinates of every pom.properties (or pom.xml) inside. */
  readonly poms: readonly Coordinates[];
  readonly manifest: Manifest;
}

export interface Identified {
  /** Null when nothing tells a name with a version. */
  readonly self: Identity | null;
  /** Packages whose classes were copied into it (shaded). */
  readonly embedded: readonly Coordinates[];
}

/** Decides which of the evidence speaks of the archive itself. */
export function identify(evidence: ArchiveEvidence): Identified {
  const { poms, path } = evidence;
  const stem = stemOf(path);
  const file = parseFileName(path);
  const own =
    poms.find((pom) => fitsName(pom, stem)) ??
    poms.find((pom) => pom.artifact === file.artifact) ??
    soleOwner(evidence, file);
  if (own !== null) {
    const embedded = poms.filter((pom) => pom !== own);
    return { self: { ...own, guessed: false }, embedded };
  }
  const placed = coordinatesOfPath(path);
  if (placed !== null) return { self: { ...placed, guessed: false }, embedded: poms };
  return { self: fromManifest(evidence.manifest, file), embedded: poms };
}

/** `artifact`, `artifact-version`, or that with a classifier. */
function fitsName(pom: Coordinates, stem: string): boolean {
  if (stem === pom.artifact) return true;
  const full = `${pom.artifact}-${pom.version}`;
  return stem.startsWith(full) && (stem.length === full.length || stem[full.length] === '-');
}

/** A single pom in a renamed archive is its own unless name or manifest contradict it. */
function soleOwner(evidence: ArchiveEvidence, file: FileNameIdentity): Coordinates | null {
  const { poms, manifest } = evidence;
  const [only, second] = poms;
  if (only === undefined || second !== undefined) return null;
  if (file.version !== null) return file.version === only.version ? only : null;
  const stated = versionOfManifest(manifest);
  return stated === null || stated === only.version ? only : null;
}

function fromManifest(manifest: Manifest, file: FileNameIdentity): Identity | null {
  const version = file.version ?? versionOfManifest(manifest);
  if (version === null) return null;
  const artifact = artifactName(manifest, file);
  if (artifact === '') return null;
  if (manifest.get('implementation-title') === 'Apache Tomcat') {
    return {
      group: 'org.apache.tomcat',
      artifact: tomcatArtifact(artifact),
      version,
      guessed: false,
    };
  }
  const stated = statedGroup(manifest, artifact);
  if (stated !== null) return { group: stated, artifact, version, guessed: false };
  return { group: knownGroup(artifact, version), artifact, version, guessed: true };
}

/**
 * The file's name, unless it says nothing (`app.jar`) and the manifest has a word for it. A name with a
 * version in it follows Maven's convention and is always believed.
 */
function artifactName(manifest: Manifest, file: FileNameIdentity): string {
  if (file.version !== null) return file.artifact;
  const extension = manifest.get('short-name') ?? manifest.get('extension-name');
  if (manifest.has('plugin-version') && extension !== undefined) return extension;
  const title = manifest.get('implementation-title') ?? '';
  const words = [title, symbolicName(manifest) ?? '', manifest.get('automatic-module-name') ?? ''];
  const plain = plainLetters(file.artifact);
  if (words.some((word) => plainLetters(word).includes(plain))) return file.artifact;
  return isArtifactWord(title) ? title : file.artifact;
}

/** Tomcat's own distribution names its JARs otherwise than Maven Central does. */
function tomcatArtifact(stem: string): string {
  if (stem.startsWith('tomcat-')) return stem;
  if (stem === 'catalina-tribes') return 'tomcat-tribes';
  return `tomcat-${stem}`;
}

function isArtifactWord(text: string): boolean {
  return text.length <= 100 && /^[a-z][a-z0-9._-]*$/.test(text);
}

function plainLetters(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** A group that the builder wrote down. */
function statedGroup(manifest: Manifest, artifact: string): string | null {
  const direct = manifest.get('group-id');
  if (direct !== undefined && isGroupWord(direct)) return direct;
  // The bundle plugin joins group and artifact: `com.fasterxml.jackson.core.jackson-databind`.
  const bundle = symbolicName(manifest);
  if (bundle?.endsWith(`.${artifact}`)) {
    const group = bundle.slice(0, -artifact.length - 1);
    if (isGroupWord(group)) return group;
  }
  const vendor = manifest.get('implementation-vendor-id');
  // A vendor's id of two words (`org.apache`) is broader than a group when the list knows better.
  if (vendor === undefined || !isGroupWord(vendor)) return null;
  return knownGroup(artifact, '0') === null ? vendor : null;
}

function isGroupWord(text: string): boolean {
  return text.length <= 200 && text.includes('.') && /^[A-Za-z][\w.-]*$/.test(text);
}
