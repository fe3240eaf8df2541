// Settings of the kernel (sysctl) that keep secrets in it and programs apart.
import type { Severity } from '../../model/severity.ts';
import { failedBy, passed, type Verdict } from '../control.ts';
import { control, found, type HostControl, onLive } from './define.ts';
import type { HostFacts } from './facts.ts';

interface SysctlRow {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Name, and the values that are good. */
  readonly settings: readonly (readonly [name: string, good: readonly string[]])[];
  /** What a bad value lets happen, as a sentence without full stop. */
  readonly risk: string;
  /** A kernel without the setting has not the risk either. */
  readonly absentIsGood?: true;
}

const rows: readonly SysctlRow[] = [
  {
    id: 'kernel.addresses',
    title: 'Addresses of the kernel are hidden',
    severity: 'low',
    settings: [['kernel.kptr_restrict', ['1', '2']]],
    risk: 'every user reads addresses of the kernel, which exploits need',
  },
  {
    id: 'kernel.log',
    title: 'Only root reads the log of the kernel',
    severity: 'low',
    settings: [['kernel.dmesg_restrict', ['1']]],
    risk: 'every user and every container reads the log of the kernel',
  },
  {
    id: 'kernel.bpf',
    title: 'Only root loads BPF programs',
    severity: 'medium',
    settings: [['kernel.unprivileged_bpf_disabled', ['1', '2']]],
    risk: 'every user loads programs into the kernel',
    absentIsGood: true,
  },
  {
    id: 'kernel.bpf-jit',
    title: 'Compiled BPF programs are blinded',
    severity: 'low',
    settings: [['net.core.bpf_jit_harden', ['1', '2']]],
    risk: 'constants of BPF programs become code of the attacker in the kernel',
    absentIsGood: true,
  },
  {
    id: 'kernel.ptrace',
    title: 'Programs trace only their own children',
    severity: 'low',
    settings: [['kernel.yama.ptrace_scope', ['1', '2', '3']]],
    risk: 'a program reads the memory of every other program of its user',
  },
  {
    id: 'kernel.perf',
    title: 'Only root watches the whole processor',
    severity: 'low',
    settings: [['kernel.perf_event_paranoid', ['2', '3', '4']]],
    risk: 'every user measures other programs and the kernel',
    absentIsGood: true,
  },
  {
    id: 'kernel.address-layout',
    title: 'Memory is laid out at random',
    severity: 'medium',
    settings: [['kernel.randomize_va_space', ['2']]],
    risk: 'programs lie where an exploit expects them',
  },
  {
    id: 'kernel.links',
    title: 'Links and files of others in shared folders are not followed',
    severity: 'medium',
    settings: [
      ['fs.protected_symlinks', ['1']],
      ['fs.protected_hardlinks', ['1']],
      ['fs.protected_fifos', ['1', '2']],
      ['fs.protected_regular', ['1', '2']],
    ],
    risk: 'a link in /tmp leads a program of root elsewhere',
  },
  {
    id: 'kernel.dumps',
    title: 'Programs with other rights leave no dump',
    severity: 'low',
    settings: [['fs.suid_dumpable', ['0', '2']]],
    risk: 'the memory of programs that run as root lands in a file of their caller',
  },
  {
    id: 'kernel.kexec',
    title: 'No other kernel is started from within',
    severity: 'low',
    settings: [['kernel.kexec_load_disabled', ['1']]],
    risk: 'root replaces the kernel without a reboot',
    absentIsGood: true,
  },
  {
    id: 'network.redirects',
    title: 'Neighbours cannot change routes',
    severity: 'low',
    settings: [
      ['net.ipv4.conf.all.accept_redirects', ['0']],
      ['net.ipv6.conf.all.accept_redirects', ['0']],
      ['net.ipv4.conf.all.accept_source_route', ['0']],
    ],
    risk: 'a neighbour leads traffic of this host elsewhere',
    absentIsGood: true,
  },
  {
    id: 'network.forged-senders',
    title: 'Packets with a forged sender are dropped',
    severity: 'low',
    settings: [['net.ipv4.conf.all.rp_filter', ['1', '2']]],
    risk: 'a container or a neighbour sends as somebody else',
    absentIsGood: true,
  },
  {
    id: 'network.floods',
    title: 'Floods of connections are answered with cookies',
    severity: 'low',
    settings: [['net.ipv4.tcp_syncookies', ['1', '2']]],
    risk: 'a flood of half-open connections stops the host from answering',
    absentIsGood: true,
  },
];

const otherSysctls = [
  'user.max_user_namespaces',
  'kernel.unprivileged_userns_clone',
  'kernel.apparmor_restrict_unprivileged_userns',
  'kernel.modules_disabled',
  'kernel.seccomp.actions_avail',
];

/** Names of all sysctls that controls and preconditions ask for. */
export const wantedSysctls: readonly string[] = [
  ...rows.flatMap(({ settings }) => settings.map(([name]) => name)),
  ...otherSysctls,
];

function sysctlControl(row: SysctlRow): HostControl {
  const { id, title, severity, settings } = row;
  const wanted = settings.map(([name, good]) => `${name} = ${good[0] ?? ''}`).join(', ');
  return control({
    id,
    profile: id.startsWith('network') ? 'network' : 'kernel',
    title,
    severity,
    lesson: 'kernel-surface',
    reads: settings.map(([name]) => name).join(', '),
    fix: `Write ${wanted} to a file in /etc/sysctl.d, and load it with sysctl --system`,
    evaluate: (facts) => onLive(facts, () => sysctlVerdict(row, facts)),
  });
}

function sysctlVerdict({ settings, risk, absentIsGood }: SysctlRow, facts: HostFacts): Verdict {
  const { sysctls } = facts.kernel;
  const bad = settings.flatMap(([name, good]) => {
    const value = sysctls.get(name);
    if (value === undefined ? absentIsGood === true : good.includes(value)) return [];
    const command = `sysctl -w ${name}=${good[0] ?? ''}`;
    return value === undefined
      ? [found(name, null, `this kernel has no ${name}: ${risk}`)]
      : [{ ...found(name, value, risk), command }];
  });
  if (bad.length > 0) return failedBy(bad);
  return passed(
    settings.map(([name]) => found(name, sysctls.get(name) ?? null, `${name} is as it should be`)),
  );
}

export const sysctlControls: readonly HostControl[] = rows.map(sysctlControl);
