// Hardening: a container without limits takes the node from its neighbours.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, type Variant } from '../../control.ts';
import type { PodView } from '../../pod.ts';

/** Ephemeral containers may not have resources. */
function variantOf(resource: 'memory' | 'cpu'): Variant {
  const place = ['resources', 'limits', resource];
  return {
    since: 0,
    check: ({ spec, containers }: PodView) =>
      // Since 1.34 a Pod may have limits as a whole.
      hasLimit(field(spec, 'resources'), resource)
        ? []
        : containers
            .filter(({ list }) => list !== 'ephemeralContainers')
            .filter(({ value }) => !hasLimit(field(value, 'resources'), resource))
            .map((container) => {
              const message = `${nameOf(container)} must set ${place.join('.')}`;
              return containerFault(container, place, { message });
            }),
  };
}

function hasLimit(resources: unknown, resource: string): boolean {
  const limit = field(field(resources, 'limits'), resource) ?? '';
  return limit !== '' && limit !== 0 && limit !== '0';
}

/** A container with these limits. */
function limited(limits: object) {
  return { spec: { containers: [{ name: 'a', resources: { limits } }] } };
}

export const memoryLimit: Control = {
  id: 'memory-limit',
  title: 'No limit of memory',
  level: 'hardening',
  sources: ['NSA C-0271', 'CIS Docker 5.11'],
  severity: 'medium',
  lesson: 'denial-of-service',
  fix: 'Set resources.limits.memory to what the program needs at its peak',
  variants: [variantOf('memory')],
  passes: [
    limited({ memory: '64Mi' }),
    { spec: { resources: { limits: { memory: '1Gi' } }, containers: [{ name: 'a' }] } },
    { spec: { ephemeralContainers: [{ name: 'a' }] } },
  ],
  fails: [limited({ cpu: 1 }), limited({ memory: '0' }), { spec: { containers: [{ name: 'a' }] } }],
};

export const cpuLimit: Control = {
  id: 'cpu-limit',
  title: 'No limit of processor time',
  level: 'hardening',
  sources: ['NSA C-0270', 'CIS Docker 5.12'],
  severity: 'low',
  lesson: 'denial-of-service',
  fix: 'Set resources.limits.cpu, or give the namespace a LimitRange',
  variants: [variantOf('cpu')],
  passes: [limited({ cpu: '500m' }), limited({ cpu: 2 })],
  fails: [limited({ memory: '1Gi' }), { spec: { initContainers: [{ name: 'a' }] } }],
};
