// Java servers: Tomcat, H2, ActiveMQ, RocketMQ, Jenkins, GeoServer. Facts written by hand;
// `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const javaServersRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2021-42392',
    title: 'H2: console loads classes through JNDI',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-01-06',
    aliases: ['GHSA-h376-j262-vhq6'],
    packages: { Maven: { 'com.h2database:h2': [['1.1.100', '2.0.206']] } },
    lesson:
      'The web console of the database accepts a JNDI URL before any login. Never ship the ' +
      'console in an image.',
    checked: ['GHSA-h376-j262-vhq6'],
  },
  {
    id: 'CVE-2020-1938',
    title: 'Ghostcat: the Tomcat AJP port reads and includes files',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2022-03-03',
    published: '2020-06-15',
    aliases: ['GHSA-c9hw-wf7x-jp9j'],
    packages: {
      Maven: {
        'org.apache.tomcat.embed:tomcat-embed-core': [
          ['7.0.0', '7.0.100'],
          ['8.0.0', '8.5.51'],
          ['9.0.0', '9.0.31'],
        ],
      },
    },
    lesson:
      'Port 8009 trusts its peer; whoever reaches it reads files of the application. ' +
      'Disable AJP or bind it to loopback with a secret.',
    checked: ['GHSA-c9hw-wf7x-jp9j'],
  },
  {
    id: 'CVE-2025-24813',
    title: 'Tomcat: partial PUT writes a session that is then deserialised',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:H',
    kev: '2025-04-01',
    published: '2025-03-10',
    aliases: ['GHSA-83qj-6fr2-vhqg'],
    packages: {
      Maven: {
        'org.apache.tomcat:tomcat-catalina': [
          ['8.5.0', null, '8.5.100'],
          ['9.0.0.M1', '9.0.99'],
          ['10.1.0-M1', '10.1.35'],
          ['11.0.0-M1', '11.0.3'],
        ],
        'org.apache.tomcat.embed:tomcat-embed-core': [
          ['8.5.0', null, '8.5.100'],
          ['9.0.0.M1', '9.0.99'],
          ['10.1.0-M1', '10.1.35'],
          ['11.0.0-M1', '11.0.3'],
        ],
      },
    },
    lesson:
      'Two requests where the default servlet may write: upload, then load. Keep the ' +
      'default servlet read-only, the file system too, and upgrade.',
    checked: ['GHSA-83qj-6fr2-vhqg'],
  },
  {
    id: 'CVE-2023-24998',
    title: 'Commons FileUpload and Tomcat: unlimited request parts',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2023-02-20',
    aliases: ['GHSA-hfrx-6qgj-fp6c'],
    packages: {
      Maven: {
        'commons-fileupload:commons-fileupload': [['0', '1.5']],
        'org.apache.tomcat:tomcat-coyote': [
          ['8.5.85', '8.5.88'],
          ['9.0.0-M1', '9.0.71'],
          ['10.1.0-M1', '10.1.5'],
          ['11.0.0-M2', '11.0.0-M5'],
        ],
        'org.apache.tomcat.embed:tomcat-embed-core': [
          ['8.5.85', '8.5.88'],
          ['9.0.0-M1', '9.0.71'],
          ['10.1.0-M1', '10.1.5'],
          ['11.0.0-M2', '11.0.0-M5'],
        ],
      },
    },
    lesson:
      'A multipart body of very many tiny parts holds a worker. Upgrade and set a limit of parts.',
    checked: ['GHSA-hfrx-6qgj-fp6c'],
  },
  {
    id: 'CVE-2023-46604',
    title: 'ActiveMQ: OpenWire packets build any class',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:H/A:H',
    kev: '2023-11-02',
    ransomware: true,
    published: '2023-10-27',
    aliases: ['GHSA-crg9-44h2-xw35'],
    packages: {
      Maven: {
        'org.apache.activemq:activemq-client': [
          ['0', '5.15.16'],
          ['5.16.0', '5.16.7'],
          ['5.17.0', '5.17.6'],
          ['5.18.0', '5.18.3'],
        ],
        'org.apache.activemq:activemq-openwire-legacy': [
          ['5.8.0', '5.15.16'],
          ['5.16.0', '5.16.7'],
          ['5.17.0', '5.17.6'],
          ['5.18.0', '5.18.3'],
        ],
      },
    },
    lesson:
      'One packet to port 61616 makes the broker load a Spring XML from the attacker. It ' +
      'became ransomware within weeks; upgrade and keep the port off the internet.',
    checked: ['GHSA-crg9-44h2-xw35'],
  },
  {
    id: 'CVE-2024-23897',
    title: 'Jenkins: the CLI reads files of the controller',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2024-08-19',
    ransomware: true,
    published: '2024-01-24',
    aliases: ['GHSA-6f9g-cxwr-q5jr'],
    packages: {
      Maven: {
        'org.jenkins-ci.main:jenkins-core': [
          ['1.606', '2.426.3'],
          ['2.427', '2.442'],
        ],
      },
    },
    lesson:
      'An argument that starts with @ is replaced by the content of that file; keys read ' +
      'this way lead to code. Close the CLI or upgrade; build systems hold the keys to ' +
      'everything they ship.',
    checked: ['GHSA-6f9g-cxwr-q5jr'],
  },
  {
    id: 'CVE-2024-36401',
    title: 'GeoServer: property names evaluated as XPath code',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2024-07-15',
    published: '2024-07-01',
    aliases: ['GHSA-6jj6-gm7p-fcvv'],
    packages: {
      Maven: {
        'org.geoserver.web:gs-web-app': [
          ['0', '2.23.6'],
          ['2.24.0', '2.24.4'],
          ['2.25.0', '2.25.2'],
        ],
        'org.geoserver:gs-wfs': [
          ['0', '2.23.6'],
          ['2.24.0', '2.24.4'],
          ['2.25.0', '2.25.2'],
        ],
        'org.geoserver:gs-wms': [
          ['0', '2.23.6'],
          ['2.24.0', '2.24.4'],
          ['2.25.0', '2.25.2'],
        ],
      },
    },
    lesson:
      'An unauthenticated map request runs code in a default installation. Upgrade; the ' +
      'workaround of removing gt-complex breaks features.',
    checked: ['GHSA-6jj6-gm7p-fcvv'],
  },
  {
    id: 'CVE-2023-33246',
    title: 'RocketMQ: update-configuration command runs shell',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    kev: '2023-09-06',
    published: '2023-07-06',
    aliases: ['GHSA-x3cq-8f32-5f63'],
    packages: {
      Maven: {
        'org.apache.rocketmq:rocketmq-broker': [['5.0.0', '5.1.1']],
        'org.apache.rocketmq:rocketmq-namesrv': [
          ['4.0.0', '4.9.6'],
          ['5.0.0', '5.1.1'],
        ],
        'org.apache.rocketmq:rocketmq-controller': [['5.0.0', '5.1.1']],
      },
    },
    lesson:
      'The broker port takes configuration from anyone and builds a command from it. ' +
      'Upgrade and never publish broker ports.',
    checked: ['GHSA-x3cq-8f32-5f63'],
  },
];
