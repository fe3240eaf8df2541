// Lesson: gone or locked.
import type { Lesson } from '../lesson.ts';

export const dataDestruction: Lesson = {
  id: 'data-destruction',
  title: 'Gone or locked',
  summary:
    'Wiped disks, removed backups and files that change by the hundred: harm is the goal, ' +
    'not the means.',
  why: [
    'Ransom needs two things: data that cannot be read any more, and no backup. The ' +
      'second is done first and by hand, the first within minutes by a program that ' +
      'rewrites file after file.',
    'In a cluster volumes and snapshots are a command away for whoever holds the right ' +
      'token, and the deletion is as fast as any other order.',
  ],
  attack: [
    'Find and remove snapshots, backups and old versions.',
    'Rewrite files with an encryption under a new name, or wipe the disk.',
    'Leave a note, and the logs removed.',
  ],
  fix: [
    'Keep backups where the identities of the cluster cannot remove them: another ' +
      'account, write-once storage.',
    'Try to restore, on a date in the calendar; an untried backup is a hope.',
    'Give no workload the right to remove snapshots or volumes.',
    'When files change by the hundred: pause the container first, ask afterwards.',
  ],
  challenge: {
    question:
      'A container renames 200 files to NAME.locked within ten seconds. Why is pausing it ' +
      'better than killing it?',
    answer:
      'A paused process stops at once and keeps its memory: the key may still be there, ' +
      'the open connections tell who gave the order, and nothing is lost should it be an ' +
      'honest migration. A kill destroys that evidence.',
  },
  techniques: ['T1485', 'T1486', 'T1490'],
  related: ['persistence', 'disabled-defences'],
  signs: [],
};
