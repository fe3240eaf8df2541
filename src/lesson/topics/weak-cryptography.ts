// Lesson: locks that look closed.
import type { Lesson } from '../lesson.ts';

export const weakCryptography: Lesson = {
  id: 'weak-cryptography',
  title: 'Locks that look closed',
  summary:
    'A signature, certificate, random number or cipher is checked wrongly, or is too weak ' +
    'to mean anything.',
  why: [
    'Cryptography fails silently: a check that always says yes looks like one that works. ' +
      'Then an update, a token or a peer is believed because of a signature that nobody made.',
    'Old algorithms are not broken in a day but get cheaper to break every year; images ' +
      'keep them alive long after the defaults have changed.',
  ],
  attack: [
    'Stand between client and server, or hold a token, a certificate or a package that may ' +
      'be altered.',
    'Use the flaw: a signature that is not verified, a curve parameter taken from the ' +
      'input, a padding that answers questions, a random number that repeats.',
    'Be believed: read and change the traffic, log in as somebody else, deliver your own update.',
  ],
  fix: [
    'Raise the library, and rebuild everything that links it statically.',
    'State what you accept (TLS 1.2 and later, named token algorithms, SHA-256 and better) ' +
      'instead of what you refuse.',
    'Compare secrets with a function of constant time, and take random numbers from the ' +
      'operating system.',
    'Test the refusal: an expired, a self-signed and a wrongly named certificate must each fail.',
  ],
  challenge: {
    question:
      'A service verifies JSON Web Tokens with `verify(token, publicKey)`, without naming ' +
      'the algorithm. How can somebody who knows only the public key forge a token?',
    answer:
      'By setting `alg` to HS256 and signing with the public key as if it were a shared ' +
      'secret: the library then verifies with the same bytes. Pass the list of allowed ' +
      'algorithms, here only RS256.',
  },
  techniques: ['T1557', 'T1600'],
  related: ['information-leak', 'broken-access-control'],
  signs: [
    'cryptograph',
    'certificate',
    'signature',
    'timing (?:attack|side)',
    'side[- ]channel',
    'padding oracle',
    'weak (?:key|random|hash|cipher|encryption)',
    '\\bTLS\\b',
    '\\bJWT\\b',
    'nonce',
    'insufficient entropy',
    'predictable',
    'man[- ]in[- ]the[- ]middle',
    'terrapin',
    'forged?\\b|public key is accepted|trusts? the last offered key|key types',
  ],
};
