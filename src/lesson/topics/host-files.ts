// Lesson: owners and modes of the files that steer the engine.
import type { Lesson } from '../lesson.ts';

export const hostFiles: Lesson = {
  id: 'host-files',
  title: 'Files that are as strong as root',
  summary:
    'Unit files, daemon.json, certificates and sockets of the engine are obeyed by root. Whoever ' +
    'may write one of them is root one restart later.',
  why: [
    'The engine runs as root and reads its orders from a handful of files. A line in daemon.json ' +
      'opens the API to the network, a changed unit file runs any program at the next start.',
    'Private keys that others may read let them speak as the engine, or as its clients.',
    'Packages set these modes rightly. They are wrong after a hurried chmod, a copy by a deployment ' +
      'script, or a backup that was put back.',
  ],
  attack: [
    'Get a shell as any user of the host.',
    'Look for files of the engine that may be written or keys that may be read.',
    'Add "hosts": ["tcp://0.0.0.0:2375"], or read the key and ask the API of the neighbour.',
  ],
  fix: [
    'Give all of them to root:root; the socket to root:docker.',
    'Units and settings 644 or stricter, folders 755, certificates 444, private keys 400, sockets 660.',
    'Let the configuration management set the modes, not only the contents.',
    'Run the audit after each change of the host.',
  ],
  challenge: {
    question:
      '/etc/docker belongs to root with mode 755, daemon.json in it to user deploy with mode 644. ' +
      'Is the host safe from deploy?',
    answer:
      'No. The mode of the folder only says who may add and remove files. The owner of daemon.json ' +
      'writes into it, and root obeys it at the next start of the engine.',
  },
  techniques: ['T1543.002', 'T1552.004'],
  related: ['engine-api', 'privilege-escalation'],
  signs: [],
};
