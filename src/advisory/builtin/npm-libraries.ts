// npm libraries that nearly every Node.js image carries. Facts written by hand; `checked`
// names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const npmLibrariesRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2020-7660',
    title: 'serialize-javascript: a crafted object injects code',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2020-08-11',
    aliases: ['GHSA-hxcc-f52p-wc94'],
    packages: { npm: { 'serialize-javascript': [['0', '3.1.0']] } },
    lesson:
      'Two values of an object that the attacker controls become script when the output is ' +
      'evaluated in a page.',
    checked: ['GHSA-hxcc-f52p-wc94'],
  },
  {
    id: 'CVE-2019-10744',
    title: 'lodash: defaultsDeep pollutes the prototype',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H',
    published: '2019-07-10',
    aliases: ['GHSA-jf85-cpcp-j695'],
    packages: {
      npm: {
        lodash: [['0', '4.17.12']],
        'lodash-es': [['0', '4.17.14']],
        'lodash-amd': [['0', '4.17.13']],
        'lodash.defaultsdeep': [['0', '4.6.1']],
      },
    },
    lesson:
      'Merging JSON of a user into defaults changes every object of the process, which ' +
      'other code turns into more. Upgrade; freeze prototypes where you can.',
    checked: ['GHSA-jf85-cpcp-j695'],
  },
  {
    id: 'CVE-2020-8203',
    title: 'lodash: path setters pollute the prototype',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H',
    published: '2020-07-15',
    aliases: ['GHSA-p6mc-m468-83gw'],
    packages: {
      npm: {
        lodash: [['3.7.0', '4.17.19']],
        'lodash-es': [['3.7.0', '4.17.20']],
        'lodash.pick': [['4.0.0', null, '4.4.0']],
        'lodash.set': [['3.7.0', null, '4.3.2']],
        'lodash.setwith': [['0', null, '4.3.2']],
        'lodash.update': [['0', null, '4.10.2']],
        'lodash.updatewith': [['0', null, '4.10.2']],
      },
    },
    lesson: 'A path from outside that names __proto__ writes to all objects.',
    checked: ['GHSA-p6mc-m468-83gw'],
  },
  {
    id: 'CVE-2021-23337',
    title: 'lodash: template options inject code',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
    published: '2021-05-06',
    aliases: ['GHSA-35jh-r3h4-6jhm'],
    packages: { npm: { lodash: [['0', '4.17.21']], 'lodash-es': [['0', '4.17.21']] } },
    lesson:
      'Who controls the options of _.template runs code in the server. Templates are code: ' +
      'never take them from users.',
    checked: ['GHSA-35jh-r3h4-6jhm'],
  },
  {
    id: 'CVE-2021-44906',
    title: 'minimist: arguments pollute the prototype',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-03-18',
    aliases: ['GHSA-xvch-5gv4-984h'],
    packages: {
      npm: {
        minimist: [
          ['0', '0.2.4'],
          ['1.0.0', '1.2.6'],
        ],
      },
    },
    lesson:
      'Deep in nearly every tool tree. Harmless for most command lines, serious where ' +
      'arguments come from requests.',
    checked: ['GHSA-xvch-5gv4-984h'],
  },
  {
    id: 'CVE-2023-45857',
    title: 'axios: the XSRF token goes to every host',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N',
    published: '2023-11-08',
    aliases: ['GHSA-wf5p-g6vw-rhxx'],
    packages: {
      npm: {
        axios: [
          ['0.8.1', '0.28.0'],
          ['1.0.0', '1.6.0'],
        ],
      },
    },
    lesson: 'The secret cookie value is sent as a header to third parties.',
    checked: ['GHSA-wf5p-g6vw-rhxx'],
  },
  {
    id: 'CVE-2021-3749',
    title: 'axios: slow trimming of a header',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2021-09-01',
    aliases: ['GHSA-cph5-m8f7-6c5x'],
    packages: { npm: { axios: [['0', '0.21.2']] } },
    lesson: 'A long run of spaces from a server stops the event loop.',
    checked: ['GHSA-cph5-m8f7-6c5x'],
  },
  {
    id: 'CVE-2024-39338',
    title: 'axios: path-relative URLs reach other hosts',
    severity: 'high',
    published: '2024-08-12',
    aliases: ['GHSA-8hc4-vh64-cxmj'],
    packages: { npm: { axios: [['1.3.2', '1.7.4']] } },
    lesson:
      'A path that begins with two slashes is read as a host, so a proxying server asks ' +
      'where the client says.',
    checked: ['GHSA-8hc4-vh64-cxmj'],
  },
  {
    id: 'CVE-2024-37890',
    title: 'ws: too many headers crash the server',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-06-17',
    aliases: ['GHSA-3h5v-q93c-6h6q'],
    packages: {
      npm: {
        ws: [
          ['2.1.0', '5.2.4'],
          ['6.0.0', '6.2.3'],
          ['7.0.0', '7.5.10'],
          ['8.0.0', '8.17.1'],
        ],
      },
    },
    lesson: 'One upgrade request with more headers than the limit ends the process.',
    checked: ['GHSA-3h5v-q93c-6h6q'],
  },
  {
    id: 'CVE-2022-23539',
    title: 'jsonwebtoken: weak and mismatched key types are accepted',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N',
    published: '2022-12-22',
    aliases: ['GHSA-8cf7-32gw-wr33'],
    packages: { npm: { jsonwebtoken: [['0', '9.0.0']] } },
    lesson:
      'Old releases verify with keys that do not fit the algorithm. Name the algorithms ' +
      'when you verify.',
    checked: ['GHSA-8cf7-32gw-wr33'],
  },
  {
    id: 'CVE-2021-32803',
    title: 'tar: a link in the directory cache writes outside',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:N',
    published: '2021-08-03',
    aliases: ['GHSA-r628-mhmh-qjhw'],
    packages: {
      npm: {
        tar: [
          ['0', '3.2.3'],
          ['4.0.0', '4.4.15'],
          ['5.0.0', '5.0.7'],
          ['6.0.0', '6.1.2'],
        ],
      },
    },
    lesson:
      'A package archive creates a folder, swaps it for a link and writes through it: code ' +
      'at install time.',
    checked: ['GHSA-r628-mhmh-qjhw'],
  },
  {
    id: 'CVE-2021-32804',
    title: 'tar: repeated root paths are not stripped',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:N',
    published: '2021-08-03',
    aliases: ['GHSA-3jfq-g458-7qm9'],
    packages: {
      npm: {
        tar: [
          ['0', '3.2.2'],
          ['4.0.0', '4.4.14'],
          ['5.0.0', '5.0.6'],
          ['6.0.0', '6.1.1'],
        ],
      },
    },
    lesson: 'An entry such as ////etc/passwd is written to its absolute place.',
    checked: ['GHSA-3jfq-g458-7qm9'],
  },
  {
    id: 'CVE-2024-28863',
    title: 'tar: unlimited folder depth',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H',
    published: '2024-03-22',
    aliases: ['GHSA-f5x3-32g6-xq36'],
    packages: { npm: { 'node-tar': [['0', '6.2.1']], tar: [['0', '6.2.1']] } },
    lesson: 'A tiny archive of very deep folders fills memory and disk.',
    checked: ['GHSA-f5x3-32g6-xq36'],
  },
  {
    id: 'CVE-2022-24999',
    title: 'qs: a __proto__ key hangs the process',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-11-27',
    aliases: ['GHSA-hrpp-h998-j3pp'],
    packages: {
      npm: {
        qs: [
          ['0', '6.2.4'],
          ['6.3.0', '6.3.3'],
          ['6.4.0', '6.4.1'],
          ['6.5.0', '6.5.3'],
          ['6.6.0', '6.6.1'],
          ['6.7.0', '6.7.3'],
          ['6.8.0', '6.8.3'],
          ['6.9.0', '6.9.7'],
          ['6.10.0', '6.10.3'],
        ],
      },
    },
    lesson: 'Every Express of its time parsed queries with it; one request stops a worker.',
    checked: ['GHSA-hrpp-h998-j3pp'],
  },
  {
    id: 'CVE-2022-46175',
    title: 'json5: parsing pollutes the result',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:H/I:L/A:H',
    published: '2022-12-29',
    aliases: ['GHSA-9c47-m6qq-7p4h'],
    packages: {
      npm: {
        json5: [
          ['0', '1.0.2'],
          ['2.0.0', '2.2.2'],
        ],
      },
    },
    lesson:
      'A __proto__ key in a file changes the object that is returned, and the checks made on it.',
    checked: ['GHSA-9c47-m6qq-7p4h'],
  },
  {
    id: 'CVE-2022-0235',
    title: 'node-fetch: credentials follow a redirect',
    cvss: 'CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-01-21',
    aliases: ['GHSA-r683-j2x4-v87g'],
    packages: {
      npm: {
        'node-fetch': [
          ['0', '2.6.7'],
          ['3.0.0', '3.1.1'],
        ],
      },
    },
    lesson: 'Authorization and cookies go to whatever host a redirect names.',
    checked: ['GHSA-r683-j2x4-v87g'],
  },
  {
    id: 'CVE-2022-25883',
    title: 'semver: slow range parsing',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
    published: '2023-06-21',
    aliases: ['GHSA-c2qf-rxjj-qqgw'],
    packages: {
      npm: {
        semver: [
          ['0', '5.7.2'],
          ['6.0.0', '6.3.1'],
          ['7.0.0', '7.5.2'],
        ],
      },
    },
    lesson: 'A long range from outside burns a core; noise in most build tools.',
    checked: ['GHSA-c2qf-rxjj-qqgw'],
  },
  {
    id: 'CVE-2024-45296',
    title: 'path-to-regexp: routes that backtrack',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-09-09',
    aliases: ['GHSA-9wv6-86v2-598j'],
    packages: {
      npm: {
        'path-to-regexp': [
          ['0', '0.1.10'],
          ['0.2.0', '1.9.0'],
          ['2.0.0', '3.3.0'],
          ['4.0.0', '6.3.0'],
          ['7.0.0', '8.0.0'],
        ],
      },
    },
    lesson:
      'Two parameters in one path segment make an expression that a long URL stops. It sits ' +
      'under Express.',
    checked: ['GHSA-9wv6-86v2-598j'],
  },
  {
    id: 'CVE-2024-45590',
    title: 'body-parser: URL-encoded bodies stop the server',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-09-10',
    aliases: ['GHSA-qwcr-r2fm-qrc7'],
    packages: { npm: { 'body-parser': [['0', '1.20.3']] } },
    lesson: 'Small bodies with many nested keys take the event loop.',
    checked: ['GHSA-qwcr-r2fm-qrc7'],
  },
  {
    id: 'CVE-2023-26159',
    title: 'follow-redirects: misread host names',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',
    published: '2024-01-02',
    aliases: ['GHSA-jchw-25xp-jwwc'],
    packages: { npm: { 'follow-redirects': [['0', '1.15.4']] } },
    lesson: 'A malformed URL is sent to another host, with what the request carries.',
    checked: ['GHSA-jchw-25xp-jwwc'],
  },
  {
    id: 'CVE-2024-4068',
    title: 'braces: unbalanced input exhausts memory',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-05-14',
    aliases: ['GHSA-grv7-fg5c-xmjg'],
    packages: { npm: { braces: [['0', '3.0.3']] } },
    lesson: 'A pattern of open braces fills the heap; mostly build tools.',
    checked: ['GHSA-grv7-fg5c-xmjg'],
  },
  {
    id: 'CVE-2022-31129',
    title: 'moment: quadratic date parsing',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-07-06',
    aliases: ['GHSA-wc69-rhjr-hc9g'],
    packages: {
      npm: { moment: [['2.18.0', '2.29.4']] },
      NuGet: { 'Moment.js': [['2.18.0', '2.29.4']] },
    },
    lesson: 'A date string of 50 KB holds the process for seconds.',
    checked: ['GHSA-wc69-rhjr-hc9g'],
  },
];
