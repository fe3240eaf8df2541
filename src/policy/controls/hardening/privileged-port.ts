// Hardening: ports below 1024 make programs start as root.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asInteger, itemsOf } from '../../scalar.ts';

const firstFreePort = 1024;

function check({ containers }: PodView) {
  return containers.flatMap((container) =>
    itemsOf(field(container.value, 'ports')).flatMap((one, index) => {
      const port = asInteger(field(one, 'containerPort'));
      if (port === null || port <= 0 || port >= firstFreePort) return [];
      const message = `${nameOf(container)} listens on the privileged port ${port}`;
      return containerFault(container, ['ports', index, 'containerPort'], { message });
    }),
  );
}

/** A container with this port. */
function listening(containerPort: unknown) {
  return { spec: { containers: [{ name: 'a', ports: [{ containerPort }] }] } };
}

export const privilegedPort: Control = {
  id: 'privileged-port',
  title: 'A port below 1024',
  level: 'hardening',
  sources: ['CIS Docker 5.8'],
  severity: 'low',
  lesson: 'least-privilege',
  fix: 'Listen on a port from 1024 on and let the Service map it',
  variants: [{ since: 0, check }],
  passes: [listening(8080), listening(1024)],
  fails: [listening(80), listening(1023)],
};
