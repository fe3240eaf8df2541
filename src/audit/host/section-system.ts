// The system around the kernel: its support, its updates, its records.
import { type Severity, severityRank } from '../../model/severity.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { control, found, type HostControl, holds, onLive } from './define.ts';
import type { HostFacts } from './facts.ts';

/** Files whose presence or text controls ask for. */
export const wantedFiles: readonly string[] = [
  '/run/reboot-required',
  '/etc/apt/apt.conf.d/20auto-upgrades',
  '/etc/apt/apt.conf.d/50unattended-upgrades',
  '/usr/bin/unattended-upgrade',
  '/etc/systemd/system/timers.target.wants/dnf-automatic.timer',
  '/etc/systemd/system/timers.target.wants/dnf-automatic-install.timer',
];

const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

function lifeVerdict({ system, now }: HostFacts): Verdict {
  if (system === null)
    return told('unknown', 'the operating system is not recognised', '/etc/os-release');
  const { name, endOfLife } = system;
  if (endOfLife === null)
    return told('unknown', `until when ${name} is supported is not known`, '/etc/os-release');
  const isOver = endOfLife < now.toISOString().slice(0, 10);
  return holds(
    !isOver,
    found(
      '/etc/os-release',
      endOfLife,
      isOver
        ? `nobody mends ${name} since ${endOfLife}`
        : `${name} is supported until ${endOfLife}`,
    ),
  );
}

function updateVerdict({ updates, updatesProblem, updatesSource }: HostFacts): Verdict {
  if (updates === null) return told('unknown', updatesProblem, 'advisories');
  if (updates.length === 0)
    return passed([
      found(
        updatesSource,
        0,
        `no package has a security update that is not installed (${updatesSource})`,
      ),
    ]);
  return failedBy(
    updates.map((one): Evidence => {
      const { package: name, installed, fixedIn, flaws, isExploited } = one;
      const severity = severities.find((word) => word === one.severity);
      const more = flaws.length > 1 ? ` and ${flaws.length - 1} more` : '';
      return {
        subject: name,
        place: updatesSource,
        value: null,
        message: `${name} ${installed}: ${fixedIn} mends ${flaws[0] ?? ''}${more}${isExploited ? ', exploited in the wild' : ''}`,
        ...(severity === undefined
          ? {}
          : { severity: severityRank(severity) > severityRank('medium') ? 'medium' : severity }),
        detail: { installed, fixedIn, flaws },
      };
    }),
  );
}

function automaticVerdict({ files, isLive, programs }: HostFacts): Verdict {
  const settings = files.get('/etc/apt/apt.conf.d/20auto-upgrades');
  const timer = wantedFiles.filter((path) => path.includes('dnf-automatic') && files.has(path));
  if (timer.length > 0)
    return passed([found(timer[0] ?? '', null, 'dnf-automatic installs updates')]);
  const isOn = /Unattended-Upgrade\s+"[1-9]/.test(settings ?? '');
  if (isOn && files.has('/usr/bin/unattended-upgrade'))
    return passed([
      found(
        '/etc/apt/apt.conf.d/20auto-upgrades',
        null,
        'unattended-upgrades installs security updates',
      ),
    ]);
  if (isLive && programs?.has('unattended-upgrade-shutdown') === true)
    return passed([found('/proc', null, 'unattended-upgrades runs')]);
  return failedBy([
    found(
      '/etc/apt/apt.conf.d/20auto-upgrades',
      null,
      'nothing installs security updates by itself',
    ),
  ]);
}

function rebootVerdict({ files, kernel, newestKernel }: HostFacts): Verdict {
  if (files.has('/run/reboot-required'))
    return failedBy([found('/run/reboot-required', null, 'an update waits for a reboot')]);
  if (newestKernel !== null && kernel.release !== null && newestKernel !== kernel.release) {
    return failedBy([
      found(
        '/lib/modules',
        newestKernel,
        `the kernel ${newestKernel} is installed, but ${kernel.release} runs`,
      ),
    ]);
  }
  return passed([found('/run/reboot-required', null, 'no update waits for a reboot')]);
}

function restartVerdict({ replacedPrograms }: HostFacts): Verdict {
  if (replacedPrograms.length === 0)
    return passed([found('/proc', 0, 'every engine program runs from the file that is installed')]);
  return failedBy(
    replacedPrograms.map((name) => ({
      ...found('/proc', name, `${name} was updated, but the old one still runs`),
      subject: name,
    })),
  );
}

const clocks = [
  'chronyd',
  'systemd-timesyncd',
  'systemd-timesyn',
  'ntpd',
  'ntpd-rs',
  'ntp-daemon',
  'openntpd',
  'timemaster',
];

function runs(
  facts: HostFacts,
  names: readonly string[],
  words: { readonly good: string; readonly bad: string },
): Verdict {
  if (facts.programs === null)
    return told('unknown', 'the processes of this host cannot be seen', '/proc');
  const name = names.find((one) => facts.programs?.has(one) === true);
  return name === undefined
    ? failedBy([found('/proc', null, words.bad)])
    : passed([found('/proc', name, words.good)]);
}

function swapVerdict({ swaps }: HostFacts): Verdict {
  if (swaps === null) return told('unknown', 'the swap areas are not known', '/proc/swaps');
  const plain = swaps.filter((path) => !/^\/dev\/(?:zram|mapper|dm-)/.test(path));
  return plain.length === 0
    ? passed([found('/proc/swaps', swaps, 'no memory is written to a plain disk')])
    : failedBy(
        plain.map((path) =>
          found(
            '/proc/swaps',
            path,
            `memory of containers, secrets included, is written to ${path}`,
          ),
        ),
      );
}

/** Shared folders, and what they should not allow. */
const guarded: readonly (readonly [point: string, options: readonly string[]])[] = [
  ['/tmp', ['nosuid', 'nodev']],
  ['/var/tmp', ['nosuid', 'nodev']],
  ['/dev/shm', ['nosuid', 'nodev']],
];

function mountVerdict({ mounts, engine }: HostFacts): Verdict {
  if (mounts === null)
    return told('unknown', 'the mounts of this host are not known', '/proc/self/mountinfo');
  const store = engine?.dataRoot ?? '/var/lib/docker';
  const asked = [...guarded, [store, ['nodev']] as const];
  const own = asked.flatMap(([point, options]) => {
    const mount = mounts.findLast((one) => one.point === point);
    return mount === undefined
      ? []
      : [{ mount, missing: options.filter((one) => !mount.options.includes(one)) }];
  });
  if (own.length === 0)
    return told(
      'not-applicable',
      'none of the shared folders is a mount of its own',
      '/proc/self/mountinfo',
    );
  const bad = own.filter(({ missing }) => missing.length > 0);
  if (bad.length === 0)
    return passed(
      own.map(({ mount }) =>
        found(mount.point, mount.options.join(','), 'it has the options that it should have'),
      ),
    );
  return failedBy(
    bad.map(({ mount, missing }) =>
      found(
        mount.point,
        mount.options.join(','),
        `${mount.point} is mounted without ${missing.join(' and ')}`,
      ),
    ),
  );
}

const rest = { lesson: 'host-access', severity: 'medium' } as const;

export const systemControls: readonly HostControl[] = [
  control({
    ...rest,
    id: 'system.support',
    profile: 'system',
    title: 'The distribution still mends this release',
    severity: 'high',
    lesson: 'end-of-life-base',
    reads: '/etc/os-release',
    fix: 'Upgrade to a release that is supported',
    evaluate: lifeVerdict,
  }),
  control({
    ...rest,
    id: 'system.updates',
    profile: 'system',
    title: 'All security updates are installed',
    severity: 'high',
    lesson: 'vulnerable-os-package',
    reads: 'package database, advisory database',
    fix: 'Install the updates of the distribution: apt upgrade, dnf upgrade --security or apk upgrade',
    evaluate: updateVerdict,
  }),
  control({
    ...rest,
    id: 'system.automatic-updates',
    profile: 'system',
    title: 'Security updates are installed by themselves',
    severity: 'low',
    lesson: 'vulnerable-os-package',
    reads: '/etc/apt/apt.conf.d, timers of systemd',
    fix: 'Install unattended-upgrades or dnf-automatic, and switch it on',
    evaluate: automaticVerdict,
  }),
  control({
    ...rest,
    id: 'system.reboot',
    profile: 'system',
    title: 'No update waits for a reboot',
    reads: '/run/reboot-required, /lib/modules',
    lesson: 'vulnerable-os-package',
    fix: 'Drain the host and reboot it',
    evaluate: (facts) => onLive(facts, () => rebootVerdict(facts)),
  }),
  control({
    ...rest,
    id: 'system.restart',
    profile: 'system',
    title: 'Engine programs run as they are installed',
    reads: '/proc/PID/exe',
    lesson: 'vulnerable-os-package',
    fix: 'Restart what was updated',
    evaluate: (facts) => onLive(facts, () => restartVerdict(facts)),
  }),
  control({
    ...rest,
    id: 'system.audit',
    profile: 'system',
    title: 'The audit system records',
    severity: 'low',
    lesson: 'audit-trail',
    reads: 'processes',
    fix: 'Install and start auditd',
    evaluate: (facts) =>
      runs(facts, ['auditd', 'go-audit', 'laurel'], {
        good: 'an audit daemon runs',
        bad: 'no audit daemon runs: changes of the engine leave no trace',
      }),
  }),
  control({
    ...rest,
    id: 'system.time',
    profile: 'system',
    title: 'The clock is kept right',
    severity: 'low',
    lesson: 'audit-trail',
    reads: 'processes',
    fix: 'Install and start chrony or systemd-timesyncd',
    evaluate: (facts) =>
      runs(facts, clocks, {
        good: 'the clock is synchronised',
        bad: 'nothing keeps the clock right: times of records cannot be compared (a virtual machine may leave it to its host)',
      }),
  }),
  control({
    ...rest,
    id: 'system.swap',
    profile: 'system',
    title: 'Memory is not written to a plain disk',
    severity: 'low',
    lesson: 'leaked-secret',
    reads: '/proc/swaps',
    fix: 'Switch swap off or encrypt it',
    evaluate: swapVerdict,
  }),
  control({
    ...rest,
    id: 'system.mounts',
    profile: 'system',
    title: 'Shared folders and the container store hold no devices',
    severity: 'low',
    reads: '/proc/self/mountinfo',
    fix: 'Mount /tmp, /var/tmp and /dev/shm with nosuid,nodev, and the container store with nodev',
    evaluate: mountVerdict,
  }),
];
