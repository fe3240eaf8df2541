// Lesson: a signature says that somebody signed; whose it is must be asked.
import type { Lesson } from '../lesson.ts';

export const signerIdentity: Lesson = {
  id: 'signer-identity',
  title: 'Signed, but by whom',
  summary:
    'A valid signature proves that a key or an identity signed this digest. It becomes trust only ' +
    'when you have said whose signature counts.',
  why: [
    'Keyless signing needs no secret: whoever has an account at an identity provider gets a ' +
      'certificate for ten minutes and an entry in a public log. Attackers have accounts too.',
    'An identity is two things: the subject (an address, or the workflow of a repository) and the ' +
      'issuer that vouches for it. One without the other can be had by strangers.',
    'Attestations are the same with more words: a provenance that names your builder is worth ' +
      'what its signer is worth.',
  ],
  attack: [
    'Copy an image, add a layer, sign it with an account of your own: every signature is valid.',
    'Register a repository whose name contains the expected one, where a pattern is not anchored.',
    'Copy the signature of a good image under the tag of a bad one, where nobody compares digests.',
    'Write the name of the registry differently, where policies compare texts.',
  ],
  fix: [
    'Name signers exactly: --key, or --certificate-identity with --certificate-oidc-issuer.',
    'Write them into a policy for each place you take images from, and refuse all other places.',
    'Want provenance that names the builder, the source and the branch or tag.',
    'Deploy by digest, so that what was verified is what runs.',
  ],
  challenge: {
    question:
      'A policy accepts the subject expression `github.com/acme` without anchors. Which subject ' +
      'that is not of acme passes?',
    answer:
      'Many: https://github.com/acme-evil/x, or https://github.com/mallory/github.com/acme. ' +
      'Seaworthy holds an expression against the whole text, so this one fits nothing at all.',
  },
  techniques: ['T1195.002', 'T1553', 'T1078'],
  related: ['image-trust', 'unpinned-image', 'stolen-credentials'],
  signs: [],
};
