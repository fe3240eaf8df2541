// Lesson: out of the container.
import type { Lesson } from '../lesson.ts';

export const containerEscape: Lesson = {
  id: 'container-escape',
  title: 'Out of the container',
  summary:
    'A flaw in the runtime, the engine or the kernel lets a process in a container act on ' +
    'the host.',
  why: [
    'A container is a process with a narrowed view. Runtime (runc, containerd), engine and ' +
      'kernel draw its walls, and they are programs with flaws too. Whoever gets out is on ' +
      'the node: with all other containers, their secrets and the credentials of the kubelet.',
    'The image decides less here than the host: a vulnerable runc inside an image is ' +
      'harmless until somebody runs it there, a vulnerable runc on the node concerns every ' +
      'container.',
  ],
  attack: [
    'Start from code in a container, or from an image that somebody else starts: some ' +
      'escapes need only that a crafted image is run.',
    'Use a descriptor that leaked from the runtime, a race in a mount, a file in /proc, or ' +
      'a mounted socket of the engine.',
    'Write to the host: its runtime, a unit file, a cron entry; from there to all nodes.',
  ],
  fix: [
    'Update runtime, engine and kernel of the nodes; update the image only where it really ' +
      'runs a runtime (Docker in Docker, build agents).',
    'Not privileged, not root, no host paths, no engine socket, no host namespaces: most ' +
      'published escapes need one of them.',
    'User namespaces (`hostUsers: false`) make root in the container nobody on the host.',
    'Do not run images of strangers beside what matters: other nodes, or a sandbox such as ' +
      'gVisor or Kata.',
  ],
  challenge: {
    question:
      'A build agent mounts /var/run/docker.sock "only to build images". Why does it need ' +
      'no flaw at all to take over the node?',
    answer:
      'Whoever may talk to the engine may start a container with the root of the host ' +
      'mounted: `docker run -v /:/host ...`. The socket is root on the node. Use a rootless ' +
      'builder (BuildKit, kaniko) instead.',
  },
  techniques: ['T1611', 'T1610'],
  related: ['privilege-escalation', 'exploited-vulnerability'],
  signs: [
    'container (?:escape|breakout)',
    'breakout',
    'escape (?:to|the|from)',
    'host (?:file ?system|root)',
    '\\brunc\\b',
    '\\bcontainerd\\b',
    'docker (?:engine|daemon)',
    'mount namespace',
    'leaky vessels',
  ],
};
