// Paths below another root (`/host` in a container that audits its host): links lead inside of it.
import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../base/limits.ts';

/** The path to open for `path` of the machine at `root`; null: it is not there, or links go round. */
export function pathInside(root: string, path: string): string | null {
  if (root === '/') return path;
  let left = path.split('/').filter((part) => part !== '' && part !== '.');
  let done: string[] = [];
  let hops = 0;
  while (left.length > 0) {
    const [part = '', ...rest] = left;
    left = rest;
    if (part === '..') {
      done = done.slice(0, -1);
      continue;
    }
    const place = join(root, ...done, part);
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isSymbolicLink()) {
      done.push(part);
      continue;
    }
    hops += 1;
    if (hops > limits.symlinkHops) return null;
    const target = readlinkSync(place);
    if (target.startsWith('/')) done = [];
    left = [...target.split('/').filter((one) => one !== '' && one !== '.'), ...left];
  }
  return join(root, ...done);
}
