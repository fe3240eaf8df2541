// Java frameworks: Log4j, Spring and Struts, the doors that opened most often. Facts written
// by hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const javaFrameworksRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2021-44228',
    title: 'Log4Shell: a JNDI lookup in a log message runs remote code',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2021-12-10',
    ransomware: true,
    published: '2021-12-10',
    aliases: ['GHSA-jfh8-c2jp-5v3q'],
    packages: {
      Maven: {
        'org.apache.logging.log4j:log4j-core': [
          ['0', '2.3.1'],
          ['2.4', '2.12.2'],
          ['2.13.0', '2.15.0'],
        ],
      },
    },
    lesson:
      'Any text that reaches the log, a user agent or a form field, makes the server fetch ' +
      'and run a class of the attacker. Upgrade log4j-core; look into fat JARs too, the ' +
      'library hides there.',
    checked: ['GHSA-jfh8-c2jp-5v3q'],
  },
  {
    id: 'CVE-2021-45046',
    title: 'Log4Shell, second round: the first fix fails for some layouts',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2023-05-01',
    ransomware: true,
    published: '2021-12-14',
    aliases: ['GHSA-7rjr-3q55-vv33'],
    packages: {
      Maven: {
        'org.apache.logging.log4j:log4j-core': [
          ['0', '2.12.2'],
          ['2.13.0', '2.16.0'],
        ],
      },
    },
    lesson:
      'With a thread context value in the pattern, 2.15.0 can still be driven into a ' +
      'lookup. Do not stop at 2.15.0.',
    checked: ['GHSA-7rjr-3q55-vv33'],
  },
  {
    id: 'CVE-2021-45105',
    title: 'Log4j recursion on self-referential lookups',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2021-12-18',
    aliases: ['GHSA-p6xc-xr62-6r2g'],
    packages: {
      Maven: {
        'org.apache.logging.log4j:log4j-core': [
          ['0', '2.3.1'],
          ['2.4.0', '2.12.3'],
          ['2.13.0', '2.17.0'],
        ],
      },
    },
    lesson:
      'A crafted context value recurses until the thread dies: a cheap way to stop a ' +
      'service. The same upgrade ends it.',
    checked: ['GHSA-p6xc-xr62-6r2g'],
  },
  {
    id: 'CVE-2021-44832',
    title: 'Log4j JDBC appender reads a data source over JNDI',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-01-04',
    aliases: ['GHSA-8489-44mv-ggj8'],
    packages: {
      Maven: {
        'org.apache.logging.log4j:log4j-core': [
          ['2.0-beta7', '2.3.2'],
          ['2.4', '2.12.4'],
          ['2.13.0', '2.17.1'],
        ],
      },
    },
    lesson:
      'Who can write the logging configuration can make the process load remote code. ' +
      'Protect the configuration and finish the upgrade to 2.17.1.',
    checked: ['GHSA-8489-44mv-ggj8'],
  },
  {
    id: 'CVE-2019-17571',
    title: 'Log4j 1.2 socket server deserialises what it is sent',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2020-01-06',
    aliases: ['GHSA-2qrg-x229-3v8q'],
    packages: { Maven: { 'log4j:log4j': [['1.2', null, '1.2.17']] } },
    lesson:
      'Log4j 1 has been without fixes since 2015 and no safe version exists. Move to Log4j ' +
      '2, Logback or reload4j.',
    checked: ['GHSA-2qrg-x229-3v8q'],
  },
  {
    id: 'CVE-2022-22965',
    title: 'Spring4Shell: data binding reaches the class loader',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-04-04',
    published: '2022-03-31',
    aliases: ['GHSA-36p3-wjmg-h94x'],
    packages: {
      Maven: {
        'org.springframework:spring-beans': [
          ['0', '5.2.20.RELEASE'],
          ['5.3.0', '5.3.18'],
        ],
        'org.springframework:spring-webmvc': [
          ['0', '5.2.20.RELEASE'],
          ['5.3.0', '5.3.18'],
        ],
        'org.springframework.boot:spring-boot-starter-web': [
          ['0', '2.5.12'],
          ['2.6.0', '2.6.6'],
        ],
        'org.springframework:spring-webflux': [
          ['0', '5.2.20.RELEASE'],
          ['5.3.0', '5.3.18'],
        ],
        'org.springframework.boot:spring-boot-starter-webflux': [
          ['0', '2.5.12'],
          ['2.6.0', '2.6.6'],
        ],
      },
    },
    lesson:
      'Request parameters bound to an object walk to the class loader and write a JSP ' +
      'shell, above all in a WAR on Tomcat with Java 9 or newer. Upgrade Spring; a bare ' +
      'spring-boot JAR is harder to hit but not exempt.',
    checked: ['GHSA-36p3-wjmg-h94x'],
  },
  {
    id: 'CVE-2022-22963',
    title: 'Spring Cloud Function evaluates a routing header',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-08-25',
    published: '2022-04-03',
    aliases: ['GHSA-6v73-fgf6-w5j7'],
    packages: {
      Maven: {
        'org.springframework.cloud:spring-cloud-function-context': [
          ['0', '3.1.7'],
          ['3.2.0', '3.2.3'],
        ],
      },
    },
    lesson:
      'One HTTP header holds a SpEL expression that the server evaluates before any login. ' +
      'It was scanned for within days; upgrade or remove the routing function.',
    checked: ['GHSA-6v73-fgf6-w5j7'],
  },
  {
    id: 'CVE-2022-22947',
    title: 'Spring Cloud Gateway actuator evaluates route filters',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2022-05-16',
    published: '2022-03-04',
    aliases: ['GHSA-3gx9-37ww-9qw6'],
    packages: {
      Maven: {
        'org.springframework.cloud:spring-cloud-gateway': [
          ['0', '3.0.7'],
          ['3.1.0', '3.1.1'],
        ],
      },
    },
    lesson:
      'An open actuator lets anyone add a route whose filter is code. Never expose actuator ' +
      'endpoints; upgrade the gateway.',
    checked: ['GHSA-3gx9-37ww-9qw6'],
  },
  {
    id: 'CVE-2018-1273',
    title: 'Spring Data Commons property binder runs SpEL',
    cvss: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-03-25',
    ransomware: true,
    published: '2018-10-17',
    aliases: ['GHSA-4fq3-mr56-cg6r'],
    packages: {
      Maven: {
        'org.springframework.data:spring-data-commons': [
          ['1.13.0', '1.13.11'],
          ['2.0.0', '2.0.6'],
        ],
      },
    },
    lesson:
      'Parameter names of a form are evaluated as expressions, without login. Old services ' +
      'still carry it; upgrade spring-data-commons.',
    checked: ['GHSA-4fq3-mr56-cg6r'],
  },
  {
    id: 'CVE-2022-42889',
    title: 'Text4Shell: string interpolation executes scripts',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-10-13',
    aliases: ['GHSA-599f-7c49-w659'],
    packages: { Maven: { 'org.apache.commons:commons-text': [['1.5', '1.10.0']] } },
    lesson:
      'Code that interpolates user text with the default lookups runs script, DNS and URL ' +
      'lookups. Fewer programs do that than log user text, but the effect is the same; ' +
      'upgrade to 1.10.0.',
    checked: ['GHSA-599f-7c49-w659'],
  },
  {
    id: 'CVE-2017-5638',
    title: 'Struts: commands in the Content-Type header',
    cvss: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    kev: '2021-11-03',
    ransomware: true,
    published: '2018-10-18',
    aliases: ['GHSA-j77q-2qqg-6989'],
    packages: {
      Maven: {
        'org.apache.struts:struts2-core': [
          ['2.3.0', '2.3.32'],
          ['2.5.0', '2.5.10.1'],
        ],
      },
    },
    lesson:
      'The request header is evaluated as OGNL when a multipart upload fails to parse. It ' +
      'opened one of the largest thefts of personal data; nothing of this age should face a ' +
      'network.',
    checked: ['GHSA-j77q-2qqg-6989'],
  },
  {
    id: 'CVE-2018-11776',
    title: 'Struts: a namespace in the URL is evaluated',
    cvss: 'CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2021-11-03',
    published: '2018-10-18',
    aliases: ['GHSA-cr6j-3jp9-rw65'],
    packages: {
      Maven: {
        'org.apache.struts:struts2-core': [
          ['2.0.4', '2.3.35'],
          ['2.5', '2.5.17'],
        ],
      },
    },
    lesson:
      'Where an action has no namespace, the path of the URL is run as OGNL. Bots still try ' +
      'it; upgrade and set namespaces.',
    checked: ['GHSA-cr6j-3jp9-rw65'],
  },
  {
    id: 'CVE-2020-17530',
    title: 'Struts: forced double evaluation in tag attributes',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2021-11-03',
    published: '2022-02-09',
    aliases: ['GHSA-jc35-q369-45pv'],
    packages: { Maven: { 'org.apache.struts:struts2-core': [['2.0.0', '2.5.26']] } },
    lesson:
      'A tag attribute with user input is evaluated twice, and the second time it is code. ' +
      'Do not use forced evaluation on raw input; upgrade.',
    checked: ['GHSA-jc35-q369-45pv'],
  },
  {
    id: 'CVE-2023-50164',
    title: 'Struts: upload parameters escape the upload folder',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2023-12-07',
    aliases: ['GHSA-2j39-qcjm-428w'],
    packages: {
      Maven: {
        'org.apache.struts:struts2-core': [
          ['2.5-BETA1', '2.5.33'],
          ['6.0.0', '6.3.0.2'],
        ],
      },
    },
    lesson:
      'Mixed-case parameter names override the file name, so a JSP lands in the web root. A ' +
      'read-only root file system stops the last step; upgrade all the same.',
    checked: ['GHSA-2j39-qcjm-428w'],
  },
  {
    id: 'CVE-2024-53677',
    title: 'Struts: file upload interceptor allows path traversal',
    cvss: 'CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H',
    published: '2024-12-11',
    aliases: ['GHSA-43mq-6xmg-29vm'],
    packages: { Maven: { 'org.apache.struts:struts2-core': [['0', '7.0.0']] } },
    lesson:
      'The old upload interceptor cannot be made safe: 7.0.0 removes it, and earlier lines ' +
      'must migrate to the new mechanism.',
    checked: ['GHSA-43mq-6xmg-29vm'],
  },
];
