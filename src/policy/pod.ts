// A Pod as the controls see it, whatever made it: the template of a workload or the Pod itself.
import { asString, field, stringField } from '../base/json.ts';
import type { Path } from './path.ts';
import { asBoolean, clip, itemsOf } from './scalar.ts';

export const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
export type ContainerList = (typeof containerLists)[number];

export interface ContainerView {
  readonly list: ContainerList;
  /** From the root of the Pod: `['spec', 'containers', 0]`. */
  readonly path: Path;
  /** Empty where it has none. */
  readonly name: string;
  /** As written, cut where it is longer than any reference can be. */
  readonly image: string | null;
  readonly value: unknown;
  readonly securityContext: unknown;
}

export interface PodView {
  /** The object with `metadata` and `spec`. */
  readonly root: unknown;
  readonly spec: unknown;
  readonly annotations: unknown;
  readonly securityContext: unknown;
  /** Containers, then init containers, then ephemeral ones. */
  readonly containers: readonly ContainerView[];
  readonly isWindows: boolean;
  /** `hostUsers: false`: root inside of it is nobody outside (user namespace). */
  readonly hasOwnUsers: boolean;
  /** Of the object that makes the Pod; null where it names none. */
  readonly namespace: string | null;
}

/** Reads the Pod of `root` (`metadata` and `spec`); nothing is missing so badly that it throws. */
export function viewPod(root: unknown, namespace: string | null = null): PodView {
  const spec = field(root, 'spec');
  return {
    root,
    spec,
    annotations: field(field(root, 'metadata'), 'annotations'),
    securityContext: field(spec, 'securityContext'),
    containers: containerLists.flatMap((list) =>
      itemsOf(field(spec, list)).map((value, index) => viewContainer(value, list, index)),
    ),
    isWindows: field(field(spec, 'os'), 'name') === 'windows',
    hasOwnUsers: asBoolean(field(spec, 'hostUsers')) === false,
    namespace,
  };
}

function viewContainer(value: unknown, list: ContainerList, index: number): ContainerView {
  return {
    list,
    path: ['spec', list, index],
    name: clip(asString(field(value, 'name')) ?? ''),
    image: clipped(stringField(value, 'image')),
    value,
    securityContext: field(value, 'securityContext'),
  };
}

function clipped(text: string | null): string | null {
  return text === null ? null : clip(text, 1024);
}
