// npm packages that were taken over or sabotaged: the machine that installed them ran hostile
// code. Facts written by hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const npmHijacksRows: readonly BuiltinRow[] = [
  {
    id: 'GHSA-mh6f-8j2x-4483',
    title: 'event-stream: a new maintainer added a wallet thief',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    malware: true,
    published: '2018-11-26',
    packages: { npm: { 'event-stream': [['3.3.6', '4.0.0']], 'flatmap-stream': [['0']] } },
    lesson:
      'A tired maintainer handed the package to a stranger, who added flatmap-stream to ' +
      'steal from one wallet program. Ownership changes are a signal.',
    checked: ['GHSA-mh6f-8j2x-4483'],
  },
  {
    id: 'GHSA-pjwm-rvh2-c87w',
    title: 'ua-parser-js: hijacked releases mine coins and steal passwords',
    severity: 'critical',
    malware: true,
    published: '2021-10-22',
    packages: {
      npm: {
        'ua-parser-js': [
          ['0.7.29', '0.7.30'],
          ['0.8.0', '0.8.1'],
          ['1.0.0', '1.0.1'],
        ],
      },
    },
    lesson:
      'Three releases of one evening ran an install script that dropped a miner and a ' +
      'password thief. Treat the machine that installed it as taken: rotate its secrets.',
    checked: ['GHSA-pjwm-rvh2-c87w'],
  },
  {
    id: 'GHSA-73qr-pfmq-6rp8',
    title: 'coa: hijacked releases run a password thief at install',
    severity: 'critical',
    malware: true,
    published: '2021-11-04',
    packages: { npm: { coa: ['2.0.3', '2.0.4', '2.1.1', '2.1.3', '3.0.1', '3.1.3'] } },
    lesson:
      'An account without a second factor was taken. Install scripts run in your image ' +
      'build with all its secrets: switch them off.',
    checked: ['GHSA-73qr-pfmq-6rp8'],
  },
  {
    id: 'GHSA-g2q5-5433-rhrf',
    title: 'rc: hijacked releases run a password thief at install',
    severity: 'critical',
    malware: true,
    published: '2021-11-04',
    packages: { npm: { rc: ['1.2.9', '1.3.9', '2.3.9'] } },
    lesson:
      'The same attacker as coa, hours later. A lock file with hashes would have kept the ' +
      'old version.',
    checked: ['GHSA-g2q5-5433-rhrf'],
  },
  {
    id: 'GHSA-5rqg-jm4f-cqx7',
    title: 'colors: the author put an endless loop in',
    severity: 'high',
    malware: true,
    published: '2022-01-10',
    packages: { npm: { colors: ['1.4.1', '1.4.2', '1.4.44-liberty-2'] } },
    lesson:
      'Sabotage by the maintainer: programs print garbage for ever. Pin versions, and keep ' +
      'a copy of what you depend on.',
    checked: ['GHSA-5rqg-jm4f-cqx7'],
  },
  {
    id: 'CVE-2022-23812',
    title: 'node-ipc: the author wipes files by country',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    malware: true,
    published: '2022-03-16',
    aliases: ['GHSA-97m3-w2cp-4xx6'],
    packages: { npm: { 'node-ipc': [['10.1.1', '10.1.3']] } },
    lesson:
      'Protestware: two releases overwrote files where the address looked Russian or ' +
      'Belarusian. A patch release can do that to any image built that day.',
    checked: ['GHSA-97m3-w2cp-4xx6'],
  },
  {
    id: 'GHSA-hxxf-q3w9-4xgw',
    title: 'eslint-scope: a release that steals npm tokens',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',
    malware: true,
    published: '2018-07-12',
    packages: { npm: { 'eslint-scope': ['3.7.2'], 'eslint-config-eslint': ['5.0.2'] } },
    lesson:
      'A reused password gave away the publisher; the code read .npmrc and sent the tokens ' +
      'on. Publish with a second factor and short-lived tokens.',
    checked: ['GHSA-hxxf-q3w9-4xgw'],
  },
  {
    id: 'CVE-2024-54134',
    title: '@solana/web3.js: releases that send private keys away',
    cvss: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:N/VA:N/SC:H/SI:N/SA:N',
    malware: true,
    published: '2024-12-04',
    aliases: ['GHSA-jcxm-7wvp-g6p5'],
    packages: { npm: { '@solana/web3.js': [['1.95.6', '1.95.8']] } },
    lesson:
      'A publish account was phished; two releases of one afternoon took keys from programs ' +
      'that sign. Move the funds, then upgrade.',
    checked: ['GHSA-jcxm-7wvp-g6p5'],
  },
  {
    id: 'CVE-2025-54313',
    title: 'eslint-config-prettier: phished release drops a Windows library',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:L/I:H/A:N',
    kev: '2026-01-22',
    malware: true,
    published: '2025-07-19',
    aliases: ['MAL-2025-6022'],
    packages: { npm: { 'eslint-config-prettier': ['8.10.1', '9.1.1', '10.1.6', '10.1.7'] } },
    lesson:
      'A false login page took the token of the maintainer; four releases ran an install ' +
      'script. Linux images were spared, the lesson is the same.',
    checked: ['MAL-2025-6022', 'CVE-2025-54313'],
  },
  {
    id: 'CVE-2025-10894',
    title: 'Nx (s1ngularity): the install script publishes your credentials',
    severity: 'critical',
    malware: true,
    published: '2025-08-27',
    aliases: ['GHSA-cxm3-wv7p-598c'],
    packages: {
      npm: {
        nx: ['20.9.0', '20.10.0', '20.11.0', '20.12.0', '21.5.0', '21.6.0', '21.7.0', '21.8.0'],
        '@nx/devkit': ['20.9.0', '21.5.0'],
        '@nx/js': ['20.9.0', '21.5.0'],
        '@nx/workspace': ['20.9.0', '21.5.0'],
        '@nx/node': ['20.9.0', '21.5.0'],
        '@nx/eslint': ['21.5.0'],
        '@nx/key': ['3.2.0'],
        '@nx/enterprise-cloud': ['3.2.0'],
      },
    },
    lesson:
      'It searched the disk for secrets, asked local AI tools to help, and put the loot ' +
      'into a public repository of the victim. A workflow with pull_request_target gave the ' +
      'publish token away.',
    checked: ['GHSA-cxm3-wv7p-598c'],
  },
  {
    id: 'CVE-2025-59144',
    title: 'debug: a phished release swaps wallet addresses',
    cvss: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:N/SC:N/SI:N/SA:N/E:A/U:Red',
    malware: true,
    published: '2025-09-15',
    aliases: ['GHSA-4x49-vf9v-38px', 'MAL-2025-46974'],
    packages: { npm: { debug: ['4.4.2'] } },
    lesson:
      'One phished maintainer, packages with two billion downloads a week. The payload ' +
      'works in browsers only, so look into bundles as well.',
    checked: ['CVE-2025-59144'],
  },
  {
    id: 'MAL-2025-46969',
    title: 'chalk: a phished release swaps wallet addresses',
    severity: 'critical',
    malware: true,
    published: '2025-09-08',
    aliases: ['GHSA-2v46-p5h4-248w'],
    packages: { npm: { chalk: ['5.6.1'] } },
    lesson:
      'The same account as debug, the same day. Rebuild front ends that were bundled on 8 ' +
      'September 2025.',
    checked: ['MAL-2025-46969'],
  },
  {
    id: 'MAL-2025-46967',
    title: 'ansi-styles: a phished release swaps wallet addresses',
    severity: 'critical',
    malware: true,
    published: '2025-09-08',
    aliases: ['GHSA-p5rr-crjh-x7gr'],
    packages: { npm: { 'ansi-styles': ['6.2.2'] } },
    lesson:
      'Nobody installs it by name and everybody has it: check the lock file, not package.json.',
    checked: ['MAL-2025-46967'],
  },
  {
    id: 'MAL-2025-47141',
    title: 'Shai-Hulud: the worm in @ctrl/tinycolor',
    severity: 'critical',
    malware: true,
    published: '2025-09-15',
    aliases: ['GHSA-qjqf-7j6f-82c4'],
    packages: { npm: { '@ctrl/tinycolor': ['4.1.1', '4.1.2'] } },
    lesson:
      'The first worm of npm: it steals tokens, publishes itself into the other packages of ' +
      'the victim and opens their private repositories. Rotate every secret that the build ' +
      'saw.',
    checked: ['MAL-2025-47141'],
  },
  {
    id: 'MAL-2025-190925',
    title: 'Shai-Hulud, second coming: posthog-node',
    severity: 'critical',
    malware: true,
    published: '2025-11-24',
    packages: { npm: { 'posthog-node': ['4.18.1', '5.11.3', '5.13.3'] } },
    lesson:
      'The worm came back in November 2025, ran before the install and deleted the home ' +
      'folder where it found nothing to steal.',
    checked: ['MAL-2025-190925'],
  },
  {
    id: 'MAL-2026-2307',
    title: 'axios: hijacked releases install a remote access tool',
    severity: 'critical',
    malware: true,
    published: '2026-03-31',
    aliases: ['GHSA-fw8c-xr5c-95f9'],
    packages: { npm: { axios: ['0.30.4', '1.14.1'] } },
    lesson:
      'Two releases pulled in a new dependency whose install script fetched the tool for ' +
      'the running system. Assume that the build machine was entered.',
    checked: ['MAL-2026-2307'],
  },
  {
    id: 'MAL-2026-2306',
    title: 'plain-crypto-js: the payload of the axios hijack',
    severity: 'critical',
    malware: true,
    published: '2026-03-31',
    packages: { npm: { 'plain-crypto-js': ['4.2.1'] } },
    lesson:
      'It was published only to be the dependency of the hijacked axios. Its presence is ' +
      'proof of the install.',
    checked: ['MAL-2026-2306'],
  },
];
