// Lesson: one kernel for everybody.
import type { Lesson } from '../lesson.ts';

export const kernelSurface: Lesson = {
  id: 'kernel-surface',
  title: 'One kernel for everybody',
  summary:
    'All containers of a node share one kernel: a flaw in it, reached from any of them, ' +
    'is a flaw in all.',
  why: [
    'The kernel has hundreds of system calls and dozens of socket families. A service ' +
      'needs few of them; exploits start in the others: user namespaces, AF_ALG, io_uring, ' +
      'userfaultfd, keyrings, BPF.',
    'Many of these exploits need no capability and no privileged mode, only that the ' +
      'default filter lets the call pass. So an odd call from a web server is a sign, even ' +
      'when it fails.',
  ],
  attack: [
    'Run code as any user in any container.',
    'Make a user namespace: there one has all capabilities, and with them the rarely ' +
      'tested parts of the kernel.',
    'Use a race or a wrong length, become root on the node.',
  ],
  fix: [
    'Keep the default seccomp profile, and narrow it to what the service uses (`seaworthy ' +
      'harden` proposes it).',
    'Forbid user namespaces in containers, load no module on demand that nobody needs.',
    'Update kernels of nodes as you update images.',
    'Run code of strangers in a sandbox with a kernel of its own: gVisor, Kata.',
  ],
  challenge: {
    question:
      'A container runs as an ordinary user, without capabilities, with the default ' +
      'profile. Dirty Pipe still overwrote a file of the host that it could only read. ' +
      'Why?',
    answer:
      'The flaw was in how pipes keep pages of the page cache. Reading a file and ' +
      'splicing it into a pipe is open to everybody, and the page cache is shared by all ' +
      'containers. Only a patched kernel helps; the splice can be seen.',
  },
  techniques: ['T1068', 'T1611', 'T1547.006'],
  related: ['container-escape', 'privilege-escalation', 'least-privilege'],
  signs: [],
};
