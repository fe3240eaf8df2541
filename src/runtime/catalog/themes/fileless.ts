// Rules of the theme fileless: what stands beside `rules/25-fileless.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const filelessRules: readonly RuleFacts[] = [
  {
    name: 'Program started from memory',
    maturity: 'stable',
    techniques: ['T1620'],
    lesson: 'fileless-execution',
    firesOn: 'memfd_create() and fexecve()',
  },
  {
    name: 'Memory file made by a script',
    maturity: 'incubating',
    techniques: ['T1620'],
    lesson: 'fileless-execution',
    firesOn: 'perl -e "syscall(319, ...)"',
  },
  {
    name: 'Hidden program started',
    maturity: 'stable',
    techniques: ['T1564.001'],
    lesson: 'fileless-execution',
    firesOn: '/var/tmp/.x/run',
  },
  {
    name: 'Program named like a thread of the kernel',
    maturity: 'stable',
    techniques: ['T1036.005'],
    lesson: 'fileless-execution',
    firesOn: 'exec -a "[kworker/0:1]" /tmp/x',
  },
];
