// Lesson: a secret in a layer.
import type { Lesson } from '../lesson.ts';

export const leakedSecret: Lesson = {
  id: 'leaked-secret',
  title: 'A secret in a layer',
  summary:
    'A key, token or password lies in the image, and everybody who can pull the image has it.',
  why: [
    'A layer is never taken back. `rm` in a later instruction hides the file from the ' +
      'container, not from the archive: one command unpacks every layer.',
    'Images travel further than source code: registries, caches, laptops, support tickets. ' +
      'Programs look for secrets in public images day and night and use them within minutes.',
  ],
  attack: [
    'Pull the image and read all layers, the history and the environment.',
    'Try each key against the service it belongs to.',
    'Use it quietly: read the buckets, add a second key, mine coins only at the end.',
  ],
  fix: [
    'Revoke and replace it now, before cleaning up: it counts as known.',
    'Look into the log of its service for uses that were not yours.',
    'Build with secret mounts (`RUN --mount=type=secret`), never with `ARG`, `ENV` or `COPY`.',
    'At run time take short-lived credentials from workload identity or a secret store; a ' +
      '`.dockerignore` keeps `.env`, `.git` and keys out.',
  ],
  challenge: {
    question:
      'A Dockerfile says `ARG TOKEN`, uses it in one RUN and never stores it. The image has ' +
      'no file with it. Where is it?',
    answer:
      'In the history: build arguments that an instruction uses are written into the ' +
      'metadata of the layer (`docker history --no-trunc`). Use a secret mount.',
  },
  techniques: ['T1552.001', 'T1078.004'],
  related: ['malicious-package', 'information-leak'],
  signs: [],
};
