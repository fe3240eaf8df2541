// Lesson: doors beside the application.
import type { Lesson } from '../lesson.ts';

export const exposedManagementPort: Lesson = {
  id: 'exposed-management-port',
  title: 'A door beside the application',
  summary:
    'A port of remote control in an image - SSH, a debugger, an engine API - is a second ' +
    'way in that nobody watches.',
  why: [
    'An application has one front door, with a login, logs and an owner. SSH servers, ' +
      'debuggers and management APIs in the same container are doors of their own, often ' +
      'with a default password or none.',
    'The socket or API of a container engine is the worst: it starts containers with any ' +
      'mount and any right, so who speaks to it is root on the host.',
  ],
  attack: [
    'Scan for 22, 2375, 5005, 9229, 10250: miners do so all day.',
    'Guess the password, or find that the debugger and the engine ask for none.',
    'Evaluate code in the process, or start a privileged container that mounts the host.',
  ],
  fix: [
    'Remove the service and its EXPOSE from the image.',
    'Enter containers with `docker exec` or `kubectl exec`: these are authenticated and ' +
      'logged.',
    "Never mount the engine's socket; give tools that need it a proxy that filters calls.",
    'Deny these ports with a network policy, so that a mistake stays without effect.',
  ],
  challenge: {
    question: 'A build agent mounts /var/run/docker.sock read-only. Is that safer than read-write?',
    answer:
      'No. Read-only concerns the file, not the talk through it: connecting works all the ' +
      'same, and the API obeys. Rootless builders or a filtering proxy are the answer.',
  },
  techniques: ['T1133', 'T1552.007', 'T1610'],
  related: ['container-escape', 'runs-as-root'],
  signs: [],
};
