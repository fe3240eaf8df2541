// PHP packages: what is left in the web root, mailers, HTTP clients, template sandboxes. Facts
// written by hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const phpRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2017-9841',
    title: 'PHPUnit: eval-stdin.php runs what is posted',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-02-15',
    published: '2022-03-26',
    aliases: ['GHSA-r7c9-c69m-rph8'],
    packages: {
      Packagist: {
        'phpunit/phpunit': [
          ['4.8.19', '4.8.28'],
          ['5.0.0', '5.6.3'],
        ],
      },
    },
    lesson:
      'Development packages in a public vendor folder: one request runs PHP. Install ' +
      'without dev packages and keep vendor outside the web root.',
    checked: ['GHSA-r7c9-c69m-rph8'],
  },
  {
    id: 'CVE-2021-3129',
    title: 'Laravel Ignition: the debug page writes files',
    severity: 'critical',
    kev: '2023-09-18',
    ransomware: true,
    packages: { Packagist: { 'facade/ignition': [['2.0.0', '2.5.2']] } },
    lesson:
      'With debug mode on, a solution of the error page is abused to run a phar. Never run ' +
      'debug mode in public.',
    checked: ['CVE-2021-3129', 'general knowledge: severity'],
  },
  {
    id: 'CVE-2016-10033',
    title: 'PHPMailer: the sender address becomes an argument',
    cvss: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2025-07-07',
    published: '2020-03-05',
    aliases: ['GHSA-5f37-gxvh-23v6'],
    packages: { Packagist: { 'phpmailer/phpmailer': [['5.0.0', '5.2.18']] } },
    lesson: 'Extra words in the sender reach sendmail and write a PHP file into the web root.',
    checked: ['GHSA-5f37-gxvh-23v6'],
  },
  {
    id: 'CVE-2022-31090',
    title: 'Guzzle: curl credentials survive a change of origin',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:N/A:N',
    published: '2022-06-21',
    aliases: ['GHSA-25mq-v84q-4j7r'],
    packages: {
      Packagist: {
        'guzzlehttp/guzzle': [
          ['0', '6.5.8'],
          ['7.0.0', '7.4.5'],
        ],
      },
    },
    lesson: 'Authorization set as a curl option follows a redirect to another host.',
    checked: ['GHSA-25mq-v84q-4j7r'],
  },
  {
    id: 'CVE-2024-35242',
    title: 'Composer: branch names run commands',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
    published: '2024-06-10',
    aliases: ['GHSA-v9qv-c7wm-wgmf'],
    packages: {
      Packagist: {
        'composer/composer': [
          ['2.0', '2.2.24'],
          ['2.3', '2.7.7'],
        ],
      },
    },
    lesson:
      'Working in a repository with a crafted branch runs a shell. Build machines check out ' +
      'strangers.',
    checked: ['GHSA-v9qv-c7wm-wgmf'],
  },
  {
    id: 'CVE-2021-21263',
    title: 'Laravel: an array in the request adds query bindings',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N',
    published: '2021-01-19',
    aliases: ['GHSA-3p32-j457-pg5x'],
    packages: {
      Packagist: {
        'laravel/framework': [
          ['0', '6.20.12'],
          ['7.0.0', '7.30.3'],
          ['8.0.0', '8.22.1'],
        ],
        'illuminate/database': [
          ['0', '6.20.12'],
          ['7.0.0', '7.30.3'],
          ['8.0.0', '8.22.1'],
        ],
      },
    },
    lesson: 'Where a string is expected, an array shifts the bindings of the query.',
    checked: ['GHSA-3p32-j457-pg5x'],
  },
  {
    id: 'CVE-2024-45411',
    title: 'Twig: the sandbox is skipped for cached templates',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:C/C:H/I:H/A:H',
    published: '2024-09-09',
    aliases: ['GHSA-6j75-5wfj-gh66'],
    packages: {
      Packagist: {
        'twig/twig': [
          ['1.0.0', '1.44.8'],
          ['2.0.0', '2.16.1'],
          ['3.0.0', '3.11.1'],
          ['3.12.0', '3.14.0'],
        ],
      },
    },
    lesson: 'A template loaded before outside the sandbox stays outside it.',
    checked: ['GHSA-6j75-5wfj-gh66'],
  },
  {
    id: 'CVE-2023-29197',
    title: 'guzzlehttp/psr7: line breaks in headers',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N',
    published: '2023-04-19',
    aliases: ['GHSA-wxmh-65f7-jcvw'],
    packages: {
      Packagist: {
        'guzzlehttp/psr7': [
          ['0', '1.9.1'],
          ['2.0.0', '2.4.5'],
        ],
      },
    },
    lesson: 'A value with a line break adds headers to a request or response.',
    checked: ['GHSA-wxmh-65f7-jcvw'],
  },
];
