// Lesson: root in the container is half the way to the host.
import type { Lesson } from '../lesson.ts';

export const runsAsRoot: Lesson = {
  id: 'runs-as-root',
  title: 'Root in the container',
  summary:
    'A process that runs as root, or can become root, turns a small break-in into a large' +
    ' one.',
  why: [
    'User 0 inside a container is user 0 of the host, fenced by namespaces and ' +
      'capabilities. Each flaw in the runtime or the kernel that opens the fence opens it ' +
      'to root.',
    'setuid programs, sudo rules without password and files that everybody may write are ' +
      'ways back to root for a process that was started without it.',
  ],
  attack: [
    'Break into the application and ask `id`: uid=0.',
    'Read secrets of other users, replace programs, load what a capability allows.',
    'Use a runtime or kernel flaw that needs root in the container, and own the node.',
  ],
  fix: [
    'Add USER with a number above 0; give it only the folders that it writes to.',
    'Refuse root where it runs: `runAsNonRoot: true`, `allowPrivilegeEscalation: false`, ' +
      'all capabilities dropped.',
    'Remove sudo and the setuid bits that nobody needs: `find / -perm -4000`.',
  ],
  challenge: {
    question:
      'An image sets USER app, and `app` may run `sudo` without a password. What does USER ' +
      'protect from?',
    answer:
      'From nothing: whoever runs code as `app` is root one command later. ' +
      '`allowPrivilegeEscalation: false` (no_new_privs) would stop it, because setuid ' +
      "programs then keep the caller's rights.",
  },
  techniques: ['T1611', 'T1548.001', 'T1610'],
  related: ['container-escape', 'privilege-escalation'],
  signs: [],
};
