// Lesson: input that becomes a command.
import type { Lesson } from '../lesson.ts';

export const codeInjection: Lesson = {
  id: 'code-injection',
  title: 'Input that becomes a command',
  summary:
    'Text from outside is put together with a command, a query, a template or a prototype, ' +
    'and changes its meaning.',
  why: [
    'Wherever a string is built for an interpreter (a shell, SQL, a template engine, ' +
      '`eval`), a user who controls part of it can end the data and begin the code. In ' +
      'JavaScript the same happens without any string: a key named `__proto__` changes the ' +
      'behaviour of all objects.',
    'The interpreter runs with the rights of the program, and in a container that often ' +
      'means: with the service account, the database password and the network of the cluster.',
  ],
  attack: [
    'Find a value that comes back in an error, in a file name or in a rendered page.',
    'Add the signs that end a string there: a quote, `$(...)`, `{{...}}`, a semicolon, a ' +
      'line feed.',
    'Replace the harmless effect by a command that opens a connection to the outside.',
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Pass values apart from code: prepared statements, argument arrays without a shell, ' +
      'templates that are files of yours and never input.',
    'Take keys of input into a `Map` or an object without prototype; refuse `__proto__`, ' +
      '`constructor` and `prototype`.',
    'Take the next step away: no shell in the image, a read-only root, no right to start ' +
      'other programs.',
  ],
  challenge: {
    question:
      'A service calls `execFile("convert", [userFile, "out.png"])`: no shell is involved. ' +
      'A user names the file `-write`. What is wrong, and what repairs it?',
    answer:
      'The name is taken for an option: argument injection needs no shell. Put `--` before ' +
      'it where the program knows that, or pass a path that begins with `./` and was ' +
      'checked to lie in the folder of uploads.',
  },
  techniques: ['T1059', 'T1190'],
  related: ['lookup-injection', 'unsafe-deserialisation', 'path-traversal'],
  signs: [
    '(?:command|code|sql|template|argument|expression|header|crlf) injection',
    '(?:ldap|xpath|nosql|shell|script) injection',
    '\\binject(?:ion|s|ed)?\\b',
    'prototype pollution',
    'remote code execution',
    'arbitrary (?:code|command)',
    'execut(?:e|es|ion of) (?:arbitrary|remote|untrusted)',
    '\\bRCE\\b',
    'shellshock',
    '\\beval\\b',
    'pollut(?:es?|ion|ed)',
    'runs? (?:\\w+ ){0,3}(?:code|commands?|shell|hooks?|scripts?)\\b',
    'becomes? (?:a |an )?(?:commands?|argument|code|sed script)',
    'evaluat(?:es?|ed|ion) (?:any|twice|untrusted)',
    'adds? headers|line breaks? in headers|escape sequences',
  ],
};
