// Shared libraries of the distributions: OpenSSL, zlib, curl, libwebp, expat. Facts written by
// hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const linuxLibrariesRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2014-0160',
    title: 'Heartbleed: OpenSSL hands out its memory',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    kev: '2022-05-04',
    published: '2014-04-07',
    debian: { openssl: { '7': ['1.0.1', '1.0.1e-2+deb7u5'], '11': '1.0.2~beta2-1' } },
    ubuntu: { openssl: { '12.04': '1.0.1-4ubuntu5.12', '14.04': '1.0.1f-1ubuntu2' } },
    lesson:
      'A heartbeat that lies about its length returns up to 64 KiB of memory: keys, ' +
      'passwords, sessions. After the upgrade, change the keys as well.',
    checked: ['DEBIAN-CVE-2014-0160', 'DSA-2896-1', 'Ubuntu CVE-2014-0160'],
  },
  {
    id: 'CVE-2022-0778',
    title: 'OpenSSL: a certificate with bad curve parameters never ends',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-03-15',
    aliases: ['RUSTSEC-2022-0014', 'GHSA-x3mh-jvjw-3xwx'],
    packages: {
      'crates.io': {
        'openssl-src': [
          ['0', '111.18.0'],
          ['300.0.0', '300.0.5'],
        ],
      },
    },
    debian: {
      openssl: {
        '10': '1.1.1d-0+deb10u8',
        '11': '1.1.1k-1+deb11u2',
        '12': '3.0.2-1',
        '13': '3.0.2-1',
      },
    },
    ubuntu: {
      openssl: {
        '18.04': '1.1.1-1ubuntu2.1~18.04.15',
        '20.04': '1.1.1f-1ubuntu2.12',
        '22.04': '3.0.2-0ubuntu1',
      },
    },
    alpine: { openssl: { '3.15': '1.1.1n-r0', '3.17': '3.0.2-r0' } },
    lesson:
      'Parsing a certificate loops for ever, before any signature is checked: clients and ' +
      'servers alike stop.',
    checked: [
      'DEBIAN-CVE-2022-0778',
      'RUSTSEC-2022-0014',
      'DSA-5103-1',
      'Ubuntu CVE-2022-0778',
      'Alpine 3.15 openssl',
      'Alpine 3.17 openssl',
    ],
  },
  {
    id: 'CVE-2022-3602',
    title: 'OpenSSL 3: a certificate address overflows four bytes',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-11-01',
    aliases: ['RUSTSEC-2022-0064', 'GHSA-8rwr-x37p-mx23'],
    packages: { 'crates.io': { 'openssl-src': [['300.0.0', '300.0.11']] } },
    debian: { openssl: { '12': '3.0.7-1', '13': '3.0.7-1' } },
    ubuntu: { openssl: { '22.04': '3.0.2-0ubuntu1.7' } },
    alpine: { openssl: { '3.17': '3.0.7-r0' } },
    lesson:
      'The scare of November 2022: stack protection usually turns it into a crash. Only ' +
      'OpenSSL 3.0.0 to 3.0.6.',
    checked: [
      'DEBIAN-CVE-2022-3602',
      'RUSTSEC-2022-0064',
      'UBUNTU-CVE-2022-3602',
      'Alpine 3.17 openssl',
    ],
  },
  {
    id: 'CVE-2023-0286',
    title: 'OpenSSL: X.400 address type confusion reads memory',
    severity: 'high',
    published: '2023-02-07',
    aliases: ['RUSTSEC-2023-0006', 'GHSA-x4qr-2fvf-3mr5'],
    packages: {
      'crates.io': {
        'openssl-src': [
          ['0', '111.25.0'],
          ['300.0.0', '300.0.12'],
        ],
      },
    },
    debian: { openssl: { '11': '1.1.1n-0+deb11u4', '12': '3.0.8-1', '13': '3.0.8-1' } },
    ubuntu: {
      openssl: {
        '18.04': '1.1.1-1ubuntu2.1~18.04.21',
        '20.04': '1.1.1f-1ubuntu2.17',
        '22.04': '3.0.2-0ubuntu1.8',
      },
    },
    alpine: { openssl: { '3.15': '1.1.1t-r0', '3.17': '3.0.8-r0' } },
    lesson: 'With CRL checks on, a crafted certificate and list read memory or crash the process.',
    checked: [
      'DEBIAN-CVE-2023-0286',
      'RUSTSEC-2023-0006',
      'Ubuntu CVE-2023-0286',
      'Alpine 3.15 openssl',
      'Alpine 3.17 openssl',
    ],
  },
  {
    id: 'CVE-2021-3711',
    title: 'OpenSSL: SM2 decryption overflows its buffer',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2021-08-24',
    aliases: ['RUSTSEC-2021-0097', 'GHSA-5ww6-px42-wc85'],
    packages: { 'crates.io': { 'openssl-src': [['0', '111.16.0']] } },
    debian: { openssl: { '11': '1.1.1k-1+deb11u1' } },
    alpine: { openssl: { '3.11': '1.1.1l-r0', '3.15': '1.1.1l-r0', '3.17': '1.1.1l-r0' } },
    lesson:
      'Attackers who choose SM2 ciphertext write up to 62 bytes past the end. Rarely used, ' +
      'but linked everywhere.',
    checked: [
      'RUSTSEC-2021-0097',
      'DEBIAN-CVE-2021-3711',
      'ALPINE-CVE-2021-3711',
      'Alpine 3.15 openssl',
      'Alpine 3.17 openssl',
    ],
  },
  {
    id: 'CVE-2021-3449',
    title: 'OpenSSL: renegotiation crashes a TLS 1.2 server',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2021-05-01',
    aliases: ['RUSTSEC-2021-0055', 'GHSA-83mx-573x-5rw9'],
    packages: { 'crates.io': { 'openssl-src': [['0', '111.15.0']] } },
    debian: { openssl: { '11': '1.1.1k-1' } },
    alpine: { openssl: { '3.10': '1.1.1k-r0', '3.11': '1.1.1k-r0' } },
    lesson:
      'One crafted hello in a renegotiation reads a null pointer. Switch renegotiation off ' +
      'or upgrade.',
    checked: ['RUSTSEC-2021-0055', 'DEBIAN-CVE-2021-3449', 'ALPINE-CVE-2021-3449'],
  },
  {
    id: 'CVE-2020-1967',
    title: 'OpenSSL: a signature algorithm extension crashes TLS 1.3',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2020-04-25',
    aliases: ['RUSTSEC-2020-0015', 'GHSA-jq65-29v4-4x35'],
    packages: { 'crates.io': { 'openssl-src': [['111.6.0', '111.9.0']] } },
    debian: { openssl: { '11': '1.1.1g-1', '12': '1.1.1g-1', '13': '1.1.1g-1' } },
    alpine: { openssl: { '3.10': '1.1.1g-r0', '3.11': '1.1.1g-r0' } },
    lesson:
      'A peer that sends an unknown algorithm ends the process. Old Alpine images still carry it.',
    checked: ['RUSTSEC-2020-0015', 'DEBIAN-CVE-2020-1967', 'ALPINE-CVE-2020-1967'],
  },
  {
    id: 'CVE-2022-37434',
    title: 'zlib: a large gzip extra field overruns the heap',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-08-05',
    debian: {
      zlib: {
        '11': '1:1.2.11.dfsg-2+deb11u2',
        '12': '1:1.2.11.dfsg-4.1',
        '13': '1:1.2.11.dfsg-4.1',
      },
    },
    ubuntu: { zlib: { '18.04': '1:1.2.11.dfsg-0ubuntu2.2' } },
    alpine: { zlib: { '3.15': '1.2.12-r2', '3.16': '1.2.12-r2' } },
    lesson:
      'Only programs that call inflateGetHeader are hit, but zlib is in everything. Look ' +
      'for bundled copies too.',
    checked: [
      'DEBIAN-CVE-2022-37434',
      'UBUNTU-CVE-2022-37434',
      'Alpine 3.15 zlib',
      'Alpine 3.16 zlib',
    ],
  },
  {
    id: 'CVE-2018-25032',
    title: 'zlib: compression corrupts memory on rare input',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-03-25',
    aliases: ['GHSA-v6gp-9mmm-c6p5'],
    packages: { RubyGems: { nokogiri: [['0', '1.13.4']] } },
    debian: {
      zlib: {
        '10': '1:1.2.11.dfsg-1+deb10u1',
        '11': '1:1.2.11.dfsg-2+deb11u1',
        '12': '1:1.2.11.dfsg-4',
        '13': '1:1.2.11.dfsg-4',
      },
    },
    ubuntu: { zlib: { '18.04': '1:1.2.11.dfsg-0ubuntu2.1' } },
    alpine: { zlib: { '3.15': '1.2.12-r0', '3.16': '1.2.11-r4' } },
    lesson:
      'Data with many distant matches breaks the compressor; the fix waited four years for ' +
      'a release.',
    checked: [
      'DEBIAN-CVE-2018-25032',
      'RUBYSEC-nokogiri-CVE-2018-25032',
      'DSA-5111-1',
      'UBUNTU-CVE-2018-25032',
      'Alpine 3.15 zlib',
      'Alpine 3.16 zlib',
    ],
  },
  {
    id: 'CVE-2023-38545',
    title: 'curl: a long host name overflows in the SOCKS5 handshake',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2023-10-11',
    debian: { curl: { '11': '7.74.0-1.3+deb11u10', '12': '7.88.1-10+deb12u4', '13': '8.3.0-3' } },
    ubuntu: {
      curl: {
        '22.04': '7.81.0-1ubuntu1.14',
        '24.04': '8.2.1-1ubuntu3.1',
      },
    },
    lesson:
      'A redirect to an over-long name through a slow SOCKS5 proxy overruns the heap. Only ' +
      'proxied requests; upgrade libcurl.',
    checked: ['DEBIAN-CVE-2023-38545', 'UBUNTU-CVE-2023-38545', 'USN-6429-1'],
  },
  {
    id: 'CVE-2023-4863',
    title: 'libwebp: an image overruns the Huffman table',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
    kev: '2023-09-13',
    published: '2023-09-12',
    aliases: ['GHSA-j7hp-h8jx-5ppr'],
    packages: {
      npm: {
        electron: [
          ['22.0.0', '22.3.24'],
          ['24.0.0', '24.8.3'],
          ['25.0.0', '25.8.1'],
          ['26.0.0', '26.2.1'],
          ['27.0.0-beta.1', '27.0.0-beta.2'],
        ],
      },
      PyPI: { pillow: [['0', '10.0.1']] },
      NuGet: { SkiaSharp: [['2.0.0', '2.88.6']], 'Magick.NET': [['0', '13.3.0']] },
      'crates.io': { 'libwebp-sys2': [['0', '0.1.8']], 'libwebp-sys': [['0', '0.9.3']] },
    },
    debian: {
      libwebp: { '11': '0.6.1-2.1+deb11u2', '12': '1.2.4-0.2+deb12u1', '13': '1.2.4-0.3' },
    },
    alpine: { libwebp: { '3.18': '1.3.1-r1' } },
    lesson:
      'Opening a picture runs code; it was used against phones before it was known. Every ' +
      'browser engine, Electron, Pillow and SkiaSharp bundle a copy.',
    checked: [
      'DEBIAN-CVE-2023-4863',
      'RUSTSEC-2023-0060',
      'RUSTSEC-2023-0061',
      'GHSA-j7hp-h8jx-5ppr',
      'PYSEC-2023-175',
      'Alpine 3.18 libwebp',
    ],
  },
  {
    id: 'CVE-2022-25235',
    title: 'expat: malformed UTF-8 reaches the application',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-02-16',
    debian: {
      expat: {
        '10': '2.2.6-2+deb10u3',
        '11': '2.2.10-2+deb11u2',
        '12': '2.4.5-1',
        '13': '2.4.5-1',
      },
    },
    ubuntu: { expat: { '18.04': '2.2.5-3ubuntu0.4', '20.04': '2.2.9-1ubuntu0.2' } },
    alpine: { expat: { '3.15': '2.4.5-r0', '3.20': '2.4.5-r0' } },
    lesson:
      'Names are passed on without a check of their encoding, and programs that trust them ' +
      'break. XML is read before login in many services.',
    checked: [
      'DEBIAN-CVE-2022-25235',
      'DSA-5085-1',
      'Ubuntu CVE-2022-25235',
      'Alpine 3.15 expat',
      'Alpine 3.20 expat',
    ],
  },
  {
    id: 'CVE-2022-40674',
    title: 'expat: use after free in doContent',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-09-14',
    debian: { expat: { '11': '2.2.10-2+deb11u4', '12': '2.4.8-2', '13': '2.4.8-2' } },
    ubuntu: {
      expat: {
        '18.04': '2.2.5-3ubuntu0.8',
        '20.04': '2.2.9-1ubuntu0.5',
        '22.04': '2.4.7-1ubuntu0.1',
      },
    },
    alpine: { expat: { '3.15': '2.4.9-r0', '3.20': '2.4.9-r0' } },
    lesson: 'Crafted XML uses freed memory in the parser that Python, Git and many daemons link.',
    checked: [
      'DEBIAN-CVE-2022-40674',
      'Ubuntu CVE-2022-40674',
      'Alpine 3.15 expat',
      'Alpine 3.20 expat',
    ],
  },
  {
    id: 'CVE-2024-45491',
    title: 'expat: integer overflow in dtdCopy on 32-bit machines',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L',
    published: '2024-08-30',
    debian: { expat: { '11': '2.2.10-2+deb11u6', '12': '2.5.0-1+deb12u1', '13': '2.6.2-2' } },
    alpine: { expat: { '3.20': '2.6.3-r0' } },
    lesson:
      'A document type with very many default attributes overflows a size. It bites arm and ' +
      'i386 images.',
    checked: ['DEBIAN-CVE-2024-45491', 'CVE-2024-45491', 'Alpine 3.20 expat'],
  },
];
