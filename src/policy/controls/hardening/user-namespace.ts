// Hardening since 1.33, where user namespaces are on by default: root inside need not be root outside.
import { field } from '../../../base/json.ts';
import { type Control, podFault } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['spec', 'hostUsers'];
const hostNamespaces = ['hostNetwork', 'hostPID', 'hostIPC'];

/** Kubernetes refuses the two together, so Pods in namespaces of the host are not asked. */
function check({ spec, hasOwnUsers, isWindows }: PodView) {
  const sharesHost = hostNamespaces.some((name) => asBoolean(field(spec, name)) === true);
  if (hasOwnUsers || isWindows || sharesHost) return [];
  const message = 'pod must set hostUsers=false to have a user namespace of its own';
  return [podFault(place, { message, edits: [{ kind: 'set', path: place, value: false }] })];
}

export const userNamespace: Control = {
  id: 'user-namespace',
  title: 'Users of the Pod are users of the node',
  level: 'hardening',
  sources: ['Kubernetes: user namespaces', 'NSA C-0055'],
  severity: 'low',
  lesson: 'container-escape',
  fix: 'Set hostUsers to false',
  variants: [{ since: 33, check }],
  passes: [
    { spec: { hostUsers: false, containers: [] } },
    { spec: { hostNetwork: true, containers: [] } },
    { kubernetes: '1.32', spec: { containers: [] } },
  ],
  fails: [{ kubernetes: '1.33', spec: { containers: [] } }, { spec: { hostUsers: true } }],
};
