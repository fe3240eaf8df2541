// Lesson: your machine works for a stranger.
import type { Lesson } from '../lesson.ts';

export const cryptomining: Lesson = {
  id: 'cryptomining',
  title: 'Your machine works for a stranger',
  summary:
    'Miners are the most frequent guest in broken-into containers: they turn a found hole ' +
    'into money within minutes.',
  why: [
    'The processor is the harm that one sees: a bill of the cloud, slow neighbours. The ' +
      'harm that one does not see is larger: whoever could start a miner could have taken ' +
      'everything else as well, and often sold the way in.',
    'Miners come by worms that search the internet for open engines, dashboards and ' +
      'databases. They are noisy, so they are often the first sign of a hole that others ' +
      'use quietly.',
  ],
  attack: [
    'Search for open ports: engine, kubelet, Redis, a notebook without a password.',
    'Start a container or a program, end rival miners, set large pages and registers of ' +
      'the processor for more yield.',
    'Connect to a pool, by name or through a proxy on a common port; stay by a cron job.',
  ],
  fix: [
    'Set limits of processor for every container: they bound the loss and make the theft ' +
      'show.',
    'Close what was open: engine and kubelet need certificates, dashboards need a login.',
    'Deny egress: without a pool there is no money.',
    'Look for what else was done with the same hole before you end the miner.',
  ],
  challenge: {
    question: 'The miner is gone after a restart of the Pod, back after an hour. What was missed?',
    answer:
      'The way in. The restart removed the program and left the hole, or a job, a ' +
      'manifest or a stolen token elsewhere that starts it again. Follow the chain of ' +
      'processes upwards: who started it?',
  },
  techniques: ['T1496.001', 'T1496.002'],
  related: ['drift', 'exposed-management-port', 'persistence'],
  signs: [],
};
