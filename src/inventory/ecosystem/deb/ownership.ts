// Which files belong to which package: dpkg's `info/<package>.list`, distroless md5sums, diversions.
import { limits } from '../../../base/limits.ts';
import { ownershipHash } from '../path-set.ts';

/** Paths of one list; the largest Debian packages own about 60,000. */
const mostPaths = 200_000;
/** Lines of `diversions`, three of each; large servers have some hundred. */
const mostDiversionLines = 300_000;

/** Lines left out of a list: too long or too many. */
interface Skipped {
  readonly skipped: number;
}

export interface OwnedFiles extends Skipped {
  /** `ownershipHash` of each file, sorted. */
  readonly hashes: Float64Array;
}

export interface PathList extends Skipped {
  readonly paths: readonly string[];
}

/** Where files went that another package diverted away, by the `ownershipHash` of their old place. */
export type Diversions = ReadonlyMap<number, { readonly to: number; readonly by: string }>;

/**
 * Reads a list of absolute paths, one a line, into the hashes of where the files of `owner` really lie.
 * Folders that have entries in the same list are left out: only files decide ownership, and dpkg lists
 * a folder directly before its first entry. opkg writes a mode behind a tab; it is cut off. The lines
 * are never cut out of the text: an image of Debian lists ten thousands of them.
 */
export function readOwnedFiles(text: string, owner: string, diversions: Diversions): OwnedFiles {
  const [name = ''] = owner.split(':', 1);
  const found: number[] = [];
  let skipped = 0;
  let lines = 0;
  let lastStart = 0;
  let lastEnd = 0;
  for (let at = 0; at < text.length && lines <= mostPaths; lines += 1) {
    const next = text.indexOf('\n', at);
    const lineEnd = next === -1 ? text.length : next;
    const start = startOfPath(text, at, lineEnd);
    const end = endOfPath(text, start, lineEnd);
    at = lineEnd + 1;
    if (end === start || (end === start + 1 && text.charCodeAt(start) === dot)) continue;
    if (end - start > limits.pathBytes || found.length >= mostPaths) {
      skipped += 1;
      continue;
    }
    const hash = ownershipHash(text, start, end);
    const diversion = diversions.size === 0 ? undefined : diversions.get(hash);
    const real = diversion === undefined || diversion.by === name ? hash : diversion.to;
    const length = lastEnd - lastStart;
    const mayBeInside = length > 0 && text.charCodeAt(start + length) === slash;
    if (mayBeInside && end - start > length && isSame(text, [lastStart, start, length]))
      found.pop();
    found.push(real);
    lastStart = start;
    lastEnd = end;
  }
  return { hashes: Float64Array.from(found).sort(), skipped };
}

/** Whether the text is the same at two places. */
function isSame(text: string, [one, other, length]: readonly [number, number, number]): boolean {
  // From the end: names differ there.
  for (let index = length - 1; index >= 0; index -= 1) {
    if (text.charCodeAt(one + index) !== text.charCodeAt(other + index)) return false;
  }
  return true;
}

const tab = 0x09;
const carriageReturn = 0x0d;
const dot = 0x2e;
const slash = 0x2f;

function startOfPath(text: string, from: number, end: number): number {
  let start = from;
  for (; start < end; start += 1) {
    const unit = text.charCodeAt(start);
    if (unit === slash) continue;
    if (unit !== dot) break;
    if (text.charCodeAt(start + 1) !== slash) break;
  }
  return start;
}

/** The end of the path that starts at `start`: without what stands behind a tab, and final slashes. */
function endOfPath(text: string, start: number, lineEnd: number): number {
  let end = start;
  while (end < lineEnd && text.charCodeAt(end) !== tab) end += 1;
  while (end > start) {
    const unit = text.charCodeAt(end - 1);
    if (unit !== carriageReturn && unit !== slash) break;
    end -= 1;
  }
  return end;
}

/** Reads `<md5>  <path>` lines (md5sum(1)). */
export function readChecksumPaths(text: string): PathList {
  const paths: string[] = [];
  let skipped = 0;
  for (const line of text.split('\n', mostPaths + 1)) {
    const gap = line.indexOf(' ');
    if (gap < 0) continue;
    const path = pathOf(line.slice(gap).trimStart());
    if (path === '') continue;
    if (path.length > limits.pathBytes || paths.length >= mostPaths) skipped++;
    else paths.push(path);
  }
  return { paths, skipped };
}

function pathOf(line: string): string {
  const start = startOfPath(line, 0, line.length);
  const path = line.slice(start, endOfPath(line, start, line.length));
  return path === '.' ? '' : path;
}

/** dpkg's `diversions`: three lines each, from, to, package (`:` for the administrator). */
export function readDiversions(text: string): Diversions {
  const lines = text.split('\n', mostDiversionLines);
  const diversions = new Map<number, { to: number; by: string }>();
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const from = pathOf(lines[at] as string);
    const to = pathOf(lines[at + 1] as string);
    if (from !== '' && to !== '') {
      diversions.set(ownershipHash(from), {
        to: ownershipHash(to),
        by: (lines[at + 2] as string).trim(),
      });
    }
  }
  return diversions;
}
