// Pod Security restricted since 1.23: not the user 0, unless (1.35) in a user namespace of its own.
import { field } from '../../../base/json.ts';
import {
  type Control,
  containerFault,
  type Fault,
  nameOf,
  podFault,
  removeIn,
} from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asInteger } from '../../scalar.ts';

const place = ['securityContext', 'runAsUser'];
const podPlace = ['spec', ...place];

function isRoot(securityContext: unknown): boolean {
  const user = asInteger(field(securityContext, 'runAsUser'));
  return user !== null && user === 0;
}

function check({ securityContext, containers }: PodView): Fault[] {
  const ofPod = isRoot(securityContext)
    ? [
        podFault(podPlace, {
          message: 'pod must not set runAsUser=0',
          edits: [{ kind: 'remove', path: podPlace }],
        }),
      ]
    : [];
  const ofContainers = containers
    .filter((one) => isRoot(one.securityContext))
    .map((container) =>
      containerFault(container, place, {
        message: `${nameOf(container)} must not set runAsUser=0`,
        edits: [removeIn(container, place)],
      }),
    );
  return [...ofPod, ...ofContainers];
}

/** A security context with this user. */
function as(runAsUser: unknown) {
  return { securityContext: { runAsUser } };
}

export const runAsUser: Control = {
  id: 'runAsUser',
  title: 'A container is told to run as root',
  level: 'restricted',
  sources: ['PSS restricted runAsUser', 'NSA C-0013'],
  severity: 'medium',
  lesson: 'least-privilege',
  fix: 'Remove runAsUser, or give the number of a user that is not root',
  variants: [
    { since: 23, check },
    { since: 35, check: (pod) => (pod.hasOwnUsers ? [] : check(pod)) },
  ],
  passes: [
    { spec: { ...as(1000), containers: [{ name: 'a' }] } },
    { kubernetes: '1.22', spec: { ...as(0), containers: [{ name: 'a' }] } },
    { kubernetes: '1.35', spec: { ...as(0), hostUsers: false, containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { ...as(0), containers: [{ name: 'a' }] } },
    { spec: { initContainers: [{ name: 'a', ...as(0) }] } },
    { spec: { containers: [{ name: 'a', ...as('0b0') }] } },
    { kubernetes: '1.23', spec: { ...as(0), containers: [{ name: 'a' }] } },
    { kubernetes: '1.34', spec: { ...as(0), hostUsers: false, containers: [{ name: 'a' }] } },
  ],
};
