// Hardening: in the default namespace nothing is told apart. Only a manifest that says so is at
// fault: where it names none, `kubectl -n` and Helm give one.
import type { Control } from '../../control.ts';
import type { PodView } from '../../pod.ts';

function check({ namespace }: PodView) {
  if (namespace !== 'default') return [];
  return [
    {
      path: ['metadata', 'namespace'],
      ofObject: true as const,
      message: 'the object is put into the namespace "default"',
      container: null,
      edits: [],
    },
  ];
}

export const defaultNamespace: Control = {
  id: 'default-namespace',
  title: 'The namespace is default',
  level: 'hardening',
  sources: ['CIS Kubernetes 5.6.4'],
  severity: 'low',
  lesson: 'least-privilege',
  fix: 'Give the application a namespace of its own, with policies of its own',
  variants: [{ since: 0, check }],
  passes: [{ spec: { containers: [] } }, { namespace: 'shop', spec: { containers: [] } }],
  fails: [{ namespace: 'default', spec: { containers: [] } }],
};
