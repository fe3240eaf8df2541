// Paths as the kernel would read them, as far as text tells: links are not followed.

/** `path` seen from `directory`, without `.`, `..` and double slashes. */
export function resolvePath(directory: string | null, path: string): string {
  if (path.startsWith('/')) return isPlain(path) ? path : normalised(path);
  if (directory === null || !directory.startsWith('/')) return path;
  return normalised(`${directory}/${path}`);
}

/** Most paths need nothing done. */
function isPlain(path: string): boolean {
  return !path.includes('/.') && !path.includes('//') && (path.length === 1 || !path.endsWith('/'));
}

function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
