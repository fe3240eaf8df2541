// Lesson: the door that does not ask.
import type { Lesson } from '../lesson.ts';

export const brokenAccessControl: Lesson = {
  id: 'broken-access-control',
  title: 'The door that does not ask',
  summary:
    'A check of who may do this is missing, can be passed by, or trusts what the caller ' +
    'says of itself.',
  why: [
    'Authentication asks who you are, authorisation what you may do. Flaws of this class ' +
      'skip one of the two for some path, method, header or token, and need no clever ' +
      'exploit: an ordinary request is enough.',
    'In clusters a dashboard, an API or a controller with wide rights is the prize: whoever ' +
      'passes its login acts with its service account.',
  ],
  attack: [
    'Call the interface without a token, with an expired one, or with `alg: none`.',
    'Change what the server should not believe: a header such as X-Forwarded-For, a case in ' +
      'the path, a double slash.',
    'Use the rights of the service: create a pod, read secrets, add a user.',
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Refuse by default: every route names the right that it needs, and a test lists the ' +
      'routes that need none.',
    'Keep administrative interfaces off the internet, behind a second login.',
    'Give service accounts the few verbs they use; a stolen one is then worth little.',
  ],
  challenge: {
    question:
      'A gateway sets the header `X-User` after login and the service trusts it. What must ' +
      'be true of the network for this to hold?',
    answer:
      'That nobody but the gateway can reach the service: a network policy that admits only ' +
      "the gateway's pods, and a gateway that deletes the header from incoming requests. " +
      'Signed tokens, checked by the service itself, make both unnecessary.',
  },
  techniques: ['T1078', 'T1190', 'T1613'],
  related: ['request-smuggling', 'leaked-secret'],
  signs: [
    '(?:authenticat|authori[sz]at)ion (?:bypass|check)',
    '(?:access[- ]control|auth|permission|policy|restriction) (?:bypass|check)',
    'bypass',
    'improper (?:authentication|authorization|access)',
    'missing (?:authentication|authorization)',
    'unauthenticated',
    'unauthori[sz]ed',
    'incorrect (?:permission|authorization)',
    'allows? (?:any|unprivileged) user',
    '(?:skip|switch)(?:s|es)? (?:\\w+ ){0,3}(?:login|middleware|checks?)|middleware off',
    'runs? commands for anyone|takes? (?:orders|configuration) from',
    'logs? in (?:with|as) (?:another|anyone)|default key',
    'see an empty body',
  ],
};
