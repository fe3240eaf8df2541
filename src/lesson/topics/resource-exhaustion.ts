// Lesson: containers without limits, and how one of them stops all others.
import type { Lesson } from '../lesson.ts';

export const resourceExhaustion: Lesson = {
  id: 'resource-exhaustion',
  title: 'One container can take the whole machine',
  summary:
    'Without limits of memory, processes and processors a single container, broken or taken over, ' +
    'starves every other one and the host itself.',
  why: [
    'Containers share memory, processors and the table of processes. The kernel gives to who asks, ' +
      'and by default nobody asks with a bound.',
    'When memory runs out, the kernel ends the process that it finds largest. That is often the ' +
      'database and not the program that leaks.',
    'Limits also make an intrusion visible: a miner of coins in a container with half a processor ' +
      'earns little and is throttled, which is a signal that monitoring can see.',
  ],
  attack: [
    'Send requests that make the program hold memory, or start processes that start processes.',
    'After ten thousand processes nobody can log in any more, root included.',
    'Or stay quiet: run a miner on all processors and pay nothing for it.',
  ],
  fix: [
    'Set a limit of memory a little above the peak that you measured; swap no larger than that.',
    'Set a limit of processes: a few hundred are plenty for a service.',
    'Give shares or a quota of the processors, so that neighbours keep their part.',
    'Restart on failure only, and not without end: a program that dies in a loop is a load as well.',
    'Set default ulimits in daemon.json for what no container says itself.',
  ],
  challenge: {
    question:
      'A container has a memory limit of 512 MB and the host swaps heavily because of it. How?',
    answer:
      'A limit of memory alone lets a container use as much swap again. Set the limit of memory and ' +
      'swap together to the same number, and there is no swap left for it.',
  },
  techniques: ['T1496', 'T1499'],
  related: ['denial-of-service', 'least-privilege'],
  signs: [],
};
