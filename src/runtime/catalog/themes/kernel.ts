// Rules of the theme kernel: what stands beside `rules/15-kernel.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const kernelRules: readonly RuleFacts[] = [
  {
    name: 'Kernel crypto socket opened in a container',
    maturity: 'stable',
    techniques: ['T1068', 'T1611'],
    lesson: 'kernel-surface',
    firesOn: 'socket(AF_ALG, SOCK_SEQPACKET, 0)',
  },
  {
    name: 'Rare socket family opened in a container',
    maturity: 'incubating',
    techniques: ['T1068'],
    lesson: 'kernel-surface',
    firesOn: 'socket(AF_RXRPC, SOCK_DGRAM, PF_INET)',
  },
  {
    name: 'Page faults handled by a program in a container',
    maturity: 'incubating',
    techniques: ['T1068'],
    lesson: 'kernel-surface',
    firesOn: 'userfaultfd(O_CLOEXEC)',
  },
  {
    name: 'io_uring set up in a container',
    maturity: 'sandbox',
    techniques: ['T1068'],
    lesson: 'kernel-surface',
    firesOn: 'io_uring_setup(8, ...)',
  },
  {
    name: 'Memory file of a process written',
    maturity: 'stable',
    techniques: ['T1068', 'T1055.009'],
    lesson: 'kernel-surface',
    firesOn: 'open /proc/self/mem for writing',
  },
  {
    name: 'Memory of another process written',
    maturity: 'incubating',
    techniques: ['T1055'],
    lesson: 'kernel-surface',
    firesOn: 'process_vm_writev() into a neighbour',
  },
  {
    name: 'System file spliced into a pipe',
    maturity: 'stable',
    techniques: ['T1068'],
    lesson: 'kernel-surface',
    firesOn: 'splice() of /usr/bin/su into a pipe',
  },
  {
    name: 'Memory pages given to a pipe in a container',
    maturity: 'sandbox',
    techniques: ['T1068'],
    lesson: 'kernel-surface',
    firesOn: 'vmsplice() on a pipe',
  },
  {
    name: 'Kernel keyring used in a container',
    maturity: 'incubating',
    techniques: ['T1068'],
    lesson: 'kernel-surface',
    firesOn: 'keyctl(KEYCTL_READ) in a container',
  },
  {
    name: 'BPF program loaded in a container',
    maturity: 'stable',
    techniques: ['T1014', 'T1611'],
    lesson: 'kernel-surface',
    firesOn: 'bpf(BPF_PROG_LOAD) with CAP_BPF',
  },
  {
    name: 'Addresses or log of the kernel read',
    maturity: 'incubating',
    techniques: ['T1082'],
    lesson: 'kernel-surface',
    firesOn: 'cat /proc/kallsyms',
  },
];
