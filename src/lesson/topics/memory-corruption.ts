// Lesson: writing past the edge.
import type { Lesson } from '../lesson.ts';

export const memoryCorruption: Lesson = {
  id: 'memory-corruption',
  title: 'Writing past the edge',
  summary:
    'A program in C or C++ reads or writes memory that is not its own, and input decides what.',
  why: [
    'Buffer overflow, use after free, double free, integer overflow: in languages without ' +
      'checks a wrong length turns data into control over the program. The libraries at the ' +
      'bottom of every image are written in them: libc, OpenSSL, zlib, image and font ' +
      'readers.',
    'Address randomisation and stack guards make an exploit harder, not impossible. At the ' +
      'least the process crashes, and a crash that can be repeated is an outage.',
  ],
  attack: [
    'Bring crafted input to the parser: a file to convert, a certificate, a DNS answer, a ' +
      'compressed body.',
    'Read memory first (keys, addresses), if the flaw allows it: that defeats randomisation.',
    'Overwrite a pointer and continue in code that starts a shell or loads more.',
  ],
  fix: [
    "Install the vendor's fix and restart what has the old library mapped; in containers " +
      'that means: rebuild and roll out.',
    'Statically linked programs (Go with cgo, Rust, distroless tools) carry their own copy: ' +
      'they must be built again, the update of the base does not reach them.',
    'Parse strange files in a container of their own: no network, no secrets, not root, a ' +
      'memory limit, the default seccomp profile.',
    'Remove the parsers that nobody needs: ImageMagick delegates, old codecs, foreign ' +
      'archive formats.',
  ],
  challenge: {
    question:
      'libwebp in the base image was updated after CVE-2023-4863, and the scan of the OS ' +
      'packages is clean. Which copies of it may still be in the image?',
    answer:
      'Those inside other things: Electron or Chromium, Python wheels (Pillow bundles it), ' +
      'Node modules with prebuilt binaries (sharp), a statically linked tool. Findings name ' +
      'them by the language package, and only raising that package replaces them.',
  },
  techniques: ['T1203', 'T1190', 'T1068'],
  related: ['privilege-escalation', 'denial-of-service', 'vulnerable-os-package'],
  signs: [
    '(?:buffer|heap|stack|integer)[- ](?:based )?(?:buffer )?(?:over|under)(?:flow|run|read|write)',
    'use[- ]after[- ]free',
    'double[- ]free',
    'out[- ]of[- ]bounds',
    'memory corruption',
    'memory[- ]safety',
    'overflow',
    'uninitiali[sz]ed',
    'null pointer',
    'type confusion',
    'off[- ]by[- ]one',
    'heartbleed',
    'wild pointer',
    'invalid (?:read|write|free)',
    'unsound',
    'overruns?\\b',
    '(?:writes?|reads?) (?:past|before|behind)',
    '(?:memory|arena) is (?:freed|read)',
    'signal (?:race|handler)',
  ],
};
