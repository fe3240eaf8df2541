// Lesson: two servers, two opinions on where a request ends.
import type { Lesson } from '../lesson.ts';

export const requestSmuggling: Lesson = {
  id: 'request-smuggling',
  title: 'Two servers, two opinions on where a request ends',
  summary:
    'A proxy and the server behind it disagree about the length of a request, so the rest ' +
    'of one becomes the start of the next.',
  why: [
    'HTTP/1.1 has two ways to tell the length of a body and a history of lenient parsers. ' +
      'When the two servers in a chain choose differently, an attacker can put a second ' +
      'request inside the first, which the proxy has never checked.',
    'Behind an ingress many users share one connection to the backend: the hidden request ' +
      'is answered to, or glued to the request of, somebody else.',
  ],
  attack: [
    'Send both `Content-Length` and `Transfer-Encoding`, or a chunk size with odd signs, ' +
      'and watch who answers late.',
    'Hide a request to a path that the proxy would refuse, such as /admin.',
    "Or leave half a request open, so that the next user's headers, cookies included, " +
      'become its body.',
  ],
  fix: [
    'Raise both sides: the proxy and the server library.',
    'Speak HTTP/2 from end to end, without a step down to HTTP/1.1 in the middle.',
    'Let the proxy normalise or refuse ambiguous requests, and close the connection after ' +
      'each error.',
    'Never rely on the proxy alone for access control: the backend must ask for ' +
      'authorisation itself.',
  ],
  challenge: {
    question:
      'The proxy refuses all requests to /admin, and the backend has no login because "only ' +
      'the proxy can reach it". Why is a flaw of medium severity in the HTTP parser ' +
      'critical here?',
    answer:
      'A smuggled request passes the proxy unseen and arrives at the backend on the trusted ' +
      'connection. The only control stood at the place that the flaw goes round.',
  },
  techniques: ['T1190'],
  related: ['broken-access-control', 'request-forgery'],
  signs: [
    'request smuggling',
    'response splitting',
    'desync',
    'transfer-encoding',
    'content-length',
    'http/?[0-9.]* request (?:splitting|parsing)',
    'hides? the headers|headers that the',
  ],
};
