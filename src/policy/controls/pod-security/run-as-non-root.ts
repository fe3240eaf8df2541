// Pod Security restricted: not root. Since 1.35 a Pod with a user namespace of its own may be.
import { field } from '../../../base/json.ts';
import {
  type Control,
  containerFault,
  type Fault,
  nameOf,
  podFault,
  setIn,
} from '../../control.ts';
import type { ContainerView, PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['securityContext', 'runAsNonRoot'];
const podPlace = ['spec', ...place];

/** True, false, or null where nothing is said. */
function saidIn(securityContext: unknown): boolean | null {
  return asBoolean(field(securityContext, 'runAsNonRoot'));
}

function check({ securityContext, containers }: PodView): Fault[] {
  const ofPod = saidIn(securityContext);
  const wrong =
    ofPod === false
      ? [
          podFault(podPlace, {
            message: 'pod must not set securityContext.runAsNonRoot=false',
            edits: [{ kind: 'set', path: podPlace, value: true }],
          }),
        ]
      : [];
  return [...wrong, ...containers.flatMap((one) => containerFaults(one, ofPod === true))];
}

function containerFaults(container: ContainerView, isSetForAll: boolean): Fault[] {
  const own = saidIn(container.securityContext);
  if (own === true || (own === null && isSetForAll)) return [];
  if (own === false) {
    const message = `${nameOf(container)} must not set securityContext.runAsNonRoot=false`;
    return [containerFault(container, place, { message, edits: [setIn(container, place, true)] })];
  }
  return [
    containerFault(container, place, {
      message: `pod or ${nameOf(container)} must set securityContext.runAsNonRoot=true`,
      // For the Pod as a whole: its containers inherit it.
      edits: [{ kind: 'set', path: podPlace, value: true }],
    }),
  ];
}

const saysTrue = { securityContext: { runAsNonRoot: true } };
const saysFalse = { securityContext: { runAsNonRoot: false } };

export const runAsNonRoot: Control = {
  id: 'runAsNonRoot',
  title: 'A container may run as root',
  level: 'restricted',
  sources: ['PSS restricted runAsNonRoot', 'CIS Kubernetes 5.2', 'NSA C-0013'],
  severity: 'medium',
  lesson: 'least-privilege',
  fix: 'Set runAsNonRoot to true, and a user in the image or by runAsUser',
  variants: [
    { since: 0, check },
    { since: 35, check: (pod) => (pod.hasOwnUsers ? [] : check(pod)) },
  ],
  passes: [
    { spec: { ...saysTrue, containers: [{ name: 'a' }] } },
    { spec: { containers: [{ name: 'a', ...saysTrue }] } },
    { kubernetes: '1.35', spec: { hostUsers: false, containers: [{ name: 'a' }] } },
    { spec: { hostUsers: false, containers: [{ name: 'a', ...saysFalse }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { ...saysFalse, containers: [{ name: 'a', ...saysTrue }] } },
    { spec: { ...saysTrue, containers: [{ name: 'a', ...saysFalse }] } },
    { spec: { containers: [{ name: 'a', ...saysTrue }], initContainers: [{ name: 'b' }] } },
    { kubernetes: '1.34', spec: { hostUsers: false, containers: [{ name: 'a' }] } },
  ],
};
