// The kernel that runs: release, build settings, command line, modules, mitigations, guards. Only read.
import { gunzipSync } from 'node:zlib';
import type { Machine } from './machine.ts';

export interface KernelState {
  /** `6.1.0-18-amd64`; null: not known (a root file system that does not run). */
  readonly release: string | null;
  /** `CONFIG_*` without the prefix: `y`, `m` or a text; null: the build settings are not there. */
  readonly settings: ReadonlyMap<string, string> | null;
  /** Where they were read. */
  readonly settingsPath: string | null;
  readonly commandLine: string | null;
  /** By name with dots, `kernel.kptr_restrict`; settings that this kernel has not are absent. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** By flaw of the processor: the kernel's own words. Null: not told. */
  readonly processorFlaws: ReadonlyMap<string, string> | null;
  /** Security modules in force; null: not told. */
  readonly securityModules: readonly string[] | null;
  /** `none`, `integrity`, `confidentiality`; null: the kernel has no lockdown, or does not say. */
  readonly lockdown: string | null;
  /** Null: not told. */
  readonly loadedModules: ReadonlySet<string> | null;
  /** Modules on disk for this release; null: there is no such folder. */
  readonly loadableModules: ReadonlySet<string> | null;
  readonly builtinModules: ReadonlySet<string>;
  /** Modules that the settings of modprobe keep out, and where that stands. */
  readonly blockedModules: ReadonlyMap<string, string>;
  readonly cgroup: 'v1' | 'v2' | 'hybrid' | null;
}

const settingsBytes = 4 * 1024 * 1024;
const linesMost = 200_000;

/** @param sysctls names with dots that are read */
export function readKernelState(machine: Machine, sysctls: readonly string[]): KernelState {
  const line = (path: string): string | null => machine.text(path, 64 * 1024)?.trim() ?? null;
  const release = line('/proc/sys/kernel/osrelease');
  const { settings, path } = readSettings(machine, release);
  const values = sysctls.flatMap((name) => {
    const value = line(`/proc/sys/${name.replaceAll('.', '/')}`);
    return value === null ? [] : [[name, value] as const];
  });
  const guards = line('/sys/kernel/security/lsm');
  const lockdown = line('/sys/kernel/security/lockdown');
  const folder = release === null ? null : moduleFolder(machine, release);
  return {
    release,
    settings,
    settingsPath: path,
    commandLine: line('/proc/cmdline'),
    sysctls: new Map(values),
    processorFlaws: processorFlaws(machine),
    securityModules: guards === null ? guardsByTrace(machine) : guards.split(','),
    lockdown: lockdown === null ? null : (/\[(\w+)\]/.exec(lockdown)?.[1] ?? null),
    loadedModules: firstWords(machine.text('/proc/modules')),
    loadableModules: folder === null ? null : moduleNames(machine.text(`${folder}/modules.dep`)),
    builtinModules:
      (folder === null ? null : moduleNames(machine.text(`${folder}/modules.builtin`))) ??
      new Set(),
    blockedModules: blockedModules(machine),
    cgroup: cgroupOf(machine),
  };
}

function readSettings(machine: Machine, release: string | null) {
  const packed = machine.withFile('/proc/config.gz', (file) => {
    // A file of /proc tells its packed size; reading stops at the bound whatever it unpacks to.
    const bytes = file.read(0, settingsBytes);
    return gunzipSync(bytes, { maxOutputLength: settingsBytes }).toString('latin1');
  });
  if (packed !== null) return { settings: settingsOf(packed), path: '/proc/config.gz' };
  const places = [`/boot/config-${release}`, `/usr/lib/modules/${release}/config`];
  for (const path of release === null ? [] : places) {
    const text = machine.text(path, settingsBytes);
    if (text !== null) return { settings: settingsOf(text), path };
  }
  return { settings: null, path: null };
}

function settingsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n', linesMost)) {
    const [, name, value] = /^CONFIG_(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value.replaceAll('"', ''));
  }
  return found;
}

function processorFlaws(machine: Machine): ReadonlyMap<string, string> | null {
  const folder = '/sys/devices/system/cpu/vulnerabilities';
  const names = machine.entries(folder, 200);
  if (names.length === 0) return null;
  return new Map(
    names.flatMap((name) => {
      // The kernel states a size of 4096 for each; the text is one line.
      const text = machine.text(`${folder}/${name}`, 64 * 1024)?.trim();
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

/** Where securityfs is not mounted the modules still leave traces. */
function guardsByTrace(machine: Machine): readonly string[] | null {
  const found: string[] = [];
  if (machine.text('/sys/module/apparmor/parameters/enabled', 4096 * 4)?.startsWith('Y') === true) {
    found.push('apparmor');
  }
  if (machine.entries('/sys/fs/selinux', 1).length > 0) found.push('selinux');
  return found.length === 0 ? null : found;
}

function moduleFolder(machine: Machine, release: string): string | null {
  if (!/^[\w.+-]{1,128}$/.test(release)) return null;
  const places = [`/lib/modules/${release}`, `/usr/lib/modules/${release}`];
  return places.find((place) => machine.file(place)?.kind === 'directory') ?? null;
}

function firstWords(text: string | null): ReadonlySet<string> | null {
  if (text === null) return null;
  return new Set(text.split('\n', linesMost).flatMap((line) => line.split(' ')[0] || []));
}

/** `kernel/net/ipv4/esp4.ko.xz: ...` is esp4; modprobe takes `-` and `_` for the same. */
function moduleNames(text: string | null): ReadonlySet<string> | null {
  if (text === null) return null;
  const names = text.split('\n', linesMost).flatMap((line) => {
    const file = line.split(':')[0]?.split('/').at(-1) ?? '';
    const name = file.replace(/\.ko(?:\.\w+)?$/, '');
    return name === '' ? [] : [name.replaceAll('-', '_')];
  });
  return new Set(names);
}

/** `install NAME /bin/false`, and `blacklist NAME`, which stops loading by alias (modprobe.d(5)). */
function blockedModules(machine: Machine): ReadonlyMap<string, string> {
  const blocked = new Map<string, string>();
  for (const folder of ['/etc/modprobe.d', '/run/modprobe.d', '/usr/lib/modprobe.d']) {
    for (const { path } of machine.filesBelow(folder)) {
      if (!path.endsWith('.conf')) continue;
      for (const line of (machine.text(path, settingsBytes) ?? '').split('\n', linesMost)) {
        const [word, name = '', program = ''] = line.trim().split(/\s+/);
        const stops = /(?:^|\/)(?:false|true)$/.test(program);
        if (word === 'blacklist' || (word === 'install' && stops)) {
          blocked.set(name.replaceAll('-', '_'), `${path}: ${line.trim().slice(0, 200)}`);
        }
      }
    }
  }
  return blocked;
}

function cgroupOf(machine: Machine): KernelState['cgroup'] {
  const mounts = machine.mounts();
  if (mounts === null) return null;
  const old = mounts.some(({ type, point }) => type === 'cgroup' && point.startsWith('/sys/'));
  const unified = mounts.some(({ type }) => type === 'cgroup2');
  if (old) return unified ? 'hybrid' : 'v1';
  return unified ? 'v2' : null;
}
