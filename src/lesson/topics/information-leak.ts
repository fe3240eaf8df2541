// Lesson: more in the answer than in the question.
import type { Lesson } from '../lesson.ts';

export const informationLeak: Lesson = {
  id: 'information-leak',
  title: 'More in the answer than in the question',
  summary: 'Memory, files, headers or timings give away what was not asked for.',
  why: [
    'A leak changes nothing and crashes nothing, so nobody notices. What leaks is often the ' +
      'key to everything else: session tokens, private keys, addresses that defeat memory ' +
      'protection.',
    'Heartbleed leaked 64 kB at a time, for two years, without a line in any log.',
  ],
  attack: [
    'Ask with a length that is larger than the data, follow a redirect to a host of your ' +
      'own, or provoke an error page.',
    'Collect the answers and look for what resembles keys, tokens and host names.',
    'Log in with what was found; it looks like an ordinary user.',
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Then rotate what could have leaked: a fixed server with a stolen key is still an open one.',
    'Keep secrets out of environment variables where you can; error pages and crash dumps ' +
      'print them.',
    'Strip credentials before redirects to other hosts, and debug output before production.',
  ],
  challenge: {
    question:
      'You patch a TLS library with a memory leak and restart all pods. Which step is ' +
      'missing, and in which order must it come?',
    answer:
      'New keys: create new private keys, have certificates issued for them, roll them out, ' +
      'then revoke the old ones, all after the patch. Passwords and tokens that passed ' +
      'through come next. Rotating before patching leaks the new ones.',
  },
  techniques: ['T1552', 'T1040'],
  related: ['leaked-secret', 'memory-corruption', 'weak-cryptography'],
  signs: [
    'information (?:disclosure|exposure|leak)',
    '\\bleak(?:s|age|ing)?\\b',
    'sensitive (?:data|information)',
    'expos(?:es?|ure|ing) ',
    'disclos',
    'credential',
    'cookie',
  ],
};
