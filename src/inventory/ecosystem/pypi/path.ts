// Where a requirement or lock file lies decides whether it speaks for a project.

/** Files that packages ship inside themselves: nobody installs by them. */
export function isInsidePackage(path: string): boolean {
  return /(?:^|\/)(?:site-packages|dist-packages|node_modules)\//.test(path);
}

/** The path of `name` in the folder of `path`. */
export function besides(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

/** Patterns of pyproject.toml beside a lock file: images hold few of them. */
export const projectFiles = ['**/pyproject.toml'];

/** Lock and requirement files: the largest honest ones have 5 MB, and TOML reads about 3 MB a second. */
export const lockBytes = 12 * 1024 * 1024;
