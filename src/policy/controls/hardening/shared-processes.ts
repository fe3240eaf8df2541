// Hardening: containers of one Pod that see, signal and read each other.
import { field } from '../../../base/json.ts';
import { type Control, podFault } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['spec', 'shareProcessNamespace'];

function check({ spec }: PodView) {
  if (asBoolean(field(spec, 'shareProcessNamespace')) !== true) return [];
  const message = 'pod must not set shareProcessNamespace=true';
  return [podFault(place, { message, edits: [{ kind: 'remove', path: place }] })];
}

export const sharedProcesses: Control = {
  id: 'shared-processes',
  title: 'Containers see the processes of their neighbours',
  level: 'hardening',
  sources: ['Kubernetes: share process namespace between containers'],
  severity: 'low',
  lesson: 'least-privilege',
  fix: 'Remove shareProcessNamespace; debug with an ephemeral container and --target',
  variants: [{ since: 0, check }],
  passes: [{ spec: { shareProcessNamespace: false, containers: [] } }],
  fails: [{ spec: { shareProcessNamespace: true, containers: [] } }],
};
