// npm frameworks and template engines whose flaws run code or open doors. Facts written by
// hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const npmFrameworksRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2025-55182',
    title: 'React2Shell: a request to React Server Components runs code',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2025-12-05',
    published: '2025-12-03',
    aliases: ['GHSA-fv66-9v8q-g76r'],
    packages: {
      npm: {
        'react-server-dom-webpack': [
          ['19.0.0', '19.0.1'],
          ['19.1.0', '19.1.2'],
          ['19.2.0', '19.2.1'],
        ],
        'react-server-dom-turbopack': [
          ['19.0.0', '19.0.1'],
          ['19.1.0', '19.1.2'],
          ['19.2.0', '19.2.1'],
        ],
        'react-server-dom-parcel': [
          ['19.0.0', '19.0.1'],
          ['19.1.0', '19.1.2'],
          ['19.2.0', '19.2.1'],
        ],
      },
    },
    lesson:
      'A crafted flight payload is deserialised before any login, in the default setup of ' +
      'frameworks that use server components. Attacked within a day of its publication: ' +
      'upgrade, then look for what was left behind.',
    checked: ['GHSA-fv66-9v8q-g76r', 'CVE-2025-55182'],
  },
  {
    id: 'CVE-2025-66478',
    title: 'Next.js: the React2Shell flaw in its bundled React',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    published: '2025-12-03',
    aliases: ['GHSA-9qr9-h5gf-34mp'],
    packages: {
      npm: {
        next: [
          ['14.3.0-canary.77', '15.0.5'],
          ['15.1.1-canary.0', '15.1.9'],
          ['15.2.0-canary.0', '15.2.6'],
          ['15.3.0-canary.0', '15.3.6'],
          ['15.4.0-canary.0', '15.4.8'],
          ['15.5.1-canary.0', '15.5.7'],
          ['16.0.0-canary.0', '16.0.7'],
        ],
      },
    },
    lesson:
      'Next.js ships its own copy of the React server packages, so they do not show in the ' +
      'dependency list. Every App Router site of 15.x and 16.x needed the upgrade.',
    checked: ['GHSA-9qr9-h5gf-34mp'],
  },
  {
    id: 'CVE-2025-29927',
    title: 'Next.js: one header switches the middleware off',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',
    published: '2025-03-21',
    aliases: ['GHSA-f82v-jwr5-mffw'],
    packages: {
      npm: {
        next: [
          ['11.1.4', '12.3.5'],
          ['13.0.0', '13.5.9'],
          ['14.0.0', '14.2.25'],
          ['15.0.0', '15.2.3'],
        ],
      },
    },
    lesson:
      'An internal header that clients can send skips middleware, and login checks with it. ' +
      'Strip x-middleware-subrequest at the proxy until you upgrade.',
    checked: ['GHSA-f82v-jwr5-mffw'],
  },
  {
    id: 'CVE-2022-36067',
    title: 'SandBreak: vm2 code leaves the sandbox',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    published: '2022-09-28',
    aliases: ['GHSA-mrgp-mrhc-5jrq'],
    packages: { npm: { vm2: [['0', '3.9.11']] } },
    lesson:
      'Error handling inside the sandbox reaches the host objects. vm2 has been broken ' +
      'again since and is given up: use a process or isolate boundary.',
    checked: ['GHSA-mrgp-mrhc-5jrq'],
  },
  {
    id: 'CVE-2021-23383',
    title: 'handlebars: compile options pollute the prototype',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-02-10',
    aliases: ['GHSA-765h-qjxv-5f44'],
    packages: { npm: { handlebars: [['0', '4.7.7']] } },
    lesson: 'Untrusted templates run code on the server. Precompile your own templates only.',
    checked: ['GHSA-765h-qjxv-5f44'],
  },
  {
    id: 'CVE-2022-29078',
    title: 'ejs: view options inject into the template',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-04-26',
    aliases: ['GHSA-phwq-j96m-2c2q'],
    packages: { npm: { ejs: [['0', '3.1.7']] } },
    lesson:
      'Passing the whole query to render lets a client set outputFunctionName, which is code.',
    checked: ['GHSA-phwq-j96m-2c2q'],
  },
  {
    id: 'CVE-2024-29041',
    title: 'express: malformed URLs pass redirect lists',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',
    published: '2024-03-25',
    aliases: ['GHSA-rv95-896h-c2vc'],
    packages: {
      npm: {
        express: [
          ['0', '4.19.2'],
          ['5.0.0-alpha.1', '5.0.0-beta.3'],
        ],
      },
    },
    lesson:
      'An open redirect in spite of an allow list, because two parsers read the URL differently.',
    checked: ['GHSA-rv95-896h-c2vc'],
  },
];
