// Servers that stand in containers: Redis, PostgreSQL, nginx, httpd, HAProxy, PHP, Grafana.
// Facts written by hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const databasesWebRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2022-0543',
    title: 'Redis on Debian: the Lua sandbox can be left',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2022-03-28',
    published: '2022-02-18',
    debian: {
      redis: {
        '10': '5:5.0.14-1+deb10u2',
        '11': '5:6.0.16-1+deb11u2',
        '12': '5:7.0~rc2-2',
        '13': '5:7.0~rc2-2',
      },
    },
    ubuntu: { redis: { '20.04': '5:5.0.7-2ubuntu0.1' } },
    lesson:
      'A packaging slip left the Lua loader in reach, so EVAL runs system commands. Worms ' +
      'used it on open ports; only Debian and Ubuntu builds.',
    checked: ['DEBIAN-CVE-2022-0543', 'DSA-5081-1', 'UBUNTU-CVE-2022-0543'],
  },
  {
    id: 'CVE-2025-49844',
    title: 'RediShell: a Lua script leaves the sandbox of Redis',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H',
    published: '2025-10-03',
    debian: {
      redis: { '11': '5:6.0.16-1+deb11u8', '12': '5:7.0.15-1~deb12u6', '13': '5:8.0.2-3+deb13u1' },
    },
    lesson:
      'A use after free in the Lua collector, present for thirteen years, gives code to any ' +
      'user who may run EVAL. Demand a password, take EVAL away, upgrade.',
    checked: ['DEBIAN-CVE-2025-49844', 'CVE-2025-49844'],
  },
  {
    id: 'CVE-2025-1094',
    title: 'PostgreSQL: quoting fails on invalid encodings',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2025-02-13',
    debian: {
      'postgresql-13': { '11': '13.19-0+deb11u1' },
      'postgresql-15': { '12': '15.11-0+deb12u1' },
      'postgresql-17': { '13': '17.3-1' },
    },
    lesson:
      'Escaped input that reaches psql still injects, and psql can run commands. It was the ' +
      'second half of attacks on remote support servers.',
    checked: ['DEBIAN-CVE-2025-1094', 'CVE-2025-1094'],
  },
  {
    id: 'CVE-2021-23017',
    title: 'nginx: the resolver writes one byte too far',
    severity: 'medium',
    published: '2021-06-01',
    debian: {
      nginx: {
        '10': '1.14.2-2+deb10u4',
        '11': '1.18.0-6.1',
        '12': '1.18.0-6.1',
        '13': '1.18.0-6.1',
      },
    },
    ubuntu: { nginx: { '18.04': '1.14.0-0ubuntu1.9', '20.04': '1.18.0-0ubuntu1.2' } },
    alpine: { nginx: { '3.18': '1.20.1-r0' } },
    lesson: 'Who can forge DNS answers to a configured resolver crashes or takes a worker.',
    checked: ['DEBIAN-CVE-2021-23017', 'DSA-4921-1', 'Ubuntu CVE-2021-23017', 'Alpine 3.18 nginx'],
  },
  {
    id: 'CVE-2021-41773',
    title: 'Apache httpd 2.4.49: path traversal, and code with CGI',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    kev: '2021-11-03',
    ransomware: true,
    alpine: { apache2: { '3.14': ['2.4.49-r0', '2.4.50-r0'] } },
    lesson:
      'Encoded dots leave the document root; with mod_cgi they run programs. Only 2.4.49, ' +
      'but it was pinned in many images.',
    checked: ['Alpine 3.14 apache2', 'general knowledge: CVSS'],
  },
  {
    id: 'CVE-2021-42013',
    title: 'Apache httpd 2.4.50: the fix for the traversal falls short',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2021-11-03',
    ransomware: true,
    alpine: { apache2: { '3.14': ['2.4.49-r0', '2.4.51-r0'] } },
    lesson: 'Encoding the dots twice passes the first fix. Go to 2.4.51 or later.',
    checked: ['Alpine 3.14 apache2', 'general knowledge: CVSS'],
  },
  {
    id: 'CVE-2021-40438',
    title: 'Apache httpd: mod_proxy sends requests where the client says',
    severity: 'medium',
    kev: '2021-12-01',
    published: '2021-09-16',
    debian: { apache2: { '10': '2.4.38-3+deb10u6', '11': '2.4.51-1~deb11u1' } },
    alpine: { apache2: { '3.14': '2.4.49-r0' } },
    lesson:
      'A crafted path chooses the back end, also inside your network. Exploited from its ' +
      'first weeks.',
    checked: ['DSA-4982-1', 'Ubuntu CVE-2021-40438', 'Alpine 3.14 apache2'],
  },
  {
    id: 'CVE-2021-44790',
    title: 'Apache httpd: mod_lua overflows on multipart bodies',
    severity: 'medium',
    published: '2021-12-20',
    debian: { apache2: { '10': '2.4.38-3+deb10u7', '11': '2.4.52-1~deb11u2' } },
    alpine: { apache2: { '3.14': '2.4.52-r0' } },
    lesson: 'Only where Lua scripts parse the body, which is rare; the upgrade is the same.',
    checked: ['DSA-5035-1', 'Ubuntu CVE-2021-44790', 'Alpine 3.14 apache2'],
  },
  {
    id: 'CVE-2021-40346',
    title: 'HAProxy: a header length overflows and smuggles a request',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N',
    published: '2021-09-07',
    debian: { haproxy: { '11': '2.2.9-2+deb11u2' } },
    ubuntu: { haproxy: { '20.04': '2.0.13-2ubuntu0.3' } },
    lesson:
      'The proxy and the server disagree on where a request ends, so the access rules of ' +
      'the proxy are passed.',
    checked: ['DSA-4968-1', 'UBUNTU-CVE-2021-40346'],
  },
  {
    id: 'CVE-2023-25725',
    title: 'HAProxy: an empty header name hides the headers after it',
    severity: 'medium',
    published: '2023-02-14',
    debian: { haproxy: { '11': '2.2.9-2+deb11u4' } },
    lesson: 'Headers vanish between proxy and server, and with them the login that they carried.',
    checked: ['DSA-5348-1', 'Ubuntu CVE-2023-25725'],
  },
  {
    id: 'CVE-2019-11043',
    title: 'PHP-FPM behind nginx: a line break in the path runs code',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-03-25',
    ransomware: true,
    published: '2019-10-28',
    debian: { 'php7.3': { '10': '7.3.11-1~deb10u1' } },
    ubuntu: {
      'php7.0': { '16.04': '7.0.33-0ubuntu0.16.04.7' },
      'php7.2': { '18.04': '7.2.24-0ubuntu0.18.04.1' },
    },
    alpine: {
      php7: {
        '3.7': '7.1.33-r0',
        '3.8': '7.2.24-r0',
        '3.9': '7.2.24-r0',
        '3.10': '7.3.11-r0',
        '3.11': '7.3.11-r0',
      },
    },
    lesson:
      'A common nginx example leaves path info empty, and FPM writes before its buffer. ' +
      'Ransomware used it; check the location block as well.',
    checked: ['ALPINE-CVE-2019-11043', 'DSA-4553-1', 'Ubuntu CVE-2019-11043'],
  },
  {
    id: 'CVE-2021-43798',
    title: 'Grafana: plug-in paths read files of the server',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    aliases: ['GHSA-8pjx-jj86-j47p'],
    packages: {
      Go: {
        'github.com/grafana/grafana': [
          ['8.0.0-beta1', '8.0.7'],
          ['8.1.0', '8.1.8'],
          ['8.2.0', '8.2.7'],
          ['8.3.0', '8.3.1'],
        ],
      },
    },
    lesson:
      'Dots in a plug-in URL return any file that Grafana can read, its database and ' +
      'secrets among them, without login.',
    checked: ['CVE-2021-43798'],
  },
  {
    id: 'CVE-2023-44487',
    title: 'HTTP/2 Rapid Reset: opened and cancelled streams overload the server',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
    kev: '2023-10-10',
    published: '2023-10-10',
    aliases: ['GHSA-qppj-fm5r-hxr3', 'GHSA-xpw8-rcwv-8f8p'],
    packages: {
      Go: {
        'google.golang.org/grpc': [
          ['0', '1.56.3'],
          ['1.57.0', '1.57.1'],
          ['1.58.0', '1.58.3'],
        ],
        stdlib: [
          ['0', '1.20.10'],
          ['1.21.0-0', '1.21.3'],
        ],
        'golang.org/x/net': [['0', '0.17.0']],
      },
      Maven: { 'io.netty:netty-codec-http2': [['0', '4.1.100.Final']] },
    },
    debian: {
      nghttp2: { '11': '1.43.0-1+deb11u1', '12': '1.52.0-1+deb12u1' },
      nginx: { '12': '1.22.1-9+deb12u11', '13': '1.24.0-2' },
    },
    alpine: { nghttp2: { '3.17': '1.51.0-r2' }, nginx: { '3.18': '1.24.0-r7' } },
    lesson:
      'One client cancels streams as fast as it opens them; the server does the work, the ' +
      'limit never counts. Every HTTP/2 stack needed a fix, so look at each copy in the ' +
      'image.',
    checked: [
      'GO-2023-2102',
      'GHSA-xpw8-rcwv-8f8p',
      'DEBIAN-CVE-2023-44487',
      'GHSA-qppj-fm5r-hxr3',
      'Alpine 3.17 nghttp2',
      'Alpine 3.18 nginx',
    ],
  },
];
