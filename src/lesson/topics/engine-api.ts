// Lesson: the API of the engine is root on the host, whoever reaches it.
import type { Lesson } from '../lesson.ts';

export const engineApi: Lesson = {
  id: 'engine-api',
  title: 'Who asks the engine is root',
  summary:
    'The API of a container engine has no small rights. Whoever may ask it, by TCP, by the socket ' +
    'or as a member of the group docker, owns the machine.',
  why: [
    'One request starts a container that mounts the disk of the host and runs as root in it. There ' +
      'is no password in between: reaching the API is the whole proof of identity.',
    'Over TCP without client certificates everybody on the network may ask. Even an API that ' +
      'listens on 127.0.0.1 only can be asked by a web page in the browser of that machine: some ' +
      'requests need no permission of the browser, and a changed name resolution opens the rest.',
    'The group docker gives the same right to people and to every program that they run.',
  ],
  attack: [
    'Find port 2375 open, or a web page visitor who develops with it.',
    'Start a container with / mounted, write a key for root, leave.',
    'Or build an image from a repository of the attacker: its steps run inside of the network.',
  ],
  fix: [
    'Listen on the Unix socket only; reach other machines by ssh (DOCKER_HOST=ssh://...).',
    'Where TCP must be, verify client certificates (tlsverify) and never bind to all addresses.',
    'Keep the group docker empty; use a rootless engine for developers.',
    'Put an authorisation plugin or a filtering proxy before the socket: seaworthy gate docker.',
  ],
  challenge: {
    question: 'The socket is mounted read-only into a container. Can the container start others?',
    answer:
      'Yes. Read-only keeps the file of the socket from being removed or replaced. Sending requests ' +
      'through it is no change of the file, so the whole API answers.',
  },
  techniques: ['T1610', 'T1133', 'T1552.007'],
  related: ['host-access', 'exposed-management-port'],
  signs: [],
};
