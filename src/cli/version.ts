// The version of the program, and of the Node it needs; a test holds them equal to package.json.
export const version = '0.1.0';

/** As in `engines` of package.json. */
export const oldestNode = '24.18';

/** Whether a Node (`20.20.2`) lacks what the program needs. */
export function isTooOld(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

/**
 * Names the very code that runs, or null for sources, which may change any time: the bundle's files carry
 * a hash of what they and the files below them hold.
 * @param from `import.meta.url` of the module that asks
 */
export function programName(from: string): string | null {
  return from.endsWith('.ts') ? null : from.slice(from.lastIndexOf('/') + 1);
}
