// Base system of the distributions: shell, C library, sudo, polkit, SSH, xz, systemd. Facts
// written by hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const linuxBaseRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2014-6271',
    title: 'Shellshock: bash runs code that stands in the environment',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-01-28',
    published: '2014-09-24',
    debian: { bash: { '7': '4.2+dfsg-0.1+deb7u1', '11': '4.3-9.1' } },
    ubuntu: { bash: { '14.04': '4.3-7ubuntu1.1' } },
    lesson:
      'A function definition in any variable is followed by a command, and CGI puts request ' +
      'headers there. The first fix was incomplete; any image of that age is unsafe in ' +
      'other ways as well.',
    checked: ['DEBIAN-CVE-2014-6271', 'DSA-3032-1', 'UBUNTU-CVE-2014-6271'],
  },
  {
    id: 'CVE-2015-0235',
    title: 'GHOST: glibc overflows while it resolves a host name',
    severity: 'high',
    published: '2015-01-27',
    debian: { eglibc: { '7': '2.13-38+deb7u7' } },
    ubuntu: { eglibc: { '14.04': '2.19-0ubuntu6' } },
    lesson:
      'A long numeric host name overruns a heap buffer in gethostbyname. Every program that ' +
      'resolves names of strangers was a target.',
    checked: ['DSA-3142-1', 'UBUNTU-CVE-2015-0235'],
  },
  {
    id: 'CVE-2021-3156',
    title: 'Baron Samedit: sudoedit gives any user root',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-04-06',
    published: '2021-01-26',
    debian: {
      sudo: {
        '10': '1.8.27-1+deb10u3',
        '11': '1.9.5p1-1.1',
        '12': '1.9.5p1-1.1',
        '13': '1.9.5p1-1.1',
      },
    },
    ubuntu: {
      sudo: {
        '16.04': '1.8.16-0ubuntu1.10',
        '18.04': '1.8.21p2-3ubuntu1.4',
        '20.04': '1.8.31-1ubuntu1.2',
      },
    },
    lesson:
      'A trailing backslash overflows the heap of sudo, in the default setup. Images rarely ' +
      'need sudo: remove it, or upgrade.',
    checked: ['DEBIAN-CVE-2021-3156', 'DSA-4839-1', 'UBUNTU-CVE-2021-3156'],
  },
  {
    id: 'CVE-2025-32463',
    title: 'sudo: --chroot loads configuration of the user',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2025-09-29',
    published: '2025-06-30',
    debian: { sudo: { '13': '1.9.16p2-3' } },
    ubuntu: { sudo: { '24.04': '1.9.15p5-3ubuntu5.24.04.1' } },
    lesson:
      'Asked for a chroot, sudo reads nsswitch.conf from a folder that the user chose and ' +
      'loads the library it names as root. No sudoers rule is needed.',
    checked: ['DEBIAN-CVE-2025-32463', 'UBUNTU-CVE-2025-32463', 'CVE-2025-32463'],
  },
  {
    id: 'CVE-2021-4034',
    title: 'PwnKit: pkexec runs the environment of its caller as root',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-06-27',
    published: '2022-01-25',
    debian: { 'policykit-1': { '10': '0.105-25+deb10u1', '11': '0.105-31+deb11u1' } },
    ubuntu: {
      'policykit-1': {
        '18.04': '0.105-20ubuntu0.18.04.6',
        '20.04': '0.105-26ubuntu1.2',
        '22.04': '0.105-31ubuntu1',
      },
    },
    lesson:
      'An empty argument list makes pkexec read and write past its arguments. It is setuid ' +
      'and reliable to exploit; a container needs no polkit.',
    checked: ['DSA-5059-1', 'UBUNTU-CVE-2021-4034'],
  },
  {
    id: 'CVE-2023-4911',
    title: 'Looney Tunables: GLIBC_TUNABLES overflows the dynamic loader',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    kev: '2023-11-21',
    published: '2023-10-03',
    debian: { glibc: { '11': '2.31-13+deb11u7', '12': '2.36-9+deb12u3', '13': '2.37-12' } },
    ubuntu: { glibc: { '22.04': '2.35-0ubuntu3.4', '24.04': '2.38-1ubuntu6' } },
    lesson:
      'With any setuid program in the image a local user becomes root. Drop setuid bits and ' +
      'set no-new-privileges; upgrade glibc.',
    checked: ['DEBIAN-CVE-2023-4911', 'UBUNTU-CVE-2023-4911'],
  },
  {
    id: 'CVE-2023-6246',
    title: 'glibc: syslog overflows on a long program name',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2024-01-31',
    debian: { glibc: { '12': '2.36-9+deb12u4', '13': '2.37-15' } },
    lesson: 'A program name over 1024 bytes overruns the heap in syslog; su is enough to reach it.',
    checked: ['DEBIAN-CVE-2023-6246', 'CVE-2023-6246'],
  },
  {
    id: 'CVE-2024-2961',
    title: 'glibc: iconv to ISO-2022-CN-EXT overflows by four bytes',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:H',
    published: '2024-04-17',
    debian: { glibc: { '11': '2.31-13+deb11u9', '12': '2.36-9+deb12u6', '13': '2.37-18' } },
    lesson:
      'Four bytes were enough to turn file reads of PHP programs into code. Upgrade, or ' +
      'remove that gconv module.',
    checked: ['DEBIAN-CVE-2024-2961', 'CVE-2024-2961'],
  },
  {
    id: 'CVE-2024-3094',
    title: 'xz: a backdoor in the released source of 5.6.0 and 5.6.1',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    published: '2024-03-29',
    aliases: ['GHSA-rxwq-x6h5-x525'],
    debian: { 'xz-utils': { '13': ['5.6.0', '5.6.1+really5.4.5-1'] } },
    alpine: { xz: { '3.20': ['5.6.0-r0', '5.6.1-r2'] } },
    lesson:
      'The build of liblzma was altered to hook the key check of sshd. Stable releases ' +
      'never carried it; testing, edge and rolling images of March 2024 did. Replace such ' +
      'an image and its secrets.',
    checked: ['CVE-2024-3094', 'Debian tracker CVE-2024-3094', 'Alpine 3.20 xz'],
  },
  {
    id: 'CVE-2024-6387',
    title: 'regreSSHion: a signal race in sshd before login',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2024-07-01',
    debian: { openssh: { '12': '1:9.2p1-2+deb12u3' } },
    ubuntu: { openssh: { '22.04': '1:8.9p1-3ubuntu0.10', '24.04': '1:9.6p1-3ubuntu13.3' } },
    alpine: { openssh: { '3.20': '9.7_p1-r4' } },
    lesson:
      'Missing the login time limit runs unsafe code in a signal handler; patience gives ' +
      'root. Containers should not run sshd; where they do, upgrade.',
    checked: ['DSA-5724-1', 'UBUNTU-CVE-2024-6387', 'Alpine 3.20 openssh'],
  },
  {
    id: 'CVE-2021-33910',
    title: 'systemd: a long mount path ends process 1',
    severity: 'high',
    published: '2021-07-20',
    debian: { systemd: { '11': '247.3-6', '12': '247.3-6', '13': '247.3-6' } },
    ubuntu: { systemd: { '18.04': '237-3ubuntu10.49', '20.04': '245.4-4ubuntu3.10' } },
    lesson:
      'An unprivileged mount with a very long path overruns the stack of systemd and stops ' +
      'the machine.',
    checked: ['DEBIAN-CVE-2021-33910', 'Ubuntu CVE-2021-33910'],
  },
];
