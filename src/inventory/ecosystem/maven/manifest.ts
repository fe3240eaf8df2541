// The main section of META-INF/MANIFEST.MF (JAR File Specification, "Name-Value pairs and Sections").

/** Attribute names in lower case; the first of a name wins. */
export type Manifest = ReadonlyMap<string, string>;

/** A manifest's main section; per-entry sections of signed JARs come after it and are not read. */
const mainSectionBytes = 256 * 1024;

/** Lines of at most 72 bytes are joined at their leading space; ends at the first empty line. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const section = new TextDecoder().decode(bytes.subarray(0, mainSectionBytes));
  const attributes = new Map<string, string>();
  let pending = '';
  for (const raw of section.split(/\r\n|\n|\r/)) {
    if (raw.startsWith(' ')) {
      pending += raw.slice(1);
      continue;
    }
    addAttribute(pending, attributes);
    pending = raw;
    if (raw === '' && attributes.size > 0) break;
  }
  addAttribute(pending, attributes);
  return attributes;
}

function addAttribute(line: string, into: Map<string, string>): void {
  const colon = line.indexOf(':');
  if (colon <= 0) return;
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  if (value !== '' && !into.has(name)) into.set(name, value);
}

/** A version as builders write it; words, hashes and unresolved `${...}` are none. */
function plausibleVersion(text: string | undefined): string | null {
  if (text === undefined || text.length > 128) return null;
  // `2.176 (private-abc)` of Jenkins plugins: the first word.
  const word = text.split(' ', 1)[0] ?? '';
  const match = /^[vV]?(\d[\w.+-]*)$/.exec(word);
  const version = match?.[1] ?? null;
  // A commit hash that happens to start with a digit.
  if (version === null || /^[0-9a-f]{20,40}$/.test(version)) return null;
  return version;
}

/** The version the builder states, in the order of trust. */
export function versionOfManifest(manifest: Manifest): string | null {
  return (
    plausibleVersion(manifest.get('plugin-version')) ??
    plausibleVersion(manifest.get('implementation-version')) ??
    plausibleVersion(withoutOsgiTail(manifest.get('bundle-version'))) ??
    plausibleVersion(manifest.get('specification-version'))
  );
}

/** OSGi writes `1.2.0.SNAPSHOT` and `31.1.0.jre`; a build time as last part is not Maven's version. */
function withoutOsgiTail(version: string | undefined): string | undefined {
  return version?.replace(/\.v?\d{8,14}(?:-\d{4,6})?$/, '');
}

/** The bundle's name without directives (`a.b.c;singleton:=true`), or null. */
export function symbolicName(manifest: Manifest): string | null {
  const name = manifest.get('bundle-symbolicname')?.split(';', 1)[0]?.trim() ?? '';
  return name === '' ? null : name;
}

/** `Bundle-License`: names or addresses, each with attributes after a semicolon. */
export function licencesOfManifest(manifest: Manifest): readonly string[] {
  const text = manifest.get('bundle-license');
  if (text === undefined || text.startsWith('<<')) return [];
  const licences = text.slice(0, 2048).split(',');
  return licences
    .map((licence) => (licence.split(';', 1)[0] ?? '').replaceAll('"', '').trim())
    .filter((licence) => licence !== '');
}
