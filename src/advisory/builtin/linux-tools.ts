// Tools of the distributions: busybox, apk, musl, Git, rsync, gzip. Facts written by hand;
// `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const linuxToolsRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2022-1271',
    title: 'gzip and xz: zgrep and xzgrep write files by their names',
    severity: 'medium',
    published: '2022-04-07',
    debian: {
      gzip: { '11': '1.10-4+deb11u1', '12': '1.12-1', '13': '1.12-1' },
      'xz-utils': { '11': '5.2.5-2.1', '12': '5.2.5-2.1', '13': '5.2.5-2.1' },
    },
    ubuntu: {
      'xz-utils': { '18.04': '5.2.2-1.3ubuntu0.1', '20.04': '5.2.4-1ubuntu1.1' },
      gzip: { '18.04': '1.6-5ubuntu1.2', '20.04': '1.10-0ubuntu4.1' },
    },
    lesson:
      'A file name with line breaks becomes a sed script of zgrep. It matters where scripts ' +
      'grep uploads.',
    checked: ['DEBIAN-CVE-2022-1271', 'Ubuntu CVE-2022-1271', 'Alpine 3.20 xz'],
  },
  {
    id: 'CVE-2022-48174',
    title: 'busybox: stack overflow in the shell arithmetic',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2023-08-22',
    debian: { busybox: { '11': '1:1.30.1-6+deb11u1', '12': '1:1.35.0-4+deb12u1' } },
    alpine: { busybox: { '3.18': '1.36.1-r1' } },
    lesson:
      'An expression in an ash script overruns the stack. Scripts that calculate with input ' +
      'are the way in.',
    checked: ['DEBIAN-CVE-2022-48174', 'CVE-2022-48174', 'Alpine 3.18 busybox'],
  },
  {
    id: 'CVE-2022-28391',
    title: 'busybox: names from DNS reach the terminal raw',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
    published: '2022-04-03',
    alpine: {
      busybox: {
        '3.14': '1.33.1-r7',
        '3.15': '1.34.1-r5',
        '3.17': '1.35.0-r7',
        '3.18': '1.35.0-r7',
      },
    },
    lesson:
      'The applets netstat and nslookup print the answer of a DNS server; escape sequences ' +
      'in it can drive a terminal.',
    checked: [
      'CVE-2022-28391',
      'Alpine 3.14 busybox',
      'Alpine 3.15 busybox',
      'Alpine 3.17 busybox',
      'Alpine 3.18 busybox',
    ],
  },
  {
    id: 'CVE-2021-36159',
    title: 'apk-tools: libfetch reads past the answer of a server',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H',
    published: '2021-08-03',
    alpine: { 'apk-tools': { '3.12': '2.10.7-r0', '3.13': '2.12.6-r0', '3.14': '2.12.6-r0' } },
    lesson:
      'The package manager itself, talking FTP or HTTP, reads out of bounds on a hostile ' +
      'answer. Upgrade apk before it fetches anything else.',
    checked: [
      'CVE-2021-36159',
      'Alpine 3.12 apk-tools',
      'Alpine 3.13 apk-tools',
      'Alpine 3.14 apk-tools',
    ],
  },
  {
    id: 'CVE-2020-28928',
    title: 'musl: wcsnrtombs writes past its buffer',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H',
    published: '2020-11-24',
    alpine: {
      musl: {
        '3.12': '1.1.24-r10',
        '3.18': '1.2.2_pre2-r0',
        '3.20': '1.2.2_pre2-r0',
        '3.21': '1.2.2_pre2-r0',
      },
    },
    lesson:
      'A wide-character conversion with a small target overruns it. Statically linked ' +
      'programs carry their own copy and need a rebuild.',
    checked: [
      'Ubuntu CVE-2020-28928',
      'Alpine 3.12 musl',
      'Alpine 3.18 musl',
      'Alpine 3.20 musl',
      'Alpine 3.21 musl',
    ],
  },
  {
    id: 'CVE-2025-26519',
    title: 'musl: iconv of EUC-KR writes out of bounds',
    cvss: 'CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:L',
    published: '2025-02-14',
    alpine: { musl: { '3.18': '1.2.4-r3', '3.20': '1.2.5-r1', '3.21': '1.2.5-r9' } },
    lesson:
      'Converting hostile Korean text to UTF-8 writes where it should not. All of Alpine ' +
      'rests on musl, and static binaries keep their copy.',
    checked: ['CVE-2025-26519', 'Alpine 3.18 musl', 'Alpine 3.20 musl', 'Alpine 3.21 musl'],
  },
  {
    id: 'CVE-2022-24765',
    title: 'Git: takes orders from a repository of another user',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-04-12',
    debian: { git: { '11': '1:2.30.2-1+deb11u1', '12': '1:2.35.2-1', '13': '1:2.35.2-1' } },
    ubuntu: {
      git: {
        '18.04': '1:2.17.1-1ubuntu0.11',
        '20.04': '1:2.25.1-1ubuntu3.4',
        '22.04': '1:2.34.1-1ubuntu1.2',
      },
    },
    alpine: { git: { '3.19': '2.35.2-r0' } },
    lesson:
      'A .git folder above the working folder sets commands that git runs. Shared build ' +
      'machines were hit; safe.directory came with the fix.',
    checked: ['DEBIAN-CVE-2022-24765', 'Ubuntu CVE-2022-24765', 'Alpine 3.19 git'],
  },
  {
    id: 'CVE-2024-32002',
    title: 'Git: a recursive clone runs a hook of the repository',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H',
    published: '2024-05-14',
    debian: { git: { '11': '1:2.30.2-1+deb11u3', '12': '1:2.39.5-0+deb12u1', '13': '1:2.45.1-1' } },
    alpine: { git: { '3.19': '2.43.4-r0' } },
    lesson:
      'Submodules and links place a hook in .git while the clone is still running. It needs ' +
      'a file system without case; do not clone strangers recursively.',
    checked: ['DEBIAN-CVE-2024-32002', 'CVE-2024-32002', 'Alpine 3.19 git'],
  },
  {
    id: 'CVE-2025-48384',
    title: 'Git: a carriage return in a submodule path runs a hook',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:C/C:H/I:H/A:H',
    kev: '2025-08-25',
    published: '2025-07-08',
    debian: {
      git: { '11': '1:2.30.2-1+deb11u5', '12': '1:2.39.5-0+deb12u3', '13': '1:2.47.3-0+deb13u1' },
    },
    alpine: { git: { '3.19': '2.43.7-r0' } },
    lesson:
      'The path is written with the character and read without it, so the submodule lands ' +
      'in the hooks folder. Builders that clone with submodules are the targets.',
    checked: ['DEBIAN-CVE-2025-48384', 'CVE-2025-48384', 'Alpine 3.19 git'],
  },
  {
    id: 'CVE-2024-12084',
    title: 'rsync daemon: the checksum length overruns a buffer',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2025-01-09',
    debian: { rsync: { '12': '3.2.7-1+deb12u1', '13': '3.3.0+ds1-3' } },
    ubuntu: { rsync: { '22.04': '3.2.7-0ubuntu0.22.04.3', '24.04': '3.2.7-1ubuntu1.1' } },
    lesson:
      'Anonymous read access to a module is enough for code on the server. Upgrade, or ' +
      'close port 873.',
    checked: ['DEBIAN-CVE-2024-12084', 'UBUNTU-CVE-2024-12084'],
  },
];
