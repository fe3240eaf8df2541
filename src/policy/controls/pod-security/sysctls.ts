// Pod Security baseline: only kernel settings that are the Pod's own.
import { field } from '../../../base/json.ts';
import { type Control, type Fault, type PodVector, podFault, shown } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { clip, itemsOf } from '../../scalar.ts';

/** What each version of Kubernetes added to the safe ones. */
const additions: readonly { readonly since: number; readonly names: readonly string[] }[] = [
  {
    since: 0,
    names: [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  },
  { since: 27, names: ['net.ipv4.ip_local_reserved_ports'] },
  {
    since: 29,
    names: [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  },
  { since: 32, names: ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] },
  { since: 37, names: ['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'] },
];

/** A variant for each version that added some. */
function variantSince(since: number) {
  const allowed = new Set<unknown>(
    additions.filter((one) => one.since <= since).flatMap(({ names }) => names),
  );
  return {
    since,
    check: ({ securityContext }: PodView): Fault[] =>
      itemsOf(field(securityContext, 'sysctls')).flatMap((sysctl, index) => {
        const name = field(sysctl, 'name') ?? '';
        if (allowed.has(name)) return [];
        const item = ['spec', 'securityContext', 'sysctls', index];
        const message = `forbidden sysctls (${typeof name === 'string' ? clip(name) : shown(name)})`;
        return podFault([...item, 'name'], { message, edits: [{ kind: 'remove', path: item }] });
      }),
  };
}

/** A Pod that sets these. */
function setting(names: readonly string[], kubernetes: string): PodVector {
  const sysctls = names.map((name) => ({ name, value: '1' }));
  return { kubernetes, spec: { securityContext: { sysctls }, containers: [] } };
}

export const sysctls: Control = {
  id: 'sysctls',
  title: 'A kernel setting that is not of the Pod alone',
  level: 'baseline',
  sources: ['PSS baseline sysctls'],
  severity: 'medium',
  lesson: 'host-access',
  fix: 'Remove the sysctl, or set it on nodes of their own',
  variants: [variantSince(0), ...additions.slice(1).map(({ since }) => variantSince(since))],
  passes: additions.map(({ since, names }) => setting(names, `1.${since}`)),
  fails: [
    ...additions.slice(1).map(({ since, names }) => setting(names, `1.${since - 1}`)),
    setting(['kernel.msgmax'], '1.37'),
    setting(['kernel.shm_rmid_forced', 'kernel.core_pattern', 'net.core.somaxconn'], '1.37'),
  ],
};
