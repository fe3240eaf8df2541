// Lesson: a workload that is given the node.
import type { Lesson } from '../lesson.ts';

export const hostAccess: Lesson = {
  id: 'host-access',
  title: 'The node is handed over',
  summary:
    'Privileged mode, namespaces of the host, its folders or the socket of its runtime give a ' +
    'container what isolation was to keep from it.',
  why: [
    'A container is a process with a narrow view. Each of these settings widens the view to the ' +
      'node itself: no flaw in the kernel is needed, the manifest opens the door.',
    'From the node one reaches every Pod on it, their secrets and service accounts, and the ' +
      'credentials of the kubelet. One such Pod sets the security of the whole cluster.',
    'A read-only mount of a socket is no protection: the API behind it still takes orders.',
  ],
  attack: [
    'Take over the program, by a flaw in it or a stolen token that may create Pods.',
    'Privileged: mount the disk of the node. Socket: start a container that mounts `/`. Process ' +
      'namespace: enter process 1 with `nsenter`. Folder: write a cron job or a key for ssh.',
    'Read the secrets of all Pods of the node and go on with their tokens.',
  ],
  fix: [
    'Take the setting away and see what breaks: often nothing does.',
    'Replace it by the narrow form: one capability, one device, a CSI volume, a Service in place ' +
      'of a port of the node.',
    'Agents that need the node get a namespace of their own, pinned images, and nobody else may ' +
      'create Pods there.',
    'Enforce the baseline of the Pod Security Standards for every other namespace.',
  ],
  challenge: {
    question:
      'A monitoring Pod mounts `/var/log` of the node writable and may read logs by the API of ' +
      'the kubelet. How does it read `/etc/shadow` of the node?',
    answer:
      'It puts a symbolic link to / into /var/log and asks the kubelet ' +
      'for the log: the kubelet follows the link as root. Read-only mounts stop this very trick, ' +
      'which is why a folder of the node is never mounted writable without need.',
  },
  techniques: ['T1610', 'T1611', 'T1552.001'],
  related: ['container-escape', 'least-privilege'],
  signs: [],
};
