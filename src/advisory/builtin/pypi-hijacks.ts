// PyPI projects that were taken over: the machine that installed them ran hostile code. Facts
// written by hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const pypiHijacksRows: readonly BuiltinRow[] = [
  {
    id: 'PYSEC-2022-199',
    title: 'ctx: an expired mail domain gave the project away',
    severity: 'critical',
    malware: true,
    published: '2022-05-24',
    packages: { PyPI: { ctx: [['0.1.2-1']] } },
    lesson:
      'A stranger bought the domain of the author, reset the password and sent the ' +
      'environment of every importer home, cloud keys included.',
    checked: ['PYSEC-2022-199'],
  },
  {
    id: 'PYSEC-2022-250',
    title: 'exotel: a phished maintainer, a hostile release',
    severity: 'critical',
    malware: true,
    published: '2022-08-26',
    packages: { PyPI: { exotel: ['0.1.6'] } },
    lesson:
      'The first phishing wave against PyPI authors. Downloads in that window ran foreign code.',
    checked: ['PYSEC-2022-250'],
  },
  {
    id: 'PYSEC-2022-251',
    title: 'spam: a phished maintainer, hostile releases',
    severity: 'critical',
    malware: true,
    published: '2022-08-26',
    packages: { PyPI: { spam: ['2.0.2', '4.0.2'] } },
    lesson: 'The same wave; the name is a real project.',
    checked: ['PYSEC-2022-251'],
  },
  {
    id: 'PYSEC-2022-252',
    title: 'deep-translator: a phished maintainer, a hostile release',
    severity: 'critical',
    malware: true,
    published: '2022-08-26',
    packages: { PyPI: { 'deep-translator': ['1.8.5'] } },
    lesson: 'One release of the same wave. Later releases are clean.',
    checked: ['PYSEC-2022-252'],
  },
  {
    id: 'PYSEC-2024-154',
    title: 'ultralytics: a poisoned build cache ships a miner',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:H/A:N',
    malware: true,
    published: '2024-12-10',
    packages: { PyPI: { ultralytics: [['8.3.41', '8.3.47']] } },
    lesson:
      'A pull request with a crafted branch name ran in the release workflow. The code was ' +
      'in the uploaded files only, not in the repository.',
    checked: ['PYSEC-2024-154'],
  },
  {
    id: 'MAL-2026-2144',
    title: 'litellm: hostile releases after a scanner was compromised',
    severity: 'critical',
    malware: true,
    published: '2026-03-24',
    aliases: ['PYSEC-2026-2'],
    packages: { PyPI: { litellm: ['1.82.7', '1.82.8'] } },
    lesson:
      'Its pipeline ran a compromised security scanner, which took the publish token; the ' +
      'releases sent secrets away. Give scanners no secrets.',
    checked: ['MAL-2026-2144'],
  },
];
