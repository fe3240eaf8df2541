// Paths of the node that a volume names, made plain: no `..`, no double or closing slash.
import { asString, field } from '../../../base/json.ts';
import { plainPath } from '../../host-places.ts';
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
