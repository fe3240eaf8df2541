// Hardening: entries of /etc/hosts send a name elsewhere, past DNS and past its log.
import { field } from '../../../base/json.ts';
import { type Control, podFault } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { itemsOf } from '../../scalar.ts';

const place = ['spec', 'hostAliases'];

function check({ spec }: PodView) {
  if (itemsOf(field(spec, 'hostAliases')).length === 0) return [];
  const message = 'pod must not set hostAliases';
  return [podFault(place, { message, edits: [{ kind: 'remove', path: place }] })];
}

export const hostAliases: Control = {
  id: 'host-aliases',
  title: 'Names are sent elsewhere by /etc/hosts',
  level: 'hardening',
  sources: ['MITRE ATT&CK T1565'],
  severity: 'low',
  lesson: 'least-privilege',
  fix: 'Remove hostAliases and give the name to the cluster DNS',
  variants: [{ since: 0, check }],
  passes: [{ spec: { hostAliases: [], containers: [] } }],
  fails: [{ spec: { hostAliases: [{ ip: '10.0.0.1', hostnames: ['db'] }], containers: [] } }],
};
