// Pod Security baseline: no namespace of the host.
import { field } from '../../../base/json.ts';
import { type Control, podFault } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const names = ['hostNetwork', 'hostPID', 'hostIPC'] as const;

function check({ spec }: PodView) {
  return names
    .filter((name) => asBoolean(field(spec, name)) === true)
    .map((name) => {
      const path = ['spec', name];
      const message = `host namespaces (${name}=true)`;
      return podFault(path, { message, edits: [{ kind: 'set', path, value: false }] });
    });
}

export const hostNamespaces: Control = {
  id: 'hostNamespaces',
  title: 'The Pod sees network, processes or memory of the node',
  level: 'baseline',
  sources: ['PSS baseline hostNamespaces', 'CIS Kubernetes 5.2', 'NSA C-0038, C-0041'],
  severity: 'high',
  lesson: 'host-access',
  fix: 'Leave the namespaces of the host; reach the node through a Service or an API instead',
  variants: [{ since: 0, check }],
  passes: [{ spec: { hostNetwork: false, containers: [] } }, { spec: { containers: [] } }],
  fails: [
    { spec: { hostNetwork: true, containers: [] } },
    { spec: { hostPID: true, containers: [] } },
    { spec: { hostIPC: 'on', containers: [] } },
  ],
};
