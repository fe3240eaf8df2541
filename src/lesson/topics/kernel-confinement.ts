// Lesson: seccomp, AppArmor, SELinux and hidden kernel files, and what happens without them.
import type { Lesson } from '../lesson.ts';

export const kernelConfinement: Lesson = {
  id: 'kernel-confinement',
  title: 'The second wall is switched off',
  summary:
    'Namespaces hide the host, but the kernel is shared. Seccomp, AppArmor and SELinux keep a ' +
    'container from asking that kernel for what no service needs.',
  why: [
    'Every container of a machine talks to one kernel by some 350 system calls. A flaw in any of ' +
      'them is a way out. The filter that engines install by default takes away about 50 of the ' +
      'rare and dangerous ones, and many published escapes stop right there.',
    'AppArmor and SELinux judge by names and labels what a process may open, mount or trace. They ' +
      'hold when a capability was given by mistake, for they are asked as well.',
    'The options that switch them off are copied from old answers on the web. They make an error ' +
      'go away, and the wall with it.',
  ],
  attack: [
    'Run code in the container and look: Seccomp: 0 in /proc/self/status says that no filter is there.',
    'Call what the filter would have refused: make a user namespace, load a key, mount, use io_uring.',
    'Use the newest flaw of the kernel behind that call to become root on the host.',
  ],
  fix: [
    'Remove seccomp=unconfined, apparmor=unconfined, label=disable and systempaths=unconfined.',
    'If a program fails, find the one call that it needs and allow just that in a profile of its own.',
    'Label volumes with :z or :Z on machines with SELinux, so that nobody is tempted to disable labels.',
    'Let Seaworthy record what the container really does and write the profile from that.',
  ],
  challenge: {
    question:
      'A container has no added capability and runs with seccomp=unconfined. Why can it still become ' +
      'root of a new user namespace, and why does that matter?',
    answer:
      'Making a user namespace needs no privilege of its own. Inside of it the process has all ' +
      'capabilities over what it makes there, which opens parts of the kernel that are rarely tested. ' +
      'The default filter refuses the call unless SYS_ADMIN was given.',
  },
  techniques: ['T1611', 'T1068'],
  related: ['least-privilege', 'host-access', 'container-escape'],
  signs: [],
};
