// Lesson: a small question with an endless answer.
import type { Lesson } from '../lesson.ts';

export const denialOfService: Lesson = {
  id: 'denial-of-service',
  title: 'A small question with an endless answer',
  summary:
    'Little input costs much time or memory, or ends the process: anybody can stop the service.',
  why: [
    'Regular expressions that backtrack, parsers that recurse, tables whose keys collide, ' +
      'streams that are opened and dropped: the cost grows with the square or the power of ' +
      'the input, and one client is enough.',
    'Its severity is often overrated where a pod simply restarts, and underrated where one ' +
      'process serves everybody or the crash loses data.',
  ],
  attack: [
    'Send the input that the advisory shows, slowly and from few addresses, so that it does ' +
      'not look like a flood.',
    "Repeat it whenever the process comes back; the orchestrator's growing delay between " +
      'restarts helps the attacker.',
    'Use the outage: of a policy webhook that fails open, of an audit service, of a competitor.',
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Bound everything: body size, header count, streams of a connection, time of a request, ' +
      'depth of a document.',
    'Set memory and CPU limits, more than one replica and a probe that notices a hang.',
    'Match input with linear engines (RE2) or without patterns.',
  ],
  challenge: {
    question:
      'The regular expression `^(\\w+\\s?)*$` checks a name of at most 40 characters. Is 40 ' +
      'short enough?',
    answer:
      'No: for a text of word characters that ends in a sign that does not fit, the engine ' +
      'tries every way to cut the text into words, and the work doubles with each ' +
      'character. 40 characters mean 2 to the 39th tries. Rewrite it without the nested ' +
      'repetition: `^\\w+(\\s\\w+)*\\s?$`.',
  },
  techniques: ['T1499.004', 'T1499'],
  related: ['memory-corruption', 'request-smuggling'],
  signs: [
    'denial[- ]of[- ]service',
    '\\bDoS\\b',
    '\\bReDoS\\b',
    'infinite (?:loop|recursion)',
    'resource (?:exhaustion|consumption)',
    '(?:memory|cpu|stack|disk) (?:exhaustion|consumption)',
    'uncontrolled (?:resource|recursion)',
    'excessive',
    'catastrophic',
    '\\bcrash',
    '\\bpanic',
    'hangs?\\b',
    'rapid reset',
    'quadratic',
    'exponential',
    'unbounded',
    'regular expression',
    'unlimited',
    'without (?:a |any )?limit',
    'for ever|endless|never (?:returns|ends|comes to rest)',
    'exhausts?',
    'stops? (?:the (?:server|event loop|machine)|form parsing)',
    '\\bslow (?:expression|parsing|range|trimming)|burns? a core|backtrack',
  ],
};
