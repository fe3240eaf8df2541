// Python packages that most Python images carry. Facts written by hand; `checked` names the
// records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const pypiRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2020-14343',
    title: 'PyYAML: full_load builds any object',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2021-02-09',
    aliases: ['PYSEC-2021-142', 'GHSA-8q59-q68h-6hv4'],
    packages: { PyPI: { pyyaml: [['0', '5.4']] } },
    lesson: 'YAML from outside runs code through python/object. Use safe_load, always.',
    checked: ['PYSEC-2021-142', 'GHSA-8q59-q68h-6hv4'],
  },
  {
    id: 'CVE-2023-32681',
    title: 'requests: proxy credentials leak to the target',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N',
    published: '2023-05-26',
    aliases: ['PYSEC-2023-74', 'GHSA-j8r2-6x86-q33q'],
    packages: { PyPI: { requests: [['2.3.0', '2.31.0']] } },
    lesson:
      'After a redirect to HTTPS the Proxy-Authorization header goes to the server behind ' +
      'the proxy.',
    checked: ['PYSEC-2023-74', 'GHSA-j8r2-6x86-q33q'],
  },
  {
    id: 'CVE-2023-43804',
    title: 'urllib3: the Cookie header follows redirects',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N',
    published: '2023-10-04',
    aliases: ['PYSEC-2023-192', 'GHSA-v845-jxx5-vc9f'],
    packages: {
      PyPI: {
        urllib3: [
          ['0', '1.26.17'],
          ['2.0.0', '2.0.6'],
        ],
      },
    },
    lesson: 'A cookie that was set by hand is sent to the host of the redirect.',
    checked: ['PYSEC-2023-192'],
  },
  {
    id: 'CVE-2023-45803',
    title: 'urllib3: the body follows a redirect that changes the method',
    cvss: 'CVSS:3.1/AV:A/AC:H/PR:H/UI:N/S:U/C:H/I:N/A:N',
    published: '2023-10-17',
    aliases: ['PYSEC-2023-212', 'GHSA-g4mx-q9vg-27p4'],
    packages: {
      PyPI: {
        urllib3: [
          ['0', '1.26.18'],
          ['2.0.0', '2.0.7'],
        ],
      },
    },
    lesson: 'A form meant for one host is sent to another after a 303.',
    checked: ['PYSEC-2023-212'],
  },
  {
    id: 'CVE-2023-25577',
    title: 'Werkzeug: unlimited multipart parts',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2023-02-14',
    aliases: ['PYSEC-2023-58', 'GHSA-xg9f-g7g7-2323'],
    packages: { PyPI: { werkzeug: [['0', '2.2.3']] } },
    lesson: 'Thousands of tiny form parts hold every worker of a Flask service.',
    checked: ['PYSEC-2023-58', 'GHSA-xg9f-g7g7-2323'],
  },
  {
    id: 'CVE-2024-34069',
    title: 'Werkzeug: the debugger can be driven from a web page',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H',
    published: '2024-05-06',
    aliases: ['GHSA-2g68-c3qc-8985'],
    packages: { PyPI: { werkzeug: [['0', '3.0.3']] } },
    lesson:
      'With debug mode on, a page that the developer visits reaches the console. Never ship ' +
      'an image with the debugger.',
    checked: ['GHSA-2g68-c3qc-8985'],
  },
  {
    id: 'CVE-2023-30861',
    title: 'Flask: a cache hands out the session of another',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    published: '2023-05-02',
    aliases: ['PYSEC-2023-62', 'GHSA-m2qf-hxjv-5gpq'],
    packages: {
      PyPI: {
        flask: [
          ['0', '2.2.5'],
          ['2.3.0', '2.3.2'],
        ],
      },
    },
    lesson: 'Without the Vary header a caching proxy keeps Set-Cookie and serves it on.',
    checked: ['PYSEC-2023-62', 'GHSA-m2qf-hxjv-5gpq'],
  },
  {
    id: 'CVE-2019-10906',
    title: 'Jinja2: format_map leaves the sandbox',
    cvss: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N',
    published: '2019-04-07',
    aliases: ['PYSEC-2019-217', 'GHSA-462w-v97r-4m45'],
    packages: { PyPI: { jinja2: [['0', '2.10.1']] } },
    lesson:
      'Templates of users reach Python objects. The sandbox is no wall; keep templates your own.',
    checked: ['PYSEC-2019-217', 'GHSA-462w-v97r-4m45'],
  },
  {
    id: 'CVE-2022-34265',
    title: 'Django: Trunc and Extract inject SQL',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-07-04',
    aliases: ['PYSEC-2022-213', 'GHSA-p64x-8rxx-wf6q'],
    packages: {
      PyPI: {
        django: [
          ['3.2', '3.2.14'],
          ['4.0', '4.0.6'],
        ],
      },
    },
    lesson: 'A kind or lookup name taken from the request ends in the query.',
    checked: ['PYSEC-2022-213', 'GHSA-p64x-8rxx-wf6q'],
  },
  {
    id: 'CVE-2025-64459',
    title: 'Django: a _connector keyword injects SQL',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',
    published: '2025-11-05',
    aliases: ['GHSA-frmv-pr5f-9mcr'],
    packages: {
      PyPI: {
        django: [
          ['0', '4.2.26'],
          ['5.0a1', '5.1.14'],
          ['5.2a1', '5.2.8'],
        ],
      },
    },
    lesson:
      'Filters built from a dictionary of the request let it set the connector. Do not ' +
      'unpack requests into filter().',
    checked: ['GHSA-frmv-pr5f-9mcr'],
  },
  {
    id: 'CVE-2022-22817',
    title: 'Pillow: ImageMath evaluates any expression',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-01-12',
    aliases: ['GHSA-8vj2-vxx3-667w'],
    packages: { PyPI: { pillow: [['0', '9.0.1']] } },
    lesson: 'Expressions from outside run Python. 9.0.0 left lambdas open, 9.0.1 closes them.',
    checked: ['GHSA-8vj2-vxx3-667w'],
  },
  {
    id: 'CVE-2023-50447',
    title: 'Pillow: ImageMath runs code through its environment',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2024-01-19',
    aliases: ['GHSA-3f63-hfp8-52jq'],
    packages: { PyPI: { pillow: [['0', '10.2.0']] } },
    lesson: 'The names given to the expression are enough to reach builtins.',
    checked: ['GHSA-3f63-hfp8-52jq'],
  },
  {
    id: 'CVE-2023-49083',
    title: 'cryptography: a PKCS7 bundle crashes the process',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2023-11-29',
    aliases: ['PYSEC-2023-254', 'GHSA-jfhm-5ghh-2f97'],
    packages: { PyPI: { cryptography: [['3.1', '41.0.6']] } },
    lesson: 'Parsing a bundle without certificates reads a null pointer.',
    checked: ['PYSEC-2023-254'],
  },
  {
    id: 'CVE-2024-6345',
    title: 'setuptools: package index URLs run commands',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
    published: '2024-07-15',
    aliases: ['GHSA-cx63-2mw6-8hw5'],
    packages: { PyPI: { setuptools: [['0', '70.0.0']] } },
    lesson:
      'A link on an index page that names a version control system becomes a shell command. ' +
      'It is in nearly every Python image.',
    checked: ['GHSA-cx63-2mw6-8hw5'],
  },
  {
    id: 'CVE-2024-1135',
    title: 'gunicorn: conflicting Transfer-Encoding smuggles requests',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:H/A:N',
    published: '2024-04-16',
    aliases: ['GHSA-w3h3-4rj7-4ph4'],
    packages: { PyPI: { gunicorn: [['0', null, '21.2.0']] } },
    lesson: 'Behind a proxy that forwards both headers, the second request is hidden in the first.',
    checked: ['GHSA-w3h3-4rj7-4ph4'],
  },
  {
    id: 'CVE-2024-23334',
    title: 'aiohttp: static routes leave their folder',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    published: '2024-01-29',
    aliases: ['PYSEC-2024-24', 'GHSA-5h86-8mv2-jq9f'],
    packages: { PyPI: { aiohttp: [['1.0.5', '3.9.2']] } },
    lesson: 'With follow_symlinks a path of dots reads any file. Ransomware crews scanned for it.',
    checked: ['PYSEC-2024-24'],
  },
  {
    id: 'CVE-2022-29217',
    title: 'PyJWT: a public key is accepted as a secret',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N',
    published: '2022-05-24',
    aliases: ['PYSEC-2022-202', 'GHSA-ffqj-6fqr-9h24'],
    packages: { PyPI: { pyjwt: [['1.5.0', '2.4.0']] } },
    lesson:
      'Asking for all default algorithms lets a token be signed with the public key. Name ' +
      'one algorithm.',
    checked: ['PYSEC-2022-202', 'GHSA-ffqj-6fqr-9h24'],
  },
  {
    id: 'CVE-2024-24762',
    title: 'FastAPI: a content type stops form parsing',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-02-05',
    aliases: ['PYSEC-2024-38', 'GHSA-qf9m-vfgh-m389'],
    packages: { PyPI: { fastapi: [['0', '0.109.1']] } },
    lesson: 'One header with a slow expression holds the event loop.',
    checked: ['PYSEC-2024-38'],
  },
  {
    id: 'CVE-2023-27524',
    title: 'Superset: everybody knows the default key',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:L',
    kev: '2024-01-08',
    published: '2023-04-24',
    aliases: ['GHSA-5cx2-vq3h-x52c'],
    packages: { PyPI: { 'apache-superset': [['0', '2.1.0']] } },
    lesson:
      'Sessions signed with the key from the manual are valid on every installation that ' +
      'kept it. Change the key.',
    checked: ['GHSA-5cx2-vq3h-x52c'],
  },
  {
    id: 'CVE-2020-11651',
    title: 'Salt: the master runs commands for anyone',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2021-11-03',
    published: '2020-04-30',
    aliases: ['PYSEC-2020-102'],
    packages: {
      PyPI: {
        salt: [
          ['0', '2019.2.4'],
          ['3000', '3000.2'],
        ],
      },
    },
    lesson:
      'The request server skips login for two methods, so port 4506 is root on every ' +
      'minion. Miners took thousands in a weekend.',
    checked: ['PYSEC-2020-102', 'general knowledge: CVSS'],
  },
];
