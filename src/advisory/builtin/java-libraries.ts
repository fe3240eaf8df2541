// Java libraries: object mappers, deserialisation gadgets, drivers, Netty. Facts written by
// hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const javaLibrariesRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2022-25845',
    title: 'fastjson: autoType restrictions can be bypassed',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-06-11',
    aliases: ['GHSA-pv7h-hx5h-mgfj'],
    packages: { Maven: { 'com.alibaba:fastjson': [['0', '1.2.83']] } },
    lesson:
      'JSON that names a class makes the parser build it. Upgrade to 1.2.83 and switch ' +
      'safeMode on, or move to fastjson2.',
    checked: ['GHSA-pv7h-hx5h-mgfj'],
  },
  {
    id: 'CVE-2017-7525',
    title: 'jackson-databind: default typing builds attacker classes',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2018-10-16',
    aliases: ['GHSA-qxxx-2pp7-5hmx'],
    packages: {
      Maven: {
        'com.fasterxml.jackson.core:jackson-databind': [
          ['0', '2.6.7.1'],
          ['2.7.0', '2.7.9.1'],
          ['2.8.0', '2.8.9'],
        ],
      },
    },
    lesson:
      'The first of a long row of gadget fixes: with polymorphic typing open, JSON chooses ' +
      'the class. Upgrade, and never enable default typing for input from outside.',
    checked: ['GHSA-qxxx-2pp7-5hmx'],
  },
  {
    id: 'CVE-2020-25649',
    title: 'jackson-databind: XML external entities in DOM values',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N',
    published: '2021-02-18',
    aliases: ['GHSA-288c-cq4h-88gq'],
    packages: {
      Maven: {
        'com.fasterxml.jackson.core:jackson-databind': [
          ['0', '2.6.7.4'],
          ['2.7.0.0', '2.9.10.7'],
          ['2.10.0.0', '2.10.5.1'],
        ],
      },
    },
    lesson:
      'A JSON string that is read as a DOM document resolves external entities: file reads ' +
      'and requests from inside.',
    checked: ['GHSA-288c-cq4h-88gq'],
  },
  {
    id: 'CVE-2020-36518',
    title: 'jackson-databind: deep nesting overflows the stack',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-03-12',
    aliases: ['GHSA-57j2-w4cx-62h2'],
    packages: {
      Maven: {
        'com.fasterxml.jackson.core:jackson-databind': [
          ['0', '2.12.6.1'],
          ['2.13.0', '2.13.2.1'],
        ],
      },
    },
    lesson: 'A small body of brackets ends the worker thread. Limit request size and upgrade.',
    checked: ['GHSA-57j2-w4cx-62h2'],
  },
  {
    id: 'CVE-2022-42003',
    title: 'jackson-databind: nested wrapper arrays exhaust the parser',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-10-03',
    aliases: ['GHSA-jjjh-jjxp-wpff'],
    packages: {
      Maven: {
        'com.fasterxml.jackson.core:jackson-databind': [
          ['2.4.0-rc1', '2.12.7.1'],
          ['2.13.0', '2.13.4.1'],
        ],
      },
    },
    lesson:
      'Needs UNWRAP_SINGLE_VALUE_ARRAYS; then a few kilobytes burn a core. Upgrade the ' +
      'whole jackson set together.',
    checked: ['GHSA-jjjh-jjxp-wpff'],
  },
  {
    id: 'CVE-2022-1471',
    title: 'SnakeYAML: Constructor builds any type',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:L',
    published: '2022-12-12',
    aliases: ['GHSA-mjmj-j48q-9wg2'],
    packages: { Maven: { 'org.yaml:snakeyaml': [['0', '2.0']] } },
    lesson:
      'YAML from outside names a Java class and its arguments. Use SafeConstructor; 2.0 ' +
      'makes that the default.',
    checked: ['GHSA-mjmj-j48q-9wg2'],
  },
  {
    id: 'CVE-2015-6420',
    title: 'commons-collections: the classic deserialisation gadget',
    severity: 'high',
    published: '2020-06-15',
    aliases: ['GHSA-6hgm-866r-3cjv'],
    packages: {
      Maven: {
        'org.apache.commons:commons-collections4': [['0', '4.1']],
        'commons-collections:commons-collections': [['0', '3.2.2']],
      },
    },
    lesson:
      'On its own it does nothing; next to any code that deserialises input it gives code ' +
      'execution. Upgrade so that the chain is cut.',
    checked: ['GHSA-6hgm-866r-3cjv'],
  },
  {
    id: 'CVE-2023-34478',
    title: 'Shiro: path traversal passes authentication',
    severity: 'medium',
    published: '2023-07-24',
    aliases: ['GHSA-pmhc-2g4f-85cg'],
    packages: {
      Maven: {
        'org.apache.shiro:shiro-web': [
          ['0', '1.12.0'],
          ['2.0.0-alpha-1', '2.0.0-alpha-3'],
        ],
      },
    },
    lesson:
      'A path that the filter and the framework read differently gets in without login. ' +
      'Upgrade; normalise paths at the proxy.',
    checked: ['GHSA-pmhc-2g4f-85cg'],
  },
  {
    id: 'CVE-2024-1597',
    title: 'PostgreSQL JDBC: injection in simple query mode',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    published: '2024-02-21',
    aliases: ['GHSA-24rp-q3w6-vc56'],
    packages: {
      Maven: {
        'org.postgresql:postgresql': [
          ['0', '42.2.28'],
          ['42.3.0', '42.3.9'],
          ['42.4.0', '42.4.4'],
          ['42.5.0', '42.5.5'],
          ['42.6.0', '42.6.1'],
          ['42.7.0', '42.7.2'],
        ],
      },
    },
    lesson:
      'A negative number beside a placeholder turns the rest into a comment. Only ' +
      'preferQueryMode=simple is hit; upgrade the driver.',
    checked: ['GHSA-24rp-q3w6-vc56'],
  },
  {
    id: 'CVE-2021-39144',
    title: 'XStream: commands from a crafted stream',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:C/C:H/I:H/A:H',
    kev: '2023-03-10',
    published: '2021-08-25',
    aliases: ['GHSA-j9h8-phrw-h4fh'],
    packages: { Maven: { 'com.thoughtworks.xstream:xstream': [['0', '1.4.18']] } },
    lesson:
      'XML that is turned into objects runs a command. 1.4.18 switches to an allow list; ' +
      'set one yourself on older lines.',
    checked: ['GHSA-j9h8-phrw-h4fh'],
  },
  {
    id: 'CVE-2022-41966',
    title: 'XStream: crafted XML overflows the stack',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H',
    published: '2022-12-29',
    aliases: ['GHSA-j563-grx4-pjpv'],
    packages: { Maven: { 'com.thoughtworks.xstream:xstream': [['0', '1.4.20']] } },
    lesson: 'Recursive collections end the process with an error that most code does not catch.',
    checked: ['GHSA-j563-grx4-pjpv'],
  },
  {
    id: 'CVE-2022-25647',
    title: 'Gson: internal classes deserialise untrusted data',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:H/A:H',
    published: '2022-05-03',
    aliases: ['GHSA-4jrv-ppp4-jm57'],
    packages: { Maven: { 'com.google.code.gson:gson': [['0', '2.8.9']] } },
    lesson:
      'Old Gson leaks writeReplace of internal types into Java serialisation: a crash, ' +
      'rarely more.',
    checked: ['GHSA-4jrv-ppp4-jm57'],
  },
  {
    id: 'CVE-2024-29025',
    title: 'Netty: form decoder collects data without a limit',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
    published: '2024-03-25',
    aliases: ['GHSA-5jpm-x58v-624v'],
    packages: { Maven: { 'io.netty:netty-codec-http': [['0', '4.1.108.Final']] } },
    lesson: 'A slow endless form field fills the heap of any server built on Netty.',
    checked: ['GHSA-5jpm-x58v-624v'],
  },
];
