// Ruby gems: Rails, Rack, SAML, and gems that were taken over. Facts written by hand;
// `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const rubyRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2019-5418',
    title: 'Rails: the Accept header reads files',
    severity: 'high',
    kev: '2025-07-07',
    published: '2019-03-13',
    aliases: ['GHSA-86g5-2wh3-gc9j'],
    packages: {
      RubyGems: {
        actionview: [
          ['0', '4.2.11.1'],
          ['4.3', '5.0.7.2'],
          ['5.1', '5.1.6.2'],
          ['5.2', '5.2.2.1'],
          ['5.3', '6.0.0.beta3'],
        ],
      },
    },
    lesson:
      'Rendering a file without a fixed format lets the header name another one, ' +
      'credentials included. Still exploited after years.',
    checked: ['RUBYSEC-actionview-CVE-2019-5418', 'general knowledge: severity'],
  },
  {
    id: 'CVE-2020-8165',
    title: 'Rails: a raw cache entry is unmarshalled',
    severity: 'critical',
    published: '2020-05-18',
    aliases: ['GHSA-2p68-f74v-9wc6'],
    packages: {
      RubyGems: {
        activesupport: [
          ['0', '5.2.4.3'],
          ['5.3', '6.0.3.1'],
        ],
      },
    },
    lesson: 'User input stored raw in Memcached or Redis comes back as Ruby objects.',
    checked: ['RUBYSEC-activesupport-CVE-2020-8165', 'rubysec CVE-2020-8165'],
  },
  {
    id: 'CVE-2022-32224',
    title: 'Rails: serialised columns load any class',
    severity: 'critical',
    published: '2022-07-12',
    aliases: ['GHSA-3hhc-qp5v-9p2j'],
    packages: {
      RubyGems: {
        activerecord: [
          ['0', '5.2.8.1'],
          ['5.3', '6.0.5.1'],
          ['6.1', '6.1.6.1'],
          ['6.2', '7.0.3.1'],
        ],
      },
    },
    lesson:
      'Who can write the database, by injection for instance, gets code through YAML columns.',
    checked: ['RUBYSEC-activerecord-CVE-2022-32224', 'rubysec CVE-2022-32224'],
  },
  {
    id: 'CVE-2013-0156',
    title: 'Rails: XML parameters hold YAML objects',
    severity: 'critical',
    published: '2013-01-08',
    aliases: ['GHSA-jmgw-6vjg-jjwg'],
    packages: {
      RubyGems: {
        actionpack: [
          ['0', '2.3.15'],
          ['2.4', '3.0.19'],
          ['3.1', '3.1.10'],
          ['3.2', '3.2.11'],
        ],
      },
    },
    lesson:
      'The classic: one request body, no login, code. It shows that parsers of parameters ' +
      'are the outer wall.',
    checked: ['RUBYSEC-actionpack-CVE-2013-0156', 'rubysec CVE-2013-0156'],
  },
  {
    id: 'CVE-2022-30123',
    title: 'Rack: request logs drive the terminal',
    severity: 'critical',
    published: '2022-06-27',
    aliases: ['GHSA-wq4h-7r42-5hrr'],
    packages: {
      RubyGems: {
        rack: [
          ['0', '2.0.9.1'],
          ['2.1', '2.1.4.1'],
          ['2.2', '2.2.3.1'],
        ],
      },
    },
    lesson: 'Escape sequences in a request reach the terminal of whoever reads the log.',
    checked: ['RUBYSEC-rack-CVE-2022-30123', 'rubysec CVE-2022-30123'],
  },
  {
    id: 'CVE-2025-27610',
    title: 'Rack: Static serves files outside its list',
    severity: 'high',
    published: '2025-03-10',
    aliases: ['GHSA-7wqh-767x-r66v'],
    packages: {
      RubyGems: {
        rack: [
          ['0', '2.2.13'],
          ['2.3', '3.0.14'],
          ['3.1', '3.1.12'],
        ],
      },
    },
    lesson: 'Encoded dots leave the listed URLs and read what lies under the root.',
    checked: ['RUBYSEC-rack-CVE-2025-27610', 'rubysec CVE-2025-27610'],
  },
  {
    id: 'CVE-2024-45409',
    title: 'ruby-saml: signed answers can be forged',
    severity: 'critical',
    published: '2024-08-28',
    aliases: ['GHSA-jw9c-mfg7-9rx2'],
    packages: {
      RubyGems: {
        'ruby-saml': [
          ['0', '1.12.3'],
          ['1.13', '1.17.0'],
        ],
      },
    },
    lesson: 'Any signed document of the identity provider is enough to log in as anyone.',
    checked: ['RUBYSEC-ruby-saml-CVE-2024-45409', 'rubysec CVE-2024-45409'],
  },
  {
    id: 'CVE-2019-13354',
    title: 'strong_password: a hijacked gem loads code from a paste site',
    severity: 'critical',
    malware: true,
    published: '2019-07-05',
    aliases: ['GHSA-5h5r-ffc4-c455'],
    packages: { RubyGems: { strong_password: [['0.0.7', '0.0.8']] } },
    lesson:
      'The release of a dormant gem fetched and ran code in production. A second factor for ' +
      'publishers ends this kind.',
    checked: ['RUBYSEC-strong_password-CVE-2019-13354'],
  },
  {
    id: 'CVE-2019-15224',
    title: 'rest-client: a backdoor in old release lines',
    severity: 'critical',
    malware: true,
    published: '2019-08-19',
    packages: { RubyGems: { 'rest-client': [['1.6.10', '1.7.0.rc1']] } },
    lesson:
      'A reused password let a stranger publish patch releases that sent out environment ' +
      'and cookies.',
    checked: ['rubysec CVE-2019-15224'],
  },
];
