// A service that cannot say whether it still works.
import type { ImageRule } from '../rule.ts';

export const noHealthcheck: ImageRule = {
  id: 'image-no-healthcheck',
  title: 'The image says nothing of its health',
  severity: 'negligible',
  why: 'A stuck or half-broken process keeps its traffic until somebody notices.',
  fix: 'Add a HEALTHCHECK, or give the orchestrator a probe.',
  lesson: 'image-hygiene',
  check({ config }) {
    // Only what opens a port is a service.
    if (config === null || config.hasHealthcheck || config.exposedPorts.length === 0) return null;
    return { evidence: { ports: config.exposedPorts.join(' ') } };
  },
};
