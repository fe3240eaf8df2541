// Volumes of a Pod: which kind each one is, and the fault that replaces one by scratch space.
import { asString, entriesOf, field } from '../../../base/json.ts';
import { type Fault, podFault } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { clip, itemsOf } from '../../scalar.ts';

export interface VolumeView {
  readonly index: number;
  readonly name: string;
  readonly value: unknown;
  /** Names of its sources; a volume without any becomes an emptyDir. */
  readonly sources: readonly string[];
}

/** All volumes of the Pod. */
export function volumesOf({ spec }: PodView): VolumeView[] {
  return itemsOf(field(spec, 'volumes')).map((value, index) => ({
    index,
    name: clip(asString(field(value, 'name')) ?? ''),
    value,
    sources: entriesOf(value)
      .filter(([key, source]) => key !== 'name' && source !== null)
      .map(([key]) => key),
  }));
}

/** The fault at `source` of a volume; its edit keeps the mounts of the containers valid. */
export function volumeFault({ index, name }: VolumeView, source: string, message: string): Fault {
  const path = ['spec', 'volumes', index];
  return podFault([...path, source], {
    message,
    edits: [{ kind: 'set', path, value: { name, emptyDir: {} } }],
  });
}
