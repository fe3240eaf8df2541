// Pod Security baseline: SELinux stays as the runtime sets it.
import { field } from '../../../base/json.ts';
import { type Control, type Fault, nameOf, shown } from '../../control.ts';
import type { Path } from '../../path.ts';
import type { ContainerView, PodView } from '../../pod.ts';

const types = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const newerTypes = [...types, 'container_engine_t'];

function checkWith(allowed: readonly unknown[]) {
  return ({ securityContext, containers }: PodView): Fault[] => [
    ...faultsIn(securityContext, { allowed, path: ['spec'], container: null }),
    ...containers.flatMap((container) =>
      faultsIn(container.securityContext, { allowed, path: container.path, container }),
    ),
  ];
}

interface Where {
  readonly allowed: readonly unknown[];
  readonly path: Path;
  readonly container: ContainerView | null;
}

function faultsIn(securityContext: unknown, { allowed, path, container }: Where): Fault[] {
  const options = field(securityContext, 'seLinuxOptions');
  return ['type', 'user', 'role'].flatMap((name) => {
    const value = field(options, name) ?? '';
    if (name === 'type' ? allowed.includes(value) : value === '') return [];
    const place = [...path, 'securityContext', 'seLinuxOptions', name];
    const who = container === null ? 'pod' : nameOf(container);
    const wrong = name === 'type' ? `type ${shown(value)}` : `${name} may not be set`;
    const message = `${who} set forbidden securityContext.seLinuxOptions: ${wrong}`;
    return [{ path: place, message, container, edits: [{ kind: 'remove', path: place }] }];
  });
}

/** A Pod with these options. */
function labelled(seLinuxOptions: object) {
  return { securityContext: { seLinuxOptions }, containers: [] };
}

export const seLinuxOptions: Control = {
  id: 'seLinuxOptions',
  title: 'SELinux is set to something wider than a container',
  level: 'baseline',
  sources: ['PSS baseline seLinuxOptions', 'NSA C-0055'],
  severity: 'medium',
  lesson: 'container-escape',
  fix: 'Remove user, role and type; a level is enough to separate Pods',
  variants: [
    { since: 0, check: checkWith(types) },
    { since: 31, check: checkWith(newerTypes) },
  ],
  passes: [
    { spec: labelled({ type: 'container_t', level: 's0:c1,c2' }) },
    { spec: labelled({}) },
    { kubernetes: '1.31', spec: labelled({ type: 'container_engine_t' }) },
  ],
  fails: [
    { spec: labelled({ type: 'spc_t' }) },
    { spec: labelled({ user: 'u' }) },
    {
      spec: {
        initContainers: [{ name: 'a', securityContext: { seLinuxOptions: { role: 'r' } } }],
      },
    },
    { kubernetes: '1.30', spec: labelled({ type: 'container_engine_t' }) },
  ],
};
