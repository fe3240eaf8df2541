// Lesson: traces that are wiped away.
import type { Lesson } from '../lesson.ts';

export const coveredTracks: Lesson = {
  id: 'covered-tracks',
  title: 'Traces that are wiped away',
  summary:
    'Who removes logs, switches off the history or hides commands in an encoding does not ' +
    'want to be read.',
  why: [
    'An investigation lives on records. An intruder who knows that removes the log of ' +
      'logins, links the history of the shell to /dev/null, sets the times of files back ' +
      'and sends commands as base64.',
    'Each of these leaves a trace of its own, and honest work rarely looks like it. In a ' +
      'container the strongest eraser is the end of the container.',
  ],
  attack: [
    'Switch off the history before the first command.',
    'Run what matters encoded, so that a log shows letters without sense.',
    'Remove or rename the logs at the end, and set the times of new files to those of ' +
      'their neighbours.',
  ],
  fix: [
    'Send logs off the machine at once; what is elsewhere cannot be removed here.',
    'Keep the record of processes and files outside of the container: `seaworthy ' +
      'timeline` has it after its death.',
    'Make logs append-only where the file system can.',
    'Treat a missing log as a finding, not as a gap.',
  ],
  challenge: {
    question:
      'The log of logins of a node was emptied at 03:12. What does that tell, even though ' +
      'its content is lost?',
    answer:
      'When somebody with root was there, and that he had something to hide: the ' +
      'processes around 03:12 in the record, their parents and their connections lead to ' +
      'him. The act of wiping is itself the evidence.',
  },
  techniques: ['T1070', 'T1685.006', 'T1690', 'T1140'],
  related: ['disabled-defences', 'fileless-execution'],
  signs: [],
};
