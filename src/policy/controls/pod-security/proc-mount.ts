// Pod Security: /proc stays masked. Since 1.35 baseline lets Pods with a user namespace of their own
// unmask it, and restricted keeps the strict rule as a check of its own.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, setIn, shown } from '../../control.ts';
import type { PodView } from '../../pod.ts';

const place = ['securityContext', 'procMount'] as const;

function check({ containers }: PodView) {
  return containers.flatMap((container) => {
    const value = field(container.securityContext, 'procMount');
    if (value === undefined || value === null || value === 'Default') return [];
    const wrong = shown(value);
    return containerFault(container, place, {
      message: `${nameOf(container)} must not set securityContext.procMount to ${wrong}`,
      edits: [setIn(container, place, 'Default')],
    });
  });
}

const unmasked = { name: 'a', securityContext: { procMount: 'Unmasked' } };
const masked = { name: 'a', securityContext: { procMount: 'Default' } };

export const procMount: Control = {
  id: 'procMount',
  title: 'The masked parts of /proc are open',
  level: 'baseline',
  sources: ['PSS baseline procMount'],
  severity: 'high',
  lesson: 'container-escape',
  fix: 'Remove procMount, or set it to Default',
  variants: [
    { since: 0, check },
    { since: 35, check: (pod) => (pod.hasOwnUsers ? [] : check(pod)) },
  ],
  passes: [
    { spec: { containers: [masked] } },
    { spec: { hostUsers: false, containers: [unmasked] } },
    { kubernetes: '1.35', spec: { hostUsers: false, containers: [unmasked] } },
  ],
  fails: [
    { spec: { containers: [unmasked] } },
    { spec: { hostUsers: true, initContainers: [unmasked] } },
    { kubernetes: '1.34', spec: { hostUsers: false, containers: [unmasked] } },
  ],
};

export const procMountRestricted: Control = {
  id: 'procMount_restricted',
  title: 'The masked parts of /proc are open, in a user namespace or not',
  level: 'restricted',
  sources: ['PSS restricted procMount_restricted'],
  severity: 'high',
  lesson: 'container-escape',
  fix: 'Remove procMount, or set it to Default',
  variants: [{ since: 35, check }],
  overrides: ['procMount'],
  passes: [
    { spec: { hostUsers: false, containers: [masked] } },
    { kubernetes: '1.34', spec: { containers: [unmasked] } },
  ],
  fails: [
    { spec: { hostUsers: false, containers: [unmasked] } },
    { kubernetes: '1.35', spec: { hostUsers: false, ephemeralContainers: [unmasked] } },
  ],
};
