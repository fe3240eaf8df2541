// The version of the program; a test holds it equal to package.json.
export const version = '0.1.0';

/**
 * Names the very code that runs, or null for sources, which may change any time: the bundle's files carry
 * a hash of what they and the files below them hold.
 * @param from `import.meta.url` of the module that asks
 */
export function programName(from: string): string | null {
  return from.endsWith('.ts') ? null : from.slice(from.lastIndexOf('/') + 1);
}
