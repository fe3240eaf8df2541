// Settings of kernel, system and engine: each with a value that holds and one that does not.
import { expect, test } from 'vitest';
import { confined, engine, hostAnswer, packaged, withKernel } from '../../../test/host-facts.ts';
import type { HostFacts } from '../index.ts';

type Facts = Partial<HostFacts>;
const sysctls = (entries: Readonly<Record<string, string>>): Facts =>
  withKernel({ sysctls: new Map(Object.entries(entries)) });
const update = (
  severity: string,
  isExploited = false,
): NonNullable<HostFacts['updates']>[number] => ({
  package: 'openssl',
  installed: '1',
  fixedIn: '2',
  flaws: ['CVE-2026-1', 'CVE-2026-2'],
  isExploited,
  severity,
});
const socket = (mode: number, group: string, members: readonly string[]): Facts => ({
  sockets: [{ path: '/run/docker.sock', owner: 'root', group, mode, members }],
});

const rows: readonly (readonly [id: string, status: string, facts: Facts])[] = [
  ['kernel.addresses', 'pass', sysctls({ 'kernel.kptr_restrict': '2' })],
  ['kernel.addresses', 'fail', sysctls({ 'kernel.kptr_restrict': '0' })],
  ['kernel.log', 'fail', sysctls({ 'kernel.dmesg_restrict': '0' })],
  ['kernel.bpf', 'pass', sysctls({ 'kernel.unprivileged_bpf_disabled': '2' })],
  ['kernel.bpf', 'pass', sysctls({})],
  ['kernel.bpf', 'fail', sysctls({ 'kernel.unprivileged_bpf_disabled': '0' })],
  ['kernel.ptrace', 'fail', sysctls({})],
  ['kernel.ptrace', 'pass', sysctls({ 'kernel.yama.ptrace_scope': '1' })],
  ['kernel.address-layout', 'fail', sysctls({ 'kernel.randomize_va_space': '1' })],
  ['kernel.kexec', 'fail', sysctls({ 'kernel.kexec_load_disabled': '0' })],
  ['network.redirects', 'fail', sysctls({ 'net.ipv4.conf.all.accept_redirects': '1' })],
  ['network.forged-senders', 'pass', sysctls({ 'net.ipv4.conf.all.rp_filter': '2' })],
  ['kernel.guard', 'pass', withKernel({ securityModules: ['lockdown', 'selinux'] })],
  ['kernel.guard', 'fail', withKernel({ securityModules: ['lockdown', 'yama'] })],
  ['kernel.guard', 'fail', withKernel({ securityModules: null, settings: new Map() })],
  ['kernel.guard', 'unknown', withKernel({ securityModules: null, settings: null })],
  ['kernel.seccomp', 'fail', withKernel({})],
  ['kernel.seccomp', 'pass', sysctls({ 'kernel.seccomp.actions_avail': 'errno allow' })],
  ['kernel.cgroups', 'pass', withKernel({ cgroup: 'v2' })],
  ['kernel.cgroups', 'fail', withKernel({ cgroup: 'hybrid' })],
  ['kernel.modules', 'fail', withKernel({ settings: new Map([['MODULES', 'y']]) })],
  [
    'kernel.modules',
    'pass',
    withKernel({
      settings: new Map([
        ['MODULES', 'y'],
        ['MODULE_SIG_FORCE', 'y'],
      ]),
    }),
  ],
  ['kernel.modules', 'pass', withKernel({ settings: null, commandLine: 'module.sig_enforce=1' })],
  ['kernel.modules', 'unknown', withKernel({ settings: null, commandLine: null, lockdown: null })],
  ['kernel.lockdown', 'pass', withKernel({ lockdown: 'integrity' })],
  ['kernel.lockdown', 'fail', withKernel({ lockdown: 'none' })],
  ['kernel.processor', 'pass', withKernel({ processorFlaws: new Map([['mds', 'Not affected']]) })],
  [
    'kernel.processor',
    'fail',
    withKernel({ processorFlaws: new Map([['mds', 'Vulnerable: no microcode']]) }),
  ],
  ['kernel.processor', 'fail', withKernel({ commandLine: 'quiet mitigations=off' })],
  ['kernel.processor', 'unknown', withKernel({ processorFlaws: null })],
  ['kernel.age', 'pass', withKernel({ release: '6.12.9-custom' })],
  ['kernel.age', 'fail', withKernel({ release: '5.4.290' })],
  ['kernel.age', 'manual', withKernel({ release: '7.4.1' })],
  [
    'kernel.age',
    'pass',
    withKernel(
      { release: '4.18.0-553.el8' },
      { components: [packaged('kernel', '4.18.0-553.el8')] },
    ),
  ],
  ['kernel.age', 'unknown', { isLive: false }],
  ['system.support', 'pass', {}],
  ['system.support', 'fail', { system: { name: 'Debian 10', endOfLife: '2024-06-30' } }],
  ['system.support', 'unknown', { system: null }],
  ['system.updates', 'pass', {}],
  ['system.updates', 'fail', { updates: [update('critical', true)] }],
  ['system.updates', 'unknown', { updates: null, updatesProblem: 'no database' }],
  ['system.automatic-updates', 'fail', {}],
  [
    'system.automatic-updates',
    'pass',
    {
      files: new Map([
        ['/usr/bin/unattended-upgrade', ''],
        ['/etc/apt/apt.conf.d/20auto-upgrades', 'APT::Periodic::Unattended-Upgrade "1";'],
      ]),
    },
  ],
  [
    'system.automatic-updates',
    'fail',
    {
      files: new Map([
        ['/usr/bin/unattended-upgrade', ''],
        ['/etc/apt/apt.conf.d/20auto-upgrades', 'APT::Periodic::Unattended-Upgrade "0";'],
      ]),
    },
  ],
  ['system.reboot', 'pass', {}],
  ['system.reboot', 'fail', { files: new Map([['/run/reboot-required', '']]) }],
  ['system.reboot', 'fail', { newestKernel: '6.1.0-20-amd64' }],
  ['system.restart', 'fail', { replacedPrograms: ['dockerd'] }],
  ['system.audit', 'pass', { programs: new Set(['auditd']) }],
  ['system.audit', 'unknown', { programs: null }],
  ['system.time', 'pass', { programs: new Set(['chronyd']) }],
  ['system.swap', 'fail', { swaps: ['/dev/sda2'] }],
  ['system.swap', 'pass', { swaps: ['/dev/zram0'] }],
  ['system.mounts', 'fail', { mounts: [{ point: '/tmp', options: ['rw', 'nosuid'] }] }],
  ['system.mounts', 'pass', { mounts: [{ point: '/tmp', options: ['rw', 'nosuid', 'nodev'] }] }],
  ['system.mounts', 'not-applicable', {}],
  ['engine.sockets', 'fail', socket(0o666, 'docker', [])],
  ['engine.sockets', 'pass', socket(0o660, 'docker', ['ann'])],
  ['engine.people', 'manual', socket(0o660, 'docker', ['ann'])],
  ['engine.people', 'pass', socket(0o600, 'docker', ['ann'])],
  ['engine.rootless', 'pass', { engine: { ...engine, isRootless: true } }],
  ['engine.rootless', 'manual', { engine }],
  ['engine.confinement', 'fail', { containers: [confined(), confined({ seccomp: 'off' })] }],
  ['engine.confinement', 'pass', { containers: [confined()] }],
  ['engine.confinement', 'not-applicable', {}],
];

test.each(rows)('%s: %s', (id, status, facts) => {
  const answer = hostAnswer(id, facts);
  expect(answer.status).toBe(status);
  if (status === 'fail') expect(answer.evidence[0]?.message).toBeTruthy();
});
