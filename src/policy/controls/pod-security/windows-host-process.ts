// Pod Security baseline: no process of the Windows host.
import { field } from '../../../base/json.ts';
import {
  type Control,
  containerFault,
  type Fault,
  nameOf,
  podFault,
  setIn,
} from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['securityContext', 'windowsOptions', 'hostProcess'];
const what = `must not set ${place.join('.')}=true`;

function isHostProcess(securityContext: unknown): boolean {
  return asBoolean(field(field(securityContext, 'windowsOptions'), 'hostProcess')) === true;
}

function check({ securityContext, containers }: PodView): Fault[] {
  const path = ['spec', ...place];
  const ofPod = isHostProcess(securityContext)
    ? [podFault(path, { message: `pod ${what}`, edits: [{ kind: 'set', path, value: false }] })]
    : [];
  const ofContainers = containers
    .filter((container) => isHostProcess(container.securityContext))
    .map((container) =>
      containerFault(container, place, {
        message: `${nameOf(container)} ${what}`,
        edits: [setIn(container, place, false)],
      }),
    );
  return [...ofPod, ...ofContainers];
}

const host = { securityContext: { windowsOptions: { hostProcess: true } } };

export const windowsHostProcess: Control = {
  id: 'windowsHostProcess',
  title: 'A process of the Windows host',
  level: 'baseline',
  sources: ['PSS baseline windowsHostProcess'],
  severity: 'critical',
  lesson: 'host-access',
  fix: 'Set hostProcess to false',
  variants: [{ since: 0, check }],
  passes: [
    { spec: { containers: [{ name: 'a', securityContext: { windowsOptions: {} } }] } },
    { spec: { securityContext: { windowsOptions: { hostProcess: false } }, containers: [] } },
  ],
  fails: [
    { spec: { ...host, containers: [] } },
    { spec: { containers: [{ name: 'a', ...host }] } },
    { spec: { initContainers: [{ name: 'a', ...host }] } },
  ],
};
