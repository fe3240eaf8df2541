// Lesson: what should not be in an image.
import type { Lesson } from '../lesson.ts';

export const imageHygiene: Lesson = {
  id: 'image-hygiene',
  title: 'What should not be in an image',
  summary:
    'Caches, histories, repositories and moving tags tell more than they should and make ' +
    'images larger and harder to trust.',
  why: [
    'Every file in an image is there for an attacker too. A .git folder holds all deleted' +
      ' files of the past, a shell history the commands of the builder, a cache the list of' +
      ' what was installed.',
    'A tag that moves and a service that cannot tell its health make it unclear what runs' +
      ' and whether it works.',
  ],
  attack: [
    'Ask the web server for /.git/HEAD, then rebuild the repository from its objects.',
    'Look through histories for addresses and passwords.',
    'Wait for the tag to move, or move it.',
  ],
  fix: [
    'Write a .dockerignore that begins with `.git` and `.env`.',
    'Use several build stages, and copy only the result into the last.',
    'Delete caches in the step that makes them, or mount them.',
    'Deploy by digest; name versions.',
  ],
  challenge: {
    question:
      'A Dockerfile copies everything, builds, and then runs `rm -rf .git`. Is the history ' +
      'gone from the image?',
    answer:
      'No. The copy made one layer, the deletion another on top of it. The lower one is ' +
      'still pulled and can be unpacked. Only a .dockerignore or a later stage keeps it ' +
      'out.',
  },
  techniques: ['T1552.001', 'T1613'],
  related: ['leaked-secret'],
  signs: [],
};
