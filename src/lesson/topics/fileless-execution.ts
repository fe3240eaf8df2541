// Lesson: programs without a file.
import type { Lesson } from '../lesson.ts';

export const filelessExecution: Lesson = {
  id: 'fileless-execution',
  title: 'Programs without a file',
  summary:
    'Code that runs from memory, from a hidden place or under a borrowed name leaves ' +
    'nothing that a scanner could find.',
  why: [
    'Linux can run a program from a piece of anonymous memory. Nothing is written to ' +
      'disk: no hash to look up, no file to keep as evidence, and the memory is gone when ' +
      'the process ends.',
    'A hidden folder or the name of a thread of the kernel, such as [kworker/0:1], serves ' +
      'the same end: people who look at a list of processes pass over it.',
  ],
  attack: [
    'Get one command run, for instance through a flaw in a web framework.',
    'Let an interpreter that is in the image (Python, Perl, PHP) fetch the program, put ' +
      'it into memory made by memfd_create and start it by its descriptor.',
    'Take a name that nobody questions, and remove the first stage.',
  ],
  fix: [
    'Leave interpreters out of images that do not need them: a static program in an empty ' +
      'image has nothing that could do this.',
    'Deny memfd_create by a seccomp profile where the service does not need it.',
    'Keep the record of processes: it is the only evidence that is left.',
    'End the container and look for the way in; killing the process alone invites the ' +
      'next one.',
  ],
  challenge: {
    question:
      'A list of processes shows [kworker/u8:2] in a container. Why is that never a ' +
      'thread of the kernel?',
    answer:
      'Threads of the kernel live in the process namespace of the host, have no file and ' +
      'no parent but kthreadd; a container cannot show one. A program whose argv[0] ' +
      'stands in brackets has chosen that name.',
  },
  techniques: ['T1620', 'T1564.001', 'T1036.005'],
  related: ['drift', 'covered-tracks'],
  signs: [],
};
