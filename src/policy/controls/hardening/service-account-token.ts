// Hardening: a token for the API server lies in each container unless it is refused.
import { field } from '../../../base/json.ts';
import { type Control, podFault } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['spec', 'automountServiceAccountToken'];

function check({ spec }: PodView) {
  if (asBoolean(field(spec, 'automountServiceAccountToken')) === false) return [];
  return [
    podFault(place, {
      message: 'pod must set automountServiceAccountToken=false unless it talks to the API server',
      edits: [{ kind: 'set', path: place, value: false }],
    }),
  ];
}

export const serviceAccountToken: Control = {
  id: 'service-account-token',
  title: 'A token for the API server is mounted',
  level: 'hardening',
  sources: ['NSA C-0034', 'CIS Kubernetes 5.1.6'],
  severity: 'low',
  lesson: 'least-privilege',
  fix: 'Set automountServiceAccountToken to false where the program does not ask the API server',
  variants: [{ since: 0, check }],
  passes: [{ spec: { automountServiceAccountToken: false, containers: [] } }],
  fails: [
    { spec: { containers: [] } },
    { spec: { automountServiceAccountToken: true, containers: [] } },
  ],
};
