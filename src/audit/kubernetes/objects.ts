// Objects of a cluster as the controls read them: names, owners, labels, selectors.
import { asArray, field, stringField } from '../../base/json.ts';

/** Objects of one kind that are walked; clusters are told to stay below 150,000 Pods. */
export const objectsMost = 200_000;

/** Cut where it is longer than any honest name (253 characters). */
function clipped(text: string | null): string {
  return (text ?? '').slice(0, 300);
}

export function nameOf(object: unknown): string {
  return clipped(stringField(field(object, 'metadata'), 'name'));
}

/** `default` where the object names none. */
export function namespaceOf(object: unknown): string {
  const namespace = clipped(stringField(field(object, 'metadata'), 'namespace'));
  return namespace === '' ? 'default' : namespace;
}

export function labelsOf(object: unknown): unknown {
  return field(field(object, 'metadata'), 'labels');
}

/** Namespaces of the cluster itself: what runs there needs rights that nobody else should have. */
export function isSystem(namespace: string): boolean {
  return /^(?:kube-(?:system|public|node-lease)|gke-[\w-]+|gmp-system|calico-(?:system|apiserver)|tigera-operator|local-path-storage)$/.test(
    namespace,
  );
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** Who made the object; null: nobody told. */
export function ownerOf(object: unknown): Owner | null {
  const owners = asArray(field(field(object, 'metadata'), 'ownerReferences')).slice(0, 100);
  const owner = owners.find((one) => field(one, 'controller') === true) ?? owners[0];
  const kind = clipped(stringField(owner, 'kind'));
  const name = clipped(stringField(owner, 'name'));
  return kind === '' || name === '' ? null : { kind, name };
}

/** Containers of a Pod or template, init and ephemeral ones too. */
export function containersOf(pod: unknown): readonly unknown[] {
  const spec = field(pod, 'spec');
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    asArray(field(spec, list)).slice(0, 1000),
  );
}
