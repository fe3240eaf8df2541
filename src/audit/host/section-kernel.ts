// The kernel: its guards, its modules, the processor below it, and who still mends it.
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { upstreamOf } from '../upstream-order.ts';
import { control, found, type HostControl, holds, onLive } from './define.ts';
import type { HostFacts } from './facts.ts';

function guardVerdict({ kernel }: HostFacts): Verdict {
  const { securityModules, settings } = kernel;
  const guards = ['apparmor', 'selinux'];
  if (securityModules !== null) {
    const active = securityModules.filter((one) => guards.includes(one));
    return holds(
      active.length > 0,
      found(
        '/sys/kernel/security/lsm',
        securityModules.join(','),
        active.length > 0
          ? `${active.join(', ')} confines containers`
          : 'neither AppArmor nor SELinux confines containers',
      ),
    );
  }
  const built = guards.filter((one) => settings?.has(`SECURITY_${one.toUpperCase()}`) === true);
  if (settings !== null && built.length === 0) {
    return failedBy([
      found(kernel.settingsPath ?? '', null, 'the kernel is built without AppArmor and SELinux'),
    ]);
  }
  return told(
    'unknown',
    'the kernel does not tell its security modules',
    '/sys/kernel/security/lsm',
  );
}

function seccompVerdict({ kernel }: HostFacts): Verdict {
  const actions = kernel.sysctls.get('kernel.seccomp.actions_avail');
  const has = actions !== undefined || kernel.settings?.has('SECCOMP_FILTER') === true;
  return holds(
    has,
    found(
      'kernel.seccomp.actions_avail',
      actions ?? null,
      has
        ? 'system calls can be filtered'
        : 'the kernel cannot filter system calls, so every container may make all of them',
    ),
  );
}

function moduleVerdict({ kernel }: HostFacts): Verdict {
  const { settings, lockdown, sysctls, commandLine } = kernel;
  const words = (commandLine ?? '').split(/\s+/);
  const reason = [
    settings !== null && !settings.has('MODULES') ? 'the kernel has no modules' : null,
    settings?.has('MODULE_SIG_FORCE') === true
      ? 'only signed modules are loaded (CONFIG_MODULE_SIG_FORCE)'
      : null,
    words.includes('module.sig_enforce=1')
      ? 'only signed modules are loaded (module.sig_enforce=1)'
      : null,
    words.includes('nomodule') ? 'no modules are loaded (nomodule)' : null,
    lockdown !== null && lockdown !== 'none' ? `lockdown is ${lockdown}` : null,
    sysctls.get('kernel.modules_disabled') === '1' ? 'no module can be loaded any more' : null,
  ].find((one) => one !== null);
  if (reason !== undefined && reason !== null) return passed([found('kernel', reason, reason)]);
  if (settings === null && commandLine === null)
    return told('unknown', 'the settings of the kernel are not known');
  return failedBy([found('kernel', null, 'root loads any module into the kernel, signed or not')]);
}

function processorVerdict({ kernel }: HostFacts): Verdict {
  const words = (kernel.commandLine ?? '').split(/\s+/);
  const off = words.find((word) =>
    /^(?:mitigations=off|nopti|nospectre_v[12]|mds=off|l1tf=off|spectre_v2=off)$/.test(word),
  );
  if (off !== undefined) {
    return failedBy([
      {
        ...found('/proc/cmdline', off, `${off}: guards against flaws of the processor are off`),
        severity: 'high',
      },
    ]);
  }
  if (kernel.processorFlaws === null)
    return told('unknown', 'the kernel does not tell flaws of the processor');
  const open = [...kernel.processorFlaws].filter(([, text]) => /\bVulnerable\b/.test(text));
  if (open.length === 0) {
    return passed([
      found(
        '/sys/devices/system/cpu/vulnerabilities',
        kernel.processorFlaws.size,
        `all ${kernel.processorFlaws.size} known flaws of the processor are absent or guarded`,
      ),
    ]);
  }
  return failedBy(
    open.map(([name, text]) =>
      found(
        `/sys/devices/system/cpu/vulnerabilities/${name}`,
        text.slice(0, 300),
        `${name} of the processor is not guarded: one container reads memory of another`,
      ),
    ),
  );
}

/** Branches that upstream keeps for years, and those whose care has ended (kernel.org). */
const longTerm: ReadonlySet<string> = new Set(['5.10', '5.15', '6.1', '6.6', '6.12', '6.18']);
const newestKnownBranch = 6 * 1000 + 18;

function ageVerdict(facts: HostFacts): Verdict {
  const { release } = facts.kernel;
  const packaged = facts.components.some((one) => one.name === 'kernel' && one.package !== null);
  if (release === null) return told('unknown', 'the release of the kernel is not known');
  if (packaged)
    return passed([found('uname -r', release, 'the kernel is kept by the distribution')]);
  const numbers = upstreamOf(release)?.numbers ?? [];
  const branch = `${numbers[0] ?? 0}.${numbers[1] ?? 0}`;
  if (longTerm.has(branch)) {
    return passed([found('uname -r', release, `${branch} is a long-term branch of upstream`)]);
  }
  if ((numbers[0] ?? 0) * 1000 + (numbers[1] ?? 0) > newestKnownBranch) {
    return told(
      'manual',
      `${branch} is newer than what is known here: look on kernel.org until when it is kept`,
      'uname -r',
    );
  }
  return failedBy([
    found(
      'uname -r',
      release,
      `upstream no longer mends ${branch}, and no distribution keeps this kernel`,
    ),
  ]);
}

export const kernelControls: readonly HostControl[] = [
  control({
    id: 'kernel.guard',
    profile: 'kernel',
    title: 'AppArmor or SELinux confines containers',
    severity: 'medium',
    lesson: 'kernel-confinement',
    reads: '/sys/kernel/security/lsm, settings of the kernel',
    fix: 'Boot a kernel with AppArmor or SELinux and leave it on',
    evaluate: (facts) => onLive(facts, () => guardVerdict(facts)),
  }),
  control({
    id: 'kernel.seccomp',
    profile: 'kernel',
    title: 'System calls can be filtered',
    severity: 'high',
    lesson: 'kernel-confinement',
    reads: 'kernel.seccomp.actions_avail, settings of the kernel',
    fix: 'Boot a kernel with CONFIG_SECCOMP_FILTER',
    evaluate: (facts) => onLive(facts, () => seccompVerdict(facts)),
  }),
  control({
    id: 'kernel.cgroups',
    profile: 'kernel',
    title: 'Only cgroup v2 is in use',
    severity: 'low',
    lesson: 'kernel-confinement',
    reads: '/proc/self/mountinfo',
    fix: 'Boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 alone',
    evaluate: (facts) =>
      onLive(facts, () => {
        const { cgroup } = facts.kernel;
        if (cgroup === null)
          return told('unknown', 'no cgroups are mounted', '/proc/self/mountinfo');
        return holds(
          cgroup === 'v2',
          found(
            '/proc/self/mountinfo',
            cgroup,
            cgroup === 'v2'
              ? 'cgroup v2'
              : 'cgroup v1 is mounted: release_agent and devices of v1 are ways out of containers',
          ),
        );
      }),
  }),
  control({
    id: 'kernel.modules',
    profile: 'kernel',
    title: 'Only signed modules enter the kernel',
    severity: 'low',
    lesson: 'kernel-surface',
    reads: 'settings and command line of the kernel, lockdown',
    fix: 'Boot with module.sig_enforce=1 or lockdown=integrity, or set kernel.modules_disabled = 1 after the start',
    evaluate: (facts) => onLive(facts, () => moduleVerdict(facts)),
  }),
  control({
    id: 'kernel.lockdown',
    profile: 'kernel',
    title: 'Root cannot change the running kernel',
    severity: 'low',
    lesson: 'kernel-surface',
    reads: '/sys/kernel/security/lockdown',
    fix: 'Boot with lockdown=integrity, or with secure boot',
    evaluate: (facts) =>
      onLive(facts, () => {
        const { lockdown } = facts.kernel;
        if (lockdown === null)
          return told(
            'unknown',
            'the kernel has no lockdown, or securityfs is not mounted',
            '/sys/kernel/security/lockdown',
          );
        return holds(
          lockdown !== 'none',
          found('/sys/kernel/security/lockdown', lockdown, `lockdown is ${lockdown}`),
        );
      }),
  }),
  control({
    id: 'kernel.processor',
    profile: 'kernel',
    title: 'Flaws of the processor are guarded',
    severity: 'medium',
    lesson: 'information-leak',
    reads: '/sys/devices/system/cpu/vulnerabilities, /proc/cmdline',
    fix: 'Boot without mitigations=off, update microcode and kernel, and where the kernel names SMT switch it off (nosmt)',
    evaluate: (facts) => onLive(facts, () => processorVerdict(facts)),
  }),
  control({
    id: 'kernel.age',
    profile: 'kernel',
    title: 'Somebody still mends this kernel',
    severity: 'high',
    lesson: 'end-of-life-base',
    reads: '/proc/sys/kernel/osrelease, packages',
    fix: 'Move to a long-term branch or to the kernel of the distribution',
    evaluate: (facts) => onLive(facts, () => ageVerdict(facts)),
  }),
];
