// Pod Security baseline: no port of the node.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, removeIn } from '../../control.ts';
import type { ContainerView, PodView } from '../../pod.ts';
import { asInteger, itemsOf } from '../../scalar.ts';

function check({ containers }: PodView) {
  return containers.flatMap(portFaults);
}

function portFaults(container: ContainerView) {
  return itemsOf(field(container.value, 'ports')).flatMap((port, index) => {
    const hostPort = asInteger(field(port, 'hostPort'));
    if (hostPort === null || hostPort === 0) return [];
    const place = ['ports', index, 'hostPort'];
    const message = `${nameOf(container)} uses hostPort ${hostPort}`;
    return [containerFault(container, place, { message, edits: [removeIn(container, place)] })];
  });
}

export const hostPorts: Control = {
  id: 'hostPorts',
  title: 'A port of the node is taken',
  level: 'baseline',
  sources: ['PSS baseline hostPorts', 'CIS Kubernetes 5.2', 'NSA C-0044'],
  severity: 'medium',
  lesson: 'host-access',
  fix: 'Remove hostPort and publish the port with a Service',
  variants: [{ since: 0, check }],
  passes: [
    { spec: { containers: [{ name: 'a', ports: [{ containerPort: 80 }, { hostPort: 0 }] }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a', ports: [{ containerPort: 80, hostPort: 80 }] }] } },
    { spec: { initContainers: [{ name: 'a', ports: [{}, { hostPort: 0x50 }] }] } },
  ],
};
