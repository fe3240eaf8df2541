// META-INF/maven/<group>/<artifact>/pom.properties: three keys in the format of java.util.Properties.
import type { Coordinates } from './file-name.ts';

/** Null where one of the three is missing. Escapes do not occur in coordinates and are kept as written. */
export function parsePomProperties(text: string): Coordinates | null {
  const values = new Map<string, string>();
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    const end = line.search(/[=:\s]/);
    if (end <= 0) continue;
    values.set(line.slice(0, end), line.slice(end).replace(/^\s*[=:]?\s*/, ''));
  }
  const group = values.get('groupId') ?? '';
  const artifact = values.get('artifactId') ?? '';
  const version = values.get('version') ?? '';
  if (group === '' || artifact === '' || version === '') return null;
  return { group, artifact, version };
}

/** `${revision}` and the like, which the builder's Maven should have replaced. */
export function isUnresolved(coordinates: Coordinates): boolean {
  const { group, artifact, version } = coordinates;
  return group.includes('${') || artifact.includes('${') || version.includes('${');
}
