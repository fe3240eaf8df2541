// Which files belong to which package: dpkg's `info/<package>.list`, distroless md5sums, diversions.
import { limits } from '../../../base/limits.ts';

/** Paths of one list; the largest Debian packages own about 60,000. */
const mostPaths = 200_000;

export interface PathList {
  readonly paths: readonly string[];
  /** Lines left out: too long or too many. */
  readonly skipped: number;
}

/** Where a file went that another package diverted away: from -> to, by which package. */
export type Diversions = ReadonlyMap<string, { readonly to: string; readonly by: string }>;

/**
 * Reads a list of absolute paths, one a line, and gives them without leading slash. Folders that have
 * entries in the same list are left out: only files decide ownership, and dpkg lists a folder directly
 * before its first entry. opkg writes a mode behind a tab; it is cut off.
 */
export function readPathList(text: string): PathList {
  const lines = text.split('\n', mostPaths + 1);
  const paths: string[] = [];
  let skipped = 0;
  for (let at = 0; at < lines.length; at++) {
    const path = pathOfLine(lines[at] as string);
    if (path === '') continue;
    if (path.length > limits.pathBytes || paths.length >= mostPaths) {
      skipped++;
      continue;
    }
    const last = paths.at(-1);
    if (last !== undefined && path.length > last.length && path.startsWith(`${last}/`)) paths.pop();
    paths.push(path);
  }
  return { paths, skipped };
}

function pathOfLine(line: string): string {
  const tab = line.indexOf('\t');
  let end = tab < 0 ? line.length : tab;
  while (end > 0 && (line[end - 1] === '\r' || line[end - 1] === '/')) end--;
  let start = 0;
  while (start < end && (line[start] === '/' || (line[start] === '.' && line[start + 1] === '/')))
    start++;
  return line.slice(start, end) === '.' ? '' : line.slice(start, end);
}

/** Reads `<md5>  <path>` lines (md5sum(1)). */
export function readChecksumPaths(text: string): PathList {
  const paths: string[] = [];
  let skipped = 0;
  for (const line of text.split('\n', mostPaths + 1)) {
    const gap = line.indexOf(' ');
    if (gap < 0) continue;
    const path = pathOfLine(line.slice(gap).trimStart());
    if (path === '') continue;
    if (path.length > limits.pathBytes || paths.length >= mostPaths) skipped++;
    else paths.push(path);
  }
  return { paths, skipped };
}

/** dpkg's `diversions`: three lines each, from, to, package (`:` for the administrator). */
export function readDiversions(text: string): Diversions {
  const lines = text.split('\n', 300_000);
  const diversions = new Map<string, { to: string; by: string }>();
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const from = pathOfLine(lines[at] as string);
    const to = pathOfLine(lines[at + 1] as string);
    if (from !== '' && to !== '')
      diversions.set(from, { to, by: (lines[at + 2] as string).trim() });
  }
  return diversions;
}

/** The paths where the files of `owner` really lie. */
export function applyDiversions(
  paths: readonly string[],
  owner: string,
  diversions: Diversions,
): readonly string[] {
  if (diversions.size === 0) return paths;
  const name = owner.split(':', 1)[0];
  return paths.map((path) => {
    const diversion = diversions.get(path);
    return diversion === undefined || diversion.by === name ? path : diversion.to;
  });
}
