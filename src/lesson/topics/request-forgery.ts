// Lesson: the server asks on the attacker's behalf.
import type { Lesson } from '../lesson.ts';

export const requestForgery: Lesson = {
  id: 'request-forgery',
  title: "The server asks on the attacker's behalf",
  summary:
    'Somebody chooses where a server connects to (SSRF), or what a logged-in browser sends ' +
    '(CSRF).',
  why: [
    'A server inside the network reaches what nobody outside can: databases without ' +
      'password, the API of the cluster, and the metadata service of the cloud, which hands ' +
      'out credentials to whoever asks from the right address.',
    'Every feature that takes a URL is a candidate: previews, web hooks, imports, PDF ' +
      'converters, XML with external entities.',
  ],
  attack: [
    'Give the feature the address http://169.254.169.254/ or a name that resolves to it.',
    'Use redirects, other spellings of the address or a DNS answer that changes between ' +
      'check and use to pass the filter.',
    "Take the credentials of the node's role and go on in the cloud account.",
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Fetch through a proxy that allows named destinations only, and resolve the name once: ' +
      'check the address that is then connected to.',
    'Close the metadata service to pods: IMDSv2 with a hop limit of 1, workload identity, ' +
      'an egress policy.',
    'Against CSRF: SameSite cookies and a token for everything that changes something.',
  ],
  challenge: {
    question:
      'A filter refuses URLs whose host is 127.0.0.1, localhost or 169.254.169.254. Name ' +
      'two ways round it.',
    answer:
      'A public name whose A record is 169.254.169.254; a redirect from an allowed host; ' +
      'another spelling (`http://2852039166/`, `[::ffff:169.254.169.254]`). Only a check of ' +
      'the address at the moment of connecting holds.',
  },
  techniques: ['T1190', 'T1552.005'],
  related: ['information-leak', 'request-smuggling'],
  signs: [
    '\\bSSRF\\b',
    'server[- ]side request forgery',
    '\\bCSRF\\b',
    'cross[- ]site request forgery',
    '\\bXXE\\b',
    'xml external entit',
    'open redirect',
    'dns rebinding',
    'reach(?:es)? other hosts|sends? requests where|another host|misread host|address(?:es)? pass',
  ],
};
