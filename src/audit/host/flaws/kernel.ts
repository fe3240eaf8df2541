// Flaws of the kernel that let a container out, with what each needs on the host. Releases of 2026 are
// those of the CVE records of kernel.org (cvelistV5, until September 2026).
import type { Flaw } from '../flaw.ts';
import {
  all,
  any,
  capability,
  kernelModule,
  localCode,
  oldCgroups,
  unconfinedRoot,
  userNamespace,
} from '../precondition.ts';

const own = { component: 'kernel', lesson: 'kernel-surface', exploitedSince: null } as const;
const noUserNamespaces = 'Keep seccomp on for every container and set user.max_user_namespaces = 0';
const noIpsec = 'Write `install esp4 /bin/false` and the same for esp6 to /etc/modprobe.d';
/** One release of each branch mended both. */
const coalescedFrags = [
  '7.1',
  '7.0.10',
  '6.18.33',
  '6.12.91',
  '6.6.141',
  '6.1.174',
  '5.15.208',
  '5.10.257',
];
const packetSockets = { module: 'af_packet', setting: 'PACKET' };
const cryptoSockets = { module: 'algif_aead', setting: 'CRYPTO_USER_API_AEAD' };

export const kernelFlaws: readonly Flaw[] = [
  {
    ...own,
    id: 'CVE-2016-5195',
    name: 'Dirty COW',
    severity: 'high',
    range: {
      from: '2.6.22',
      fixed: [
        '4.8.3',
        '4.7.9',
        '4.4.26',
        '4.1.35',
        '3.18.44',
        '3.16.38',
        '3.12.66',
        '3.10.104',
        '3.2.83',
      ],
    },
    attack: 'any local code writes to files that it may only read, and so becomes root',
    precondition: localCode,
    exploitedSince: '2022-03-03',
    meanwhile: 'Deny ptrace and writing to /proc/self/mem by seccomp',
  },
  {
    ...own,
    id: 'CVE-2017-5123',
    name: 'waitid',
    severity: 'high',
    range: { from: '4.13', fixed: ['4.13.7'] },
    attack: 'waitid writes to memory of the kernel for any local code',
    precondition: localCode,
    meanwhile: 'Boot another kernel: nothing less than a fix helps',
  },
  {
    ...own,
    id: 'CVE-2020-14386',
    name: null,
    severity: 'high',
    range: { from: '4.6', fixed: ['5.9-rc4', '5.4.64', '4.19.143'] },
    attack: 'a raw packet socket corrupts memory of the kernel',
    precondition: all(kernelModule(packetSockets), any(capability('NET_RAW'), userNamespace)),
    meanwhile: 'Drop CAP_NET_RAW from every container',
  },
  {
    ...own,
    id: 'CVE-2021-22555',
    name: null,
    severity: 'high',
    range: { from: '2.6.19', fixed: ['5.12', '5.10.31', '5.4.113', '4.19.188', '4.14.231'] },
    attack: 'a netfilter rule for 32-bit programs writes beyond its memory: root on the host',
    precondition: all(
      kernelModule({ module: 'x_tables', setting: 'NETFILTER_XTABLES' }),
      any(capability('NET_ADMIN'), userNamespace),
    ),
    meanwhile: noUserNamespaces,
  },
  {
    ...own,
    id: 'CVE-2022-0185',
    name: null,
    severity: 'high',
    range: { from: '5.1', fixed: ['5.16.2', '5.15.16', '5.10.93', '5.4.173'] },
    attack: 'a long mount option writes beyond its memory: root on the host from a container',
    precondition: any(capability('SYS_ADMIN'), userNamespace),
    exploitedSince: '2024-08-21',
    meanwhile: noUserNamespaces,
  },
  {
    ...own,
    id: 'CVE-2022-0492',
    name: 'release_agent',
    severity: 'high',
    range: {
      from: '2.6.24',
      fixed: [
        '5.17-rc3',
        '5.16.6',
        '5.15.20',
        '5.10.97',
        '5.4.177',
        '4.19.229',
        '4.14.266',
        '4.9.301',
      ],
    },
    attack: 'root in a container sets a program that the host runs as root when a cgroup ends',
    precondition: all(oldCgroups, any(unconfinedRoot, capability('SYS_ADMIN'))),
    meanwhile: 'Use cgroup v2, and keep seccomp and AppArmor or SELinux on',
  },
  {
    ...own,
    id: 'CVE-2022-0847',
    name: 'Dirty Pipe',
    severity: 'high',
    range: { from: '5.8', fixed: ['5.16.11', '5.15.25', '5.10.102'] },
    attack: 'whoever may read a file overwrites it in memory, also below read-only mounts',
    precondition: localCode,
    exploitedSince: '2022-04-25',
    meanwhile: 'Boot another kernel: nothing less than a fix helps',
  },
  {
    ...own,
    id: 'CVE-2023-0386',
    name: null,
    severity: 'high',
    range: { from: '5.11', fixed: ['6.2', '6.1.9', '5.15.91'] },
    attack: 'an overlay mount copies a set-user-id file out of a user namespace: root on the host',
    precondition: all(
      kernelModule({ module: 'overlay', setting: 'OVERLAY_FS' }),
      any(capability('SYS_ADMIN'), userNamespace),
    ),
    exploitedSince: '2025-06-17',
    meanwhile: noUserNamespaces,
  },
  {
    ...own,
    id: 'CVE-2024-1086',
    name: null,
    severity: 'high',
    range: {
      from: '3.15',
      fixed: ['6.8-rc2', '6.7.3', '6.6.15', '6.1.76', '5.15.149', '5.10.210'],
    },
    attack: 'a rule of nf_tables frees memory twice: root on the host',
    precondition: all(
      kernelModule({ module: 'nf_tables', setting: 'NF_TABLES' }),
      any(capability('NET_ADMIN'), userNamespace),
    ),
    exploitedSince: '2024-05-30',
    meanwhile: noUserNamespaces,
  },
  {
    ...own,
    id: 'CVE-2026-31431',
    name: 'Copy Fail',
    severity: 'critical',
    range: {
      from: '4.14',
      fixed: ['7.0', '6.19.12', '6.18.22', '6.12.85', '6.6.137', '6.1.170', '5.15.204', '5.10.254'],
    },
    mendedBy: ['crypto: algif_aead - Revert to operating out-of-place'],
    attack: 'a socket of the crypto interface overwrites pages of files that it may only read',
    precondition: all(kernelModule(cryptoSockets), localCode),
    exploitedSince: '2026-05-01',
    meanwhile:
      'Write `install algif_aead /bin/false` to /etc/modprobe.d, or filter AF_ALG by seccomp',
  },
  {
    ...own,
    id: 'CVE-2026-43284',
    name: 'Dirty Frag',
    severity: 'critical',
    // Branches with two numbers in the record got the fix in two parts: the second one counts.
    range: {
      from: '4.11',
      fixed: ['7.1', '7.0.5', '6.18.28', '6.12.87', '6.6.138', '6.1.172', '5.15.206', '5.10.255'],
    },
    mendedBy: ['xfrm: esp: avoid in-place decrypt on shared skb frags'],
    attack:
      'an IPsec association decrypts onto pages of files that it may only read: root on the host',
    precondition: all(
      kernelModule(
        { module: 'esp4', setting: 'INET_ESP' },
        { module: 'esp6', setting: 'INET6_ESP' },
      ),
      any(capability('NET_ADMIN'), userNamespace),
    ),
    meanwhile: noIpsec,
  },
  {
    ...own,
    id: 'CVE-2026-43500',
    name: 'Dirty Frag (rxrpc)',
    severity: 'critical',
    // 6.12: the list of commits of that release. The fix did not apply to the older branches as it was
    // (stable list, 2026-05-11); the record names no release of theirs.
    range: {
      from: '5.3',
      fixed: ['7.1-rc3', '7.0.6', '6.18.29', '6.12.88'],
      unverified: ['5.10', '5.15', '6.1', '6.6'],
    },
    mendedBy: ['rxrpc: Also unshare DATA/RESPONSE packets when paged frags are present'],
    attack: 'an rxrpc socket decrypts onto pages of files that it may only read: root on the host',
    precondition: all(kernelModule({ module: 'rxrpc', setting: 'AF_RXRPC' }), localCode),
    meanwhile: 'Write `install rxrpc /bin/false` to /etc/modprobe.d',
  },
  {
    ...own,
    id: 'CVE-2026-46300',
    name: 'Fragnesia',
    severity: 'critical',
    range: { from: '4.11', fixed: coalescedFrags },
    mendedBy: ['net: skbuff: preserve shared-frag marker during coalescing'],
    attack: 'IPsec in TCP decrypts onto pages of files that it may only read: root on the host',
    precondition: all(
      kernelModule(
        { module: 'espintcp', setting: 'INET_ESPINTCP' },
        { module: 'esp4', setting: 'INET_ESP' },
        { module: 'esp6', setting: 'INET6_ESP' },
      ),
      any(capability('NET_ADMIN'), userNamespace),
    ),
    meanwhile: noIpsec,
  },
  {
    ...own,
    id: 'CVE-2026-43503',
    name: 'DirtyClone',
    severity: 'critical',
    range: { from: '4.11', fixed: coalescedFrags },
    mendedBy: ['net: skbuff: propagate shared-frag marker through frag-transfer helpers'],
    attack:
      'a packet that netfilter copies loses its mark, and IPsec decrypts onto pages of files: root on the host',
    precondition: all(
      kernelModule(
        { module: 'esp4', setting: 'INET_ESP' },
        { module: 'esp6', setting: 'INET6_ESP' },
      ),
      any(capability('NET_ADMIN'), userNamespace),
    ),
    meanwhile: noIpsec,
  },
];
