// Hardening: mounts that a container makes appear on the node.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, removeIn } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { itemsOf } from '../../scalar.ts';

function check({ containers }: PodView) {
  return containers.flatMap((container) =>
    itemsOf(field(container.value, 'volumeMounts')).flatMap((mount, index) => {
      if (field(mount, 'mountPropagation') !== 'Bidirectional') return [];
      const place = ['volumeMounts', index, 'mountPropagation'];
      const message = `${nameOf(container)} must not set mountPropagation to "Bidirectional"`;
      return containerFault(container, place, { message, edits: [removeIn(container, place)] });
    }),
  );
}

/** A container whose mount is propagated so. */
function propagating(mountPropagation: string) {
  const volumeMounts = [{ name: 'v', mountPath: '/v', mountPropagation }];
  return { spec: { containers: [{ name: 'a', volumeMounts }] } };
}

export const mountPropagation: Control = {
  id: 'mount-propagation',
  title: 'Mounts of the container appear on the node',
  level: 'hardening',
  sources: ['CIS Docker 5.20'],
  severity: 'high',
  lesson: 'host-access',
  fix: 'Remove mountPropagation, or use HostToContainer',
  variants: [{ since: 0, check }],
  passes: [propagating('None'), propagating('HostToContainer')],
  fails: [propagating('Bidirectional')],
};
