// The Go standard library and the modules that most Go programs link. Facts written by hand;
// `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const goRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2023-45288',
    title: 'Go HTTP/2: endless CONTINUATION frames',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
    published: '2024-04-04',
    aliases: ['GO-2024-2687', 'GHSA-4v7x-pqxf-cx7m'],
    packages: {
      Go: {
        stdlib: [
          ['0', '1.21.9'],
          ['1.22.0-0', '1.22.2'],
        ],
        'golang.org/x/net': [['0', '0.23.0']],
      },
    },
    lesson:
      'A request whose headers never end is parsed for ever. Rebuild with a current Go; the ' +
      'flaw is inside the binary.',
    checked: ['GO-2024-2687', 'GHSA-4v7x-pqxf-cx7m'],
  },
  {
    id: 'CVE-2022-32149',
    title: 'Go x/text: Accept-Language takes quadratic time',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-10-14',
    aliases: ['GO-2022-1059', 'GHSA-69ch-w2m2-3vjp'],
    packages: { Go: { 'golang.org/x/text': [['0', '0.3.8']] } },
    lesson: 'One long header holds a core. Raise golang.org/x/text and rebuild.',
    checked: ['GO-2022-1059', 'GHSA-69ch-w2m2-3vjp'],
  },
  {
    id: 'CVE-2024-45337',
    title: 'Go x/crypto: SSH servers that trust the last offered key',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',
    published: '2024-12-11',
    aliases: ['GO-2024-3321', 'GHSA-v778-237x-gjrc'],
    packages: { Go: { 'golang.org/x/crypto': [['0', '0.31.0']] } },
    lesson:
      'A client offers a key that it does not own and logs in with another; a server that ' +
      'remembers the wrong one grants the rights of the first. Check how your SSH server ' +
      'reads the key.',
    checked: ['GO-2024-3321', 'CVE-2024-45337'],
  },
  {
    id: 'CVE-2024-24790',
    title: 'Go net/netip: IPv4-mapped addresses pass address checks',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2024-06-05',
    aliases: ['GO-2024-2887'],
    packages: {
      Go: {
        stdlib: [
          ['0', '1.21.11'],
          ['1.22.0-0', '1.22.4'],
        ],
      },
    },
    lesson:
      'IsPrivate and IsLoopback say no to ::ffff:127.0.0.1, so filters against requests to ' +
      'the inside let it through. Rebuild with a fixed Go.',
    checked: ['GO-2024-2887', 'CVE-2024-24790'],
  },
  {
    id: 'CVE-2025-22871',
    title: 'Go net/http: request smuggling by bare line feeds in chunks',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',
    published: '2025-04-08',
    aliases: ['GO-2025-3563'],
    packages: {
      Go: {
        stdlib: [
          ['0', '1.23.8'],
          ['1.24.0-0', '1.24.2'],
        ],
      },
    },
    lesson:
      'Behind a lax proxy, one request becomes two. Rebuild, and use a proxy that refuses ' +
      'bare line feeds.',
    checked: ['GO-2025-3563', 'CVE-2025-22871'],
  },
  {
    id: 'CVE-2023-48795',
    title: 'Terrapin: a man in the middle cuts the first packets of SSH',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N',
    published: '2023-12-18',
    aliases: ['GO-2023-2402', 'GHSA-45x7-px36-x8w8'],
    packages: { Go: { 'golang.org/x/crypto': [['0', '0.17.0']] } },
    debian: {
      openssh: { '11': '1:8.4p1-5+deb11u3', '12': '1:9.2p1-2+deb12u2', '13': '1:9.6p1-1' },
      libssh2: { '13': '1.11.0-4' },
    },
    alpine: { openssh: { '3.18': '9.3_p2-r1', '3.20': '9.6_p1-r0' } },
    lesson:
      'Extension negotiation can be removed unseen, which weakens the session. Both ends ' +
      'need strict key exchange; update clients and libraries too.',
    checked: [
      'GO-2023-2402',
      'DEBIAN-CVE-2023-48795',
      'Alpine 3.18 openssh',
      'Alpine 3.20 openssh',
      'general knowledge: CVSS',
    ],
  },
];
