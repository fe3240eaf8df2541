// Rust crates and .NET packages. Facts written by hand; `checked` names the records that they
// were compared with.
import type { BuiltinRow } from './row.ts';

export const rustDotnetRows: readonly BuiltinRow[] = [
  {
    id: 'RUSTSEC-2022-0042',
    title: 'rustdecimal: a look-alike of rust_decimal',
    severity: 'critical',
    malware: true,
    published: '2022-05-10',
    aliases: ['GHSA-7pwq-f4pq-78gm', 'MAL-2022-1'],
    packages: { 'crates.io': { rustdecimal: [['0']] } },
    lesson:
      'The crate ran code on build machines of GitLab pipelines. One missing underscore is ' +
      'enough; check new names.',
    checked: ['RUSTSEC-2022-0042'],
  },
  {
    id: 'CVE-2024-32650',
    title: 'rustls: one message loops for ever',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-04-19',
    aliases: ['RUSTSEC-2024-0336', 'GHSA-6g7w-8wpp-frhj'],
    packages: {
      'crates.io': {
        rustls: [
          ['0', '0.21.11'],
          ['0.22.0', '0.22.4'],
          ['0.23.0', '0.23.5'],
        ],
      },
    },
    lesson: 'The call complete_io never returns when the peer sends a close at the right time.',
    checked: ['RUSTSEC-2024-0336'],
  },
  {
    id: 'CVE-2021-32714',
    title: 'hyper: a chunk size overflows and smuggles requests',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H',
    published: '2021-07-07',
    aliases: ['RUSTSEC-2021-0079', 'GHSA-5h46-h7hh-c6x9'],
    packages: { 'crates.io': { hyper: [['0', '0.14.10']] } },
    lesson: 'A very large chunk size wraps round, so the end of the request moves.',
    checked: ['RUSTSEC-2021-0079'],
  },
  {
    id: 'CVE-2021-25900',
    title: 'smallvec: insert_many overruns the heap',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2021-01-08',
    aliases: ['RUSTSEC-2021-0003', 'GHSA-43w2-9j62-hq99'],
    packages: {
      'crates.io': {
        smallvec: [
          ['0.6.3', '0.6.14'],
          ['1.0.0', '1.6.1'],
        ],
      },
    },
    lesson: 'Safe code writes past its buffer when an iterator lies about its size.',
    checked: ['RUSTSEC-2021-0003'],
  },
  {
    id: 'CVE-2025-62518',
    title: 'TARmageddon: tar readers disagree on PAX sizes',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N',
    published: '2025-10-21',
    aliases: ['RUSTSEC-2025-0110', 'GHSA-j5gw-2vrg-8fgx', 'RUSTSEC-2025-0111'],
    packages: { 'crates.io': { 'astral-tokio-tar': [['0', '0.5.6']], 'tokio-tar': [['0']] } },
    lesson:
      'A nested archive is read as entries of the outer one, so hidden files are unpacked. ' +
      'The abandoned tokio-tar has no fix.',
    checked: ['RUSTSEC-2025-0110', 'RUSTSEC-2025-0111'],
  },
  {
    id: 'CVE-2024-21907',
    title: 'Newtonsoft.Json: deep nesting ends the process',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2022-06-22',
    aliases: ['GHSA-5crp-9r3c-p9vr'],
    packages: { NuGet: { 'Newtonsoft.Json': [['0', '13.0.1']] } },
    lesson: 'A body of brackets overflows the stack of a .NET service.',
    checked: ['GHSA-5crp-9r3c-p9vr'],
  },
  {
    id: 'CVE-2024-30105',
    title: 'System.Text.Json: async reading of hostile JSON stops the service',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    published: '2024-07-09',
    aliases: ['GHSA-hh2w-p6rv-4g7w'],
    packages: { NuGet: { 'System.Text.Json': [['7.0.0', '8.0.4']] } },
    lesson: 'DeserializeAsyncEnumerable on input from outside never comes to rest.',
    checked: ['GHSA-hh2w-p6rv-4g7w'],
  },
  {
    id: 'CVE-2024-0056',
    title: 'SQL Server clients for .NET: a man in the middle reads TLS',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:N',
    published: '2024-01-09',
    aliases: ['GHSA-98g6-xh36-x2p7'],
    packages: {
      NuGet: {
        'Microsoft.Data.SqlClient': [
          ['0', '2.1.7'],
          ['3.0.0', '3.1.5'],
          ['4.0.0', '4.0.5'],
          ['5.0.0', '5.1.3'],
        ],
        'System.Data.SqlClient': [['0', '4.8.6']],
      },
    },
    lesson: 'The client can be brought to give its login away on the way to the server.',
    checked: ['GHSA-98g6-xh36-x2p7'],
  },
];
