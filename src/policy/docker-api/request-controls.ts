// Controls on what a request asks of an engine and no finished container shows as plainly: settings at
// the wrong place, runtimes, profiles that come along, namespaces of others, what owns the host.
import { asArray, entriesOf, field, keysOf, stringField, stringsOf } from '../../base/json.ts';
import type { ContainerConfig } from '../container/index.ts';
import type { Path } from '../path.ts';
import { clip, itemsOf } from '../scalar.ts';
import type { JudgedControl, JudgedFault } from '../verdict.ts';
import { hostFields } from './go-fields.ts';
import { parseAsGo } from './go-json.ts';
import { mountedVolumeOf, takeoverOf } from './takeover.ts';

export const requestControls = {
  takeover: {
    id: 'host-takeover',
    title: 'Nothing that owns the host is handed over',
    level: 'baseline',
    severity: 'critical',
    lesson: 'host-access',
    fix: 'Mount the one folder that is needed, or use a named volume',
  },
  misplaced: {
    id: 'misplaced-setting',
    title: 'Settings of the host stand in HostConfig',
    level: 'baseline',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Move the setting into HostConfig',
  },
  runtime: {
    id: 'runtime-program',
    title: 'The runtime is one that is known',
    level: 'baseline',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Use the default runtime, or register the other one under a known name',
  },
  seccomp: {
    id: 'seccomp-profile',
    title: 'The seccomp profile that comes along denies by default',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Start from the profile of Docker and add the one call that is missing',
  },
  paths: {
    id: 'system-paths',
    title: 'Kernel files in /proc and /sys stay hidden',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Leave MaskedPaths and ReadonlyPaths to the engine',
  },
  option: {
    id: 'security-option',
    title: 'Security options that open the host are not used',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Remove the option',
  },
  sysctl: {
    id: 'unsafe-sysctl',
    title: 'Kernel settings beyond the container are not changed',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Set only net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*',
  },
  joined: {
    id: 'joined-container',
    title: 'The container keeps to its own namespaces and volumes',
    level: 'hardening',
    severity: 'medium',
    lesson: 'least-privilege',
    fix: 'Share a network or a named volume instead',
  },
  cgroups: {
    id: 'host-cgroup-namespace',
    title: 'The container has a cgroup namespace of its own',
    level: 'hardening',
    severity: 'medium',
    lesson: 'least-privilege',
    fix: 'Remove the cgroup namespace of the host',
  },
} as const satisfies Record<string, JudgedControl>;

type Tell = (
  control: JudgedControl,
  fault: { readonly path: Path; readonly value: unknown; readonly message: string },
) => void;

/**
 * Faults of a create body beyond those of its configuration.
 * @param body as `parseAsGo` gives it
 * @param config of the same body, its mounts as the host resolves them
 */
export function requestFaults(body: unknown, config: ContainerConfig): JudgedFault[] {
  const faults: JudgedFault[] = [];
  const tell: Tell = (control, { path, value, message }) => {
    faults.push({ control, sources: ['Seaworthy'], path, value, message, edits: [] });
  };
  const host = field(body, 'HostConfig');
  misplaced(body, tell);
  handedOver(host, config, tell);
  kernelSettings(host, tell);
  joins(host, tell);
  return faults;
}

/** Old bodies had these at the root, with no harm in them. */
const oldPlaces: ReadonlySet<string> = new Set([
  'Memory',
  'MemorySwap',
  'CpuShares',
  'VolumeDriver',
]);
const onHost: ReadonlySet<string> = new Set(hostFields);

/** Engines read HostConfig's fields at the root of the body where there is no HostConfig. */
function misplaced(body: unknown, tell: Tell): void {
  for (const [key, value] of entriesOf(body)) {
    if (!onHost.has(key) || oldPlaces.has(key) || isNothing(value)) continue;
    const message = `${key} stands outside of HostConfig, where engines read it all the same`;
    tell(requestControls.misplaced, { path: [key], value: null, message });
  }
}

function isNothing(value: unknown): boolean {
  return value === null || value === false || value === '' || value === 0;
}

/** Disks, memory and ports of the kernel. */
const graveDevice =
  /^\/dev(?:$|\/(?:sd|hd|vd|xvd|nvme|dm-|md|mapper|mem$|kmem$|port$|kmsg$|disk|loop|root$|block))/;

function handedOver(host: unknown, config: ContainerConfig, tell: Tell): void {
  const control = requestControls.takeover;
  for (const { kind, source, readOnly, path } of config.mounts) {
    const why = kind === 'bind' && source !== null ? takeoverOf(source, readOnly) : null;
    if (why !== null) tell(control, { path, value: clip(source ?? ''), message: clip(why) });
  }
  for (const [index, mount] of itemsOf(field(host, 'Mounts')).entries()) {
    const volume = mountedVolumeOf(mount);
    if (volume.kind !== 'mount') continue;
    const path = ['HostConfig', 'Mounts', index];
    const message = `its volume mounts ${clip(volume.what)}`;
    tell(control, { path, value: clip(volume.what), message });
  }
  for (const { source, path } of config.devices) {
    const isRule = !source.startsWith('/');
    if (isRule ? !/^[ab]\b/.test(source) : !graveDevice.test(source)) continue;
    const message = `it is given ${clip(source)}: disks or memory of the host`;
    tell(control, { path, value: clip(source), message });
  }
  const runtime = stringField(host, 'Runtime') ?? '';
  if (!/^(?:$|runc$|crun$|runsc$|kata|sysbox-runc$|nvidia$|io\.containerd\.)/.test(runtime)) {
    const message = `its runtime is ${clip(runtime)}`;
    tell(requestControls.runtime, { path: ['HostConfig', 'Runtime'], value: runtime, message });
  }
}

const plainSysctl = /^(?:net\.|fs\.mqueue\.|kernel\.(?:shm|msg)[a-z_]*$|kernel\.sem$)/;
/** Of the many that the engine hides these lead out. */
const masked: readonly string[] = ['/proc/kcore', '/proc/keys', '/sys/firmware'];
const readOnlyPaths: readonly string[] = ['/proc/bus', '/proc/sys', '/proc/sysrq-trigger'];

function kernelSettings(host: unknown, tell: Tell): void {
  for (const key of keysOf(field(host, 'Sysctls')).slice(0, 1000)) {
    if (plainSysctl.test(key)) continue;
    const message = `it sets ${clip(key, 100)}, which counts beyond it`;
    tell(requestControls.sysctl, { path: ['HostConfig', 'Sysctls', key], value: null, message });
  }
  for (const [key, wanted] of [
    ['MaskedPaths', masked],
    ['ReadonlyPaths', readOnlyPaths],
  ] as const) {
    const given = field(host, key);
    if (!Array.isArray(given) || wanted.every((one) => given.includes(one))) continue;
    const message = `its ${key} leave out ${wanted.find((one) => !given.includes(one)) ?? ''}`;
    tell(requestControls.paths, { path: ['HostConfig', key], value: null, message });
  }
  for (const [index, option] of stringsOf(field(host, 'SecurityOpt')).entries()) {
    const path = ['HostConfig', 'SecurityOpt', index];
    const profile = /^seccomp[=:]\s*(\{.*)$/s.exec(option)?.[1];
    if (profile !== undefined && !deniesByDefault(profile)) {
      const message = 'its own seccomp profile allows what it does not name';
      tell(requestControls.seccomp, { path, value: 'a profile', message });
    } else if (/^(?:writable-cgroups[=:]true|label[=:]type:spc_t)$/.test(option)) {
      const message = `it runs with ${clip(option)}`;
      tell(requestControls.option, { path, value: clip(option), message });
    }
  }
}

const encoder = new TextEncoder();

function deniesByDefault(profile: string): boolean {
  const parsed = parseAsGo(encoder.encode(profile));
  const action = parsed.ok ? stringField(parsed.value, 'defaultAction') : null;
  return action !== null && /^SCMP_ACT_(?:ERRNO|KILL|KILL_PROCESS|KILL_THREAD|TRAP)$/.test(action);
}

/** References to other containers in a create body, each with its place. */
export function joinedContainers(body: unknown): { readonly name: string; readonly path: Path }[] {
  const host = field(body, 'HostConfig');
  const found: { name: string; path: Path }[] = [];
  for (const key of ['NetworkMode', 'PidMode', 'IpcMode', 'UsernsMode', 'Cgroup']) {
    const name = /^container:(.*)$/s.exec(stringField(host, key) ?? '')?.[1];
    if (name !== undefined) found.push({ name, path: ['HostConfig', key] });
  }
  for (const key of ['VolumesFrom', 'Links'] as const) {
    for (const [index, text] of stringsOf(field(host, key)).slice(0, 1000).entries()) {
      found.push({ name: text.split(':')[0] ?? '', path: ['HostConfig', key, index] });
    }
  }
  return found;
}

function joins(host: unknown, tell: Tell): void {
  for (const { name, path } of joinedContainers({ HostConfig: host })) {
    if (path[1] === 'Links') continue;
    const message = `it joins the container ${clip(name, 100)}`;
    tell(requestControls.joined, { path, value: clip(name, 100), message });
  }
  if (stringField(host, 'CgroupnsMode') === 'host') {
    const message = 'it shares the cgroup namespace of the host';
    const path = ['HostConfig', 'CgroupnsMode'];
    tell(requestControls.cgroups, { path, value: 'host', message });
  }
  for (const [index, one] of asArray(field(host, 'DeviceRequests')).slice(0, 100).entries()) {
    if (stringField(one, 'Driver') !== 'cdi') continue;
    const path = ['HostConfig', 'DeviceRequests', index];
    const message = 'it is given devices by CDI, which may mount and run things of the host';
    tell(requestControls.takeover, { path, value: 'cdi', message });
  }
}
