// Lesson: programs that the image did not bring.
import type { Lesson } from '../lesson.ts';

export const drift: Lesson = {
  id: 'drift',
  title: 'Programs that the image did not bring',
  summary:
    'A running container should hold what its image holds: a program that came later is ' +
    'the work of somebody.',
  why: [
    'An image is built, scanned, signed and reviewed. What is written into a running ' +
      'container passed none of these gates, and it is gone with the container, so that ' +
      'nobody finds it later.',
    'That makes drift one of the most telling signs there is: honest services rarely ' +
      'bring programs at run time, and nearly every break-in does.',
  ],
  attack: [
    'Use a flaw in the service to run one command.',
    'Fetch a tool by that command: a miner, a scanner, a tunnel. It lands in /tmp, ' +
      '/dev/shm or on a volume, where the service may write.',
    'Make it executable and start it, often under a harmless name.',
  ],
  fix: [
    'Run with a read-only root file system (`readOnlyRootFilesystem: true`, ' +
      '`--read-only`) and small writable volumes.',
    'Mount volumes for data with `noexec` where the engine lets you.',
    'Keep what fetches programs out of the image: curl, wget, package managers, compilers.',
    'What the service needs belongs into the image: rebuild instead of installing.',
  ],
  challenge: {
    question:
      'A program starts from /data, which is a volume. The image is rebuilt and deployed ' +
      'again. Is the container clean?',
    answer:
      'No. The volume outlives the container and is mounted again; whatever starts the ' +
      'program (a job, a hook of the service, a line in a start-up script on the volume) ' +
      'will find it. Clean the volume, and find out who wrote it.',
  },
  techniques: ['T1204.003', 'T1105'],
  related: ['fileless-execution', 'hands-in-containers', 'unverified-download'],
  signs: [],
};
