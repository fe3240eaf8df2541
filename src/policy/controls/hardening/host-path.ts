// Paths of the node that a volume names, made plain: no `..`, no double or closing slash.
import { asString, field } from '../../../base/json.ts';
import type { PodView } from '../../pod.ts';
import { clip, itemsOf } from '../../scalar.ts';

export interface HostPath {
  readonly volume: string;
  /** Place of the path in the Pod. */
  readonly place: readonly (string | number)[];
  readonly path: string;
}

/** All folders and files of the node that volumes of the Pod name. */
export function hostPathsOf({ spec }: PodView): HostPath[] {
  return itemsOf(field(spec, 'volumes')).flatMap((volume, index) => {
    const path = asString(field(field(volume, 'hostPath'), 'path'));
    if (path === null) return [];
    return {
      volume: clip(asString(field(volume, 'name')) ?? ''),
      place: ['spec', 'volumes', index, 'hostPath', 'path'],
      path: plainPath(clip(path, 4096)),
    };
  });
}

/** `/var/run` is a link to `/run` on every distribution of today. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (parts[0] === 'var' && parts[1] === 'run') parts.shift();
  return `/${parts.join('/')}`;
}

/** Whether `inner` is `outer` or lies inside of it. */
export function isWithin(inner: string, outer: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}
