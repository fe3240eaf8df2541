// Pod Security baseline: no privileged container.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, setIn } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['securityContext', 'privileged'] as const;

function check({ containers }: PodView) {
  return containers
    .filter(({ securityContext }) => asBoolean(field(securityContext, 'privileged')) === true)
    .map((container) =>
      containerFault(container, place, {
        message: `${nameOf(container)} must not set securityContext.privileged=true`,
        edits: [setIn(container, place, false)],
      }),
    );
}

export const privileged: Control = {
  id: 'privileged',
  title: 'A privileged container is root on the node',
  level: 'baseline',
  sources: ['PSS baseline privileged', 'CIS Kubernetes 5.2', 'NSA C-0057'],
  severity: 'critical',
  lesson: 'host-access',
  fix: 'Set privileged to false and add the one capability or device that is needed',
  variants: [{ since: 0, check }],
  passes: [
    { spec: { containers: [{ name: 'a', securityContext: { privileged: false } }] } },
    { spec: { containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a', securityContext: { privileged: true } }] } },
    { spec: { initContainers: [{ name: 'a', securityContext: { privileged: true } }] } },
    { spec: { ephemeralContainers: [{ name: 'a', securityContext: { privileged: true } }] } },
    // YAML 1.1, which kubectl reads.
    { spec: { containers: [{ name: 'a', securityContext: { privileged: 'yes' } }] } },
  ],
};
