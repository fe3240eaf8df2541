// Pod Security restricted: no program gains more than its parent has (no_new_privs).
import { field } from '../../../base/json.ts';
import { type Control, containerFault, type Fault, nameOf, setIn } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['securityContext', 'allowPrivilegeEscalation'];

function check({ containers }: PodView): Fault[] {
  return containers
    .filter((one) => asBoolean(field(one.securityContext, 'allowPrivilegeEscalation')) !== false)
    .map((container) =>
      containerFault(container, place, {
        message: `${nameOf(container)} must set ${place.join('.')}=false`,
        edits: [setIn(container, place, false)],
      }),
    );
}

/** A container that says so. */
function allowing(allowPrivilegeEscalation: unknown) {
  return [{ name: 'a', securityContext: { allowPrivilegeEscalation } }];
}

export const allowPrivilegeEscalation: Control = {
  id: 'allowPrivilegeEscalation',
  title: 'A program may gain rights that its parent does not have',
  level: 'restricted',
  sources: ['PSS restricted allowPrivilegeEscalation', 'CIS Kubernetes 5.2', 'NSA C-0016'],
  severity: 'medium',
  lesson: 'least-privilege',
  fix: 'Set allowPrivilegeEscalation to false',
  variants: [
    { since: 8, check },
    { since: 25, check: (pod) => (pod.isWindows ? [] : check(pod)) },
  ],
  passes: [
    { spec: { containers: allowing(false) } },
    { kubernetes: '1.7', spec: { containers: allowing(true) } },
    { kubernetes: '1.25', spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { initContainers: allowing(true) } },
    { kubernetes: '1.8', spec: { containers: allowing(true) } },
    { kubernetes: '1.24', spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
};
