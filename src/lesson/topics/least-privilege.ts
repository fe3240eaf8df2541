// Lesson: rights that a program has and never uses.
import type { Lesson } from '../lesson.ts';

export const leastPrivilege: Lesson = {
  id: 'least-privilege',
  title: 'Rights that nobody uses but the intruder',
  summary:
    'A container that may be root, keep its capabilities, gain more and write everywhere gives ' +
    'all that to whoever breaks into it.',
  why: [
    'The defaults of container engines are made so that every program runs. Yours needs far ' +
      'less: hardly any service uses a capability, a setuid program or its root file system.',
    'What is not granted cannot be abused. Many escapes of the past (runc, the kernel) worked ' +
      'only as root inside of the container, or with a capability that is there by default.',
  ],
  attack: [
    'Get a first foothold in the program as the user it runs as.',
    'As root: install tools, replace programs, read every file of the container; with NET_RAW ' +
      'forge packets, with a setuid program become root in the first place.',
    'Use the mounted token of the service account to ask the API server for more.',
  ],
  fix: [
    'Set `runAsNonRoot: true` for the Pod and a numeric USER in the image.',
    'Set `allowPrivilegeEscalation: false` and drop ALL capabilities.',
    'Set the seccomp profile RuntimeDefault and a read-only root file system with an emptyDir ' +
      'where the program writes.',
    'Set `automountServiceAccountToken: false` for programs that never ask the API server.',
  ],
  challenge: {
    question:
      'The image has `USER app`, the Pod says `runAsNonRoot: true`, and the kubelet refuses to ' +
      'start it. Why, and what is the fix?',
    answer:
      'The kubelet cannot tell whether the name `app` is user 0: names live in the image. Write ' +
      'the number (`USER 10001`), or set `runAsUser`.',
  },
  techniques: ['T1548', 'T1068', 'T1552.007'],
  related: ['host-access', 'privilege-escalation', 'container-escape'],
  signs: [],
};
