// Pod Security: capabilities. Baseline allows those that runtimes give by default, restricted wants
// all dropped and allows one to be added back.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, type Fault, nameOf, setIn, shown } from '../../control.ts';
import type { ContainerView, PodView } from '../../pod.ts';
import { itemsOf } from '../../scalar.ts';

const usual: ReadonlySet<unknown> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const harmless: ReadonlySet<unknown> = new Set(['NET_BIND_SERVICE']);

function listOf({ securityContext }: ContainerView, name: 'add' | 'drop'): readonly unknown[] {
  return itemsOf(field(field(securityContext, 'capabilities'), name));
}

/** One fault for each added capability that is not `allowed`; the fix keeps the others. */
function addFaults(container: ContainerView, allowed: ReadonlySet<unknown>): Fault[] {
  const added = listOf(container, 'add');
  const kept = added.filter((capability) => allowed.has(capability));
  const edits = [setIn(container, ['securityContext', 'capabilities', 'add'], kept)];
  return added.flatMap((capability, index) => {
    if (allowed.has(capability)) return [];
    const place = ['securityContext', 'capabilities', 'add', index];
    const named = shown(capability);
    const message = `must not include ${named} in securityContext.capabilities.add`;
    return [
      containerFault(container, place, { message: `${nameOf(container)} ${message}`, edits }),
    ];
  });
}

/** Nothing of the runtime's default set may stay: `drop: [ALL]`, and no other spelling of it. */
function dropFaults(container: ContainerView): Fault[] {
  if (listOf(container, 'drop').includes('ALL')) return [];
  const place = ['securityContext', 'capabilities', 'drop'];
  return [
    containerFault(container, place, {
      message: `${nameOf(container)} must set securityContext.capabilities.drop=["ALL"]`,
      edits: [setIn(container, place, ['ALL'])],
    }),
  ];
}

function checkRestricted({ containers }: PodView): Fault[] {
  return containers.flatMap((one) => [...dropFaults(one), ...addFaults(one, harmless)]);
}

/** A container with these capabilities. */
function holding(capabilities: object) {
  return [{ name: 'a', securityContext: { capabilities } }];
}

export const capabilitiesBaseline: Control = {
  id: 'capabilities_baseline',
  title: 'A capability beyond the default set is added',
  level: 'baseline',
  sources: ['PSS baseline capabilities_baseline', 'CIS Kubernetes 5.2', 'NSA C-0046'],
  severity: 'high',
  lesson: 'container-escape',
  fix: 'Remove the capability; many programs ask for one that they do not need',
  variants: [
    {
      since: 0,
      check: ({ containers }) => containers.flatMap((one) => addFaults(one, usual)),
    },
  ],
  passes: [
    { spec: { containers: holding({ add: [...usual] }) } },
    { spec: { containers: holding({ drop: ['SYS_ADMIN'] }) } },
  ],
  fails: [
    { spec: { containers: holding({ add: ['SYS_ADMIN'] }) } },
    { spec: { containers: holding({ add: ['CHOWN', 'NET_RAW'] }) } },
    { spec: { initContainers: holding({ add: ['ALL'] }) } },
    { spec: { initContainers: holding({ add: ['CAP_CHOWN'] }) } },
    { spec: { ephemeralContainers: holding({ add: ['chown'] }) } },
  ],
};

export const capabilitiesRestricted: Control = {
  id: 'capabilities_restricted',
  title: 'Capabilities that a program hardly ever needs are kept',
  level: 'restricted',
  sources: ['PSS restricted capabilities_restricted', 'CIS Kubernetes 5.2', 'NSA C-0055'],
  severity: 'medium',
  lesson: 'least-privilege',
  fix: 'Drop ALL capabilities; add NET_BIND_SERVICE back where ports below 1024 are opened',
  variants: [
    { since: 22, check: checkRestricted },
    { since: 25, check: (pod) => (pod.isWindows ? [] : checkRestricted(pod)) },
  ],
  overrides: ['capabilities_baseline'],
  passes: [
    { spec: { containers: holding({ drop: ['ALL'], add: ['NET_BIND_SERVICE'] }) } },
    { kubernetes: '1.21', spec: { containers: holding({ add: ['CHOWN'] }) } },
    { kubernetes: '1.25', spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { containers: holding({ drop: ['all'] }) } },
    { spec: { containers: holding({ drop: ['ALL'], add: ['CHOWN'] }) } },
    { kubernetes: '1.22', spec: { containers: [{ name: 'a' }] } },
    { kubernetes: '1.24', spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
};
