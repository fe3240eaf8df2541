// Files of the target as SARIF artifact locations: relative URIs, for project folders such as a
// code host resolves in its repository.
import type { TargetDescription } from '../../model/report.ts';

export interface Places {
  /** `originalUriBaseIds` of the run, or undefined. */
  readonly bases: Readonly<Record<string, unknown>> | undefined;
  readonly baseId: string | null;
  /** Put before every path; ends in a slash unless empty. */
  readonly prefix: string;
  /** URI that stands for the target as a whole. */
  readonly whole: string;
}

const rootBase = 'TARGETROOT';

/**
 * Paths of a project folder that was named relatively are relative to where the command ran, which
 * in a pipeline is the root of the repository; all others are relative to the root of the target.
 */
export function createPlaces({ kind, name }: TargetDescription): Places {
  const whole = uriOf(name === '' ? 'target' : name);
  const outside = name.startsWith('/') || name.split('/').includes('..');
  if (kind === 'dir' && !outside) {
    const folder = name.split('/').filter((part) => part !== '' && part !== '.');
    const prefix = folder.length === 0 ? '' : `${uriOf(folder.join('/'))}/`;
    return { bases: undefined, baseId: null, prefix, whole };
  }
  const text = `root of the file system of ${name}`;
  return { bases: { [rootBase]: { description: { text } } }, baseId: rootBase, prefix: '', whole };
}

/**
 * The file of a path; what lies inside of it (`app.jar!lib/x.jar`) is left to the logical location.
 */
export function artifactOf(path: string, places: Places): unknown {
  const file = path.split('!', 1)[0] ?? path;
  return {
    uri: places.prefix + uriOf(file),
    ...(places.baseId === null ? {} : { uriBaseId: places.baseId }),
  };
}

/**
 * A relative reference (RFC 3986, section 4.2): segments encoded, no colon that reads as a scheme.
 */
function uriOf(path: string): string {
  const segments = path.split('/').map((segment) => encodeURIComponent(segment.toWellFormed()));
  return segments.join('/').replace(/^\/+/, '');
}
