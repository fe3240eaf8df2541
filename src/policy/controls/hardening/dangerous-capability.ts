// Hardening: capabilities that are as good as root on the node, or close to it.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, setIn, shown } from '../../control.ts';
import type { ContainerView, PodView } from '../../pod.ts';
import { itemsOf } from '../../scalar.ts';

/** What each lets a program do, for the message. */
const dangers: ReadonlyMap<string, string> = new Map([
  ['ALL', 'is every capability'],
  ['BPF', 'loads programs into the kernel'],
  ['DAC_READ_SEARCH', 'opens any file of the node by its handle'],
  ['MAC_ADMIN', 'changes the rules of the security module'],
  ['MAC_OVERRIDE', 'ignores the security module'],
  ['NET_ADMIN', 'changes addresses, routes and packet filters'],
  ['NET_RAW', 'forges packets'],
  ['PERFMON', 'reads memory of the kernel'],
  ['SYS_ADMIN', 'mounts file systems and enters namespaces'],
  ['SYS_BOOT', 'boots another kernel'],
  ['SYS_MODULE', 'loads modules into the kernel'],
  ['SYS_PTRACE', 'takes over other processes'],
  ['SYS_RAWIO', 'writes to devices and ports'],
  ['SYSLOG', 'reads addresses of the kernel'],
]);

function dangerOf(capability: unknown): string | null {
  if (typeof capability !== 'string') return null;
  return dangers.get(capability.toUpperCase().replace(/^CAP_/, '')) ?? null;
}

function check({ containers }: PodView) {
  return containers.flatMap((container) => capabilityFaults(container));
}

function capabilityFaults(container: ContainerView) {
  const place = ['securityContext', 'capabilities', 'add'];
  const added = itemsOf(field(field(container.securityContext, 'capabilities'), 'add'));
  const kept = added.filter((one) => dangerOf(one) === null);
  return added.flatMap((capability, index) => {
    const danger = dangerOf(capability);
    if (danger === null) return [];
    const message = `${nameOf(container)} adds ${shown(capability)}, which ${danger}`;
    const edits = [setIn(container, place, kept)];
    return containerFault(container, [...place, index], { message, edits });
  });
}

/** A container that adds these. */
function adding(...add: string[]) {
  return { spec: { containers: [{ name: 'a', securityContext: { capabilities: { add } } }] } };
}

export const dangerousCapability: Control = {
  id: 'dangerous-capability',
  title: 'A capability that reaches the node',
  level: 'hardening',
  sources: ['NSA C-0046', 'CIS Kubernetes 5.2', 'MITRE ATT&CK T1611'],
  severity: 'high',
  lesson: 'container-escape',
  fix: 'Remove the capability; let a small trusted agent of the node do what needs it',
  variants: [{ since: 0, check }],
  passes: [adding('NET_BIND_SERVICE', 'CHOWN'), adding()],
  fails: [adding('SYS_ADMIN'), adding('CHOWN', 'CAP_SYS_MODULE'), adding('all'), adding('NET_RAW')],
};
