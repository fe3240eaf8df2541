// Lesson: builds that believe the network.
import type { Lesson } from '../lesson.ts';

export const unverifiedDownload: Lesson = {
  id: 'unverified-download',
  title: 'Builds that believe the network',
  summary:
    'A build step that checks neither certificate, signature nor checksum runs whatever ' +
    'the network gives it.',
  why: [
    'TLS, package signatures and checksums each answer a question: whose server, whose ' +
      'package, which bytes. Options such as --no-check-certificate or trusted=yes remove ' +
      'the answer, not the question.',
    'A script piped from the network into a shell can differ for each caller and leaves ' +
      'no trace of what ran.',
  ],
  attack: [
    'Control a mirror, a proxy, an expired domain or the network of the builder.',
    'Answer the request with a package or script of your own.',
    'Run as root in the build, and in each container made of it.',
  ],
  fix: [
    'Remove the option; install the missing authority or signing key.',
    'Name the version and its checksum in the Dockerfile: `ADD --checksum=sha256:...`.',
    'Download, compare, then run; never a pipe into a shell.',
  ],
  challenge: {
    question:
      'A Dockerfile downloads an installer over https and pipes it into sh. TLS is checked.' +
      ' What is still missing?',
    answer:
      'That the bytes are the ones somebody reviewed: the server, or whoever takes it over,' +
      ' can serve another script tomorrow or to this builder only. A checksum in the ' +
      'Dockerfile fixes the bytes.',
  },
  techniques: ['T1195.002', 'T1557'],
  related: ['malicious-package'],
  signs: [],
};
