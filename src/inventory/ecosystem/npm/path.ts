// Where a lock file lies decides whether it speaks: that of a dependency is never used by anybody.

/** True for paths inside an installed package: its own lock files and fixtures do not count. */
export function isInsidePackage(path: string): boolean {
  return path.startsWith('node_modules/') || path.includes('/node_modules/');
}

/** The path of `name` in the folder of `path`. */
export function besides(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}
