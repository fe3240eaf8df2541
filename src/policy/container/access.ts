// Controls on what a container may do: privileged mode, namespaces of the host, capabilities,
// profiles of the kernel, its user.
import { shown } from '../control.ts';
import { clip } from '../scalar.ts';
import { type ContainerConfig, optionOf, removeAt, type Setting, setService } from './config.ts';
import type { ContainerControl, ContainerFault } from './control.ts';

/** Capabilities that Docker gives by default; adding them changes nothing. */
const defaults: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Each of these alone leads out of a container, or to the memory of others. */
const grave: ReadonlySet<string> = new Set([
  'ALL',
  'BPF',
  'DAC_READ_SEARCH',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
]);

/** `cap_sys_admin` and `SYS_ADMIN` are one capability. */
function capabilityName(text: string): string {
  return text.toUpperCase().replace(/^CAP_/, '');
}

function privilegedFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { privileged } = config;
  if (!privileged.value) return [];
  const edits = setService(config, 'privileged', false);
  return [{ path: privileged.path, value: true, message: 'it runs privileged', edits }];
}

function capabilityFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { addedCapabilities: added } = config;
  const kept = added.value.filter((one) => defaults.has(capabilityName(one)));
  const edits = setService(config, 'cap_add', kept);
  return added.value.flatMap((text, index) => {
    const name = capabilityName(text);
    if (defaults.has(name)) return [];
    const message = `it is given the capability ${clip(name, 40)}`;
    const severity = grave.has(name) ? 'critical' : 'high';
    return [{ path: [...added.path, index], value: clip(text), message, edits, severity } as const];
  });
}

function dropFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { droppedCapabilities: dropped, privileged } = config;
  if (privileged.value || dropped.value.some((one) => capabilityName(one) === 'ALL')) return [];
  const edits = setService(config, 'cap_drop', ['ALL']);
  const value = dropped.value.length === 0 ? null : dropped.value.map((one) => clip(one));
  return [{ path: dropped.path, value, message: 'it does not drop all capabilities', edits }];
}

/** A control on a namespace that must not be the host's. */
function hostNamespace(
  setting: (config: ContainerConfig) => Setting<string | null>,
  what: string,
): ContainerControl['check'] {
  return (config) => {
    const { value, path } = setting(config);
    if (value !== 'host') return [];
    const edits = removeAt(config, path);
    return [{ path, value, message: `it shares the ${what} of the host`, edits }];
  };
}

/** A control on a profile of the kernel that must not be switched off. */
function profileFaults(name: string, off: readonly string[]): ContainerControl['check'] {
  return (config) => {
    const index = config.securityOptions.value.findIndex((option) =>
      off.some((value) => option === `${name}=${value}` || option === `${name}:${value}`),
    );
    if (index === -1) return [];
    const path = [...config.securityOptions.path, index];
    const value = clip(config.securityOptions.value[index] ?? '');
    const edits = removeAt(config, path);
    return [{ path, value, message: `it runs with ${shown(value)}`, edits }];
  };
}

function appArmorFaults(config: ContainerConfig): readonly ContainerFault[] {
  const told = profileFaults('apparmor', ['unconfined'])(config);
  if (told.length > 0 || config.appArmor !== 'unconfined') return told;
  const path = config.form === 'inspect' ? [...config.path, 'AppArmorProfile'] : config.path;
  const message = 'no AppArmor profile confines it';
  return [{ path, value: 'unconfined', message, edits: [] }];
}

function newPrivilegeFaults(config: ContainerConfig): readonly ContainerFault[] {
  const value = optionOf(config, 'no-new-privileges');
  if (value === '' || value === 'true' || value === '1') return [];
  const { securityOptions } = config;
  const others = securityOptions.value.filter((one) => !one.startsWith('no-new-privileges'));
  const edits = setService(config, 'security_opt', [...others, 'no-new-privileges:true']);
  const message = 'its programs may gain privileges (setuid)';
  return [{ path: securityOptions.path, value, message, edits }];
}

function userFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.user;
  const [name = ''] = (value ?? '').split(':');
  // Where no user is set the image decides: that is the question of CIS 4.1.
  if (value === null || (value === '' && config.form !== 'inspect')) return [];
  if (name !== '' && name !== 'root' && !/^0+$/.test(name)) return [];
  const message = name === '' ? 'it runs as root: no user is set' : `it runs as ${shown(name)}`;
  return [{ path, value: value === '' ? null : clip(value), message, edits: [] }];
}

export const accessControls: readonly ContainerControl[] = [
  {
    id: 'apparmor-profile',
    cis: '5.2',
    title: 'AppArmor confines the container',
    level: 'baseline',
    severity: 'medium',
    lesson: 'kernel-confinement',
    fix: 'Remove the option apparmor=unconfined, or name a profile of your own',
    run: '--security-opt apparmor=docker-default',
    check: appArmorFaults,
  },
  {
    id: 'selinux-label',
    cis: '5.3',
    title: 'SELinux labels of the container are in force',
    level: 'baseline',
    severity: 'medium',
    lesson: 'kernel-confinement',
    fix: 'Remove the option label=disable; label the volumes with :z or :Z instead',
    check: profileFaults('label', ['disable']),
  },
  {
    id: 'added-capabilities',
    cis: '5.4',
    title: 'No capability beyond the usual ones is added',
    level: 'baseline',
    severity: 'high',
    lesson: 'least-privilege',
    fix: 'Remove the added capabilities, or find the narrow one that the program needs',
    run: '--cap-drop ALL',
    check: capabilityFaults,
  },
  {
    id: 'privileged',
    cis: '5.5',
    title: 'The container is not privileged',
    level: 'baseline',
    severity: 'critical',
    lesson: 'host-access',
    fix: 'Remove privileged mode; give the one device or capability that is needed',
    check: privilegedFaults,
  },
  {
    id: 'host-network',
    cis: '5.10',
    title: 'The container has a network of its own',
    level: 'baseline',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Use a network of Docker and publish the ports that are needed',
    run: '--network NAME',
    check: hostNamespace(({ network }) => network, 'network'),
  },
  {
    id: 'host-pid',
    cis: '5.16',
    title: 'The container sees its own processes only',
    level: 'baseline',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Remove the process namespace of the host',
    check: hostNamespace(({ pid }) => pid, 'process namespace'),
  },
  {
    id: 'host-ipc',
    cis: '5.17',
    title: 'The container has shared memory of its own',
    level: 'baseline',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Remove the IPC namespace of the host; share memory with one container by ipc: container',
    run: '--ipc private',
    check: hostNamespace(({ ipc }) => ipc, 'IPC namespace'),
  },
  {
    id: 'host-uts',
    cis: '5.21',
    title: 'The container has a host name of its own',
    level: 'hardening',
    severity: 'medium',
    lesson: 'host-access',
    fix: 'Remove the UTS namespace of the host',
    check: hostNamespace(({ uts }) => uts, 'host name (UTS namespace)'),
  },
  {
    id: 'host-users',
    cis: '5.31',
    title: 'The remapping of users is not switched off',
    level: 'hardening',
    severity: 'medium',
    lesson: 'host-access',
    fix: 'Remove the user namespace of the host',
    check: hostNamespace(({ users }) => users, 'user namespace'),
  },
  {
    id: 'seccomp-profile',
    cis: '5.22',
    title: 'System calls are filtered (seccomp)',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Remove seccomp=unconfined; write a profile that allows the one call that is missing',
    check: profileFaults('seccomp', ['unconfined']),
  },
  {
    id: 'system-paths',
    cis: null,
    title: 'Kernel files in /proc and /sys stay hidden',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Remove the option systempaths=unconfined',
    check: profileFaults('systempaths', ['unconfined']),
  },
  {
    id: 'no-new-privileges',
    cis: '5.26',
    title: 'Programs cannot gain privileges',
    level: 'restricted',
    severity: 'medium',
    lesson: 'least-privilege',
    fix: 'Set the security option no-new-privileges',
    run: '--security-opt no-new-privileges',
    check: newPrivilegeFaults,
  },
  {
    id: 'dropped-capabilities',
    cis: null,
    title: 'All capabilities are dropped',
    level: 'restricted',
    severity: 'medium',
    lesson: 'least-privilege',
    fix: 'Drop ALL capabilities and add back the one that is needed',
    run: '--cap-drop ALL',
    check: dropFaults,
  },
  {
    id: 'root-user',
    cis: null,
    title: 'The container does not run as root',
    level: 'restricted',
    severity: 'medium',
    lesson: 'runs-as-root',
    fix: 'Run it as a user with a number above 0',
    run: '--user 10001:10001',
    check: userFaults,
  },
];
